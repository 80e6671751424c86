"""The trials in the space of settings: one setting at a time, all at once, and how a search zoomed in."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from piste.core.panels import Block, Chart, Grid
from piste.core.studied import AxisRecord, CurveRecord, Studied
from piste.core.studies import TrialRecord
from piste.report import study_space_charts
from piste.report.numbers import counted, finite, number
from piste.report.panels.settings import holds, shown
from piste.report.panels.studied_range import is_wide, padded, shown_range

SLICES = 12  # settings drawn one by one
DOTS = 600  # trials drawn in a slice
LINES = 250  # trials drawn through all settings
FEWEST = 2


def slices(studied: Studied) -> tuple[Block, ...]:
    """Return for each setting the trials along its own scale, the most important setting first."""
    known = [(one, value) for one in studied.trials if (value := studied.value(one)) is not None]
    if len(known) < FEWEST:
        return ()
    higher = studied.study.higher_is_better and not studied.results.by_loss
    low, high = shown_range([value for _, value in known], higher)
    log = is_wide(low, high)
    domain = padded(low, high, log)
    curves = {one.label: one for one in (studied.results.importances.curves if studied.results.importances else ())}
    places = {scale.label: at for at, scale in enumerate(studied.results.axes)}
    return tuple(
        _slice(studied, scale, places[scale.label], known, curves.get(scale.label), log, domain)
        for scale in _ordered(studied)[:SLICES]
    )


def _ordered(studied: Studied) -> list[AxisRecord]:
    found = studied.results.importances
    order = {one.label: at for at, one in enumerate(found.settings)} if found else {}
    return sorted(studied.results.axes, key=lambda one: order.get(one.label, len(order)))


def _matters(studied: Studied, at: int, one: TrialRecord) -> bool:
    """Return whether a trial used the setting of dimension `at`: its choices were those that it hangs on."""
    return holds(studied.study.dimensions[at].conditions, one.settings)


def _slice(
    studied: Studied,
    scale: AxisRecord,
    at: int,
    known: list[tuple[TrialRecord, float]],
    curve: CurveRecord | None,
    log: bool,
    domain: tuple[float, float],
) -> Chart:
    used = [(one, value) for one, value in known if _matters(studied, at, one)]
    stride = max(-(-len(used) // DOTS), 1)
    best = studied.results.best
    levelled = studied.results.levelled if studied.results.by_loss else {}
    dots = [
        {
            "place": finite(one.places[at]),
            "value": finite(value),
            "best": one.number == best,
            "levelled": one.number in levelled,
            "text": _said(studied, one),
        }
        for rank, (one, value) in enumerate(used)
        if rank % stride == 0 or one.number == best
    ]
    dots.sort(key=lambda row: bool(row["best"]))
    name = studied.study.dimensions[at].name
    return Chart(
        title=scale.label,
        description=_described(studied, scale, name, curve),
        spec=study_space_charts.slices(dots, _curve(curve), scale, studied.compared, log, domain),
        size="half",
    )


def _described(studied: Studied, scale: AxisRecord, name: str, curve: CurveRecord | None) -> str:
    best = studied.best
    at_best = f" The best trial had {shown(best.settings[name])}." if best and name in best.settings else ""
    line = " The line is the mean over all other settings, with its band over trees." if curve else ""
    stood = studied.results.by_loss and studied.results.levelled
    hollow = " Hollow: stopped early, where it would stand had it fallen on as the others did." if stood else ""
    return f"{studied.compared.capitalize()} of each trial over {scale.prior}.{line}{hollow}{at_best}"


def _curve(curve: CurveRecord | None) -> list[dict[str, Any]]:
    if curve is None:
        return []
    rows = zip(curve.places, curve.means, curve.lows, curve.highs, strict=True)
    return [{"place": finite(a), "value": finite(b), "low": finite(c), "high": finite(d)} for a, b, c, d in rows]


def _said(studied: Studied, one: TrialRecord) -> str:
    settings = ", ".join(f"{name} {shown(value)}" for name, value in one.settings.items())
    return f"trial {one.number}: {studied.study.metric} {number(one.score, 4)}; {settings}"


def parallel(studied: Studied) -> tuple[Block, ...]:
    """Return all settings side by side with a line for each trial."""
    scales, ranked = studied.results.axes, studied.ranked
    if len(scales) < FEWEST or len(ranked) < FEWEST:
        return ()
    stride = max(len(ranked) / LINES, 1.0)
    kept = sorted({min(round(at * stride), len(ranked) - 1) for at in range(min(len(ranked), LINES))}, reverse=True)
    lines = [row for rank in kept for row in _line(studied, ranked[rank], rank / (len(ranked) - 1))]
    marks = [{"row": one.label, "place": place, "text": text} for one in scales for place, text in one.ticks]
    chart = Chart(
        title="All settings at once",
        description=f"One line for each of {counted(len(kept), 'trial')} through its settings, each on its own scale; "
        "the better the darker, the best in orange. Where dark lines pass, good settings lie.",
        spec=study_space_charts.parallel(lines, marks, scales),
        numbers=_ranges(studied),
    )
    return (chart,)


def _line(studied: Studied, one: TrialRecord, share: float) -> list[dict[str, Any]]:
    text, best = _said(studied, one), one.number == studied.results.best
    return [
        {
            "trial": one.number,
            "row": scale.label,
            "order": at,
            "place": finite(one.places[at]),
            "share": finite(share, 3),
            "best": best,
            "text": text,
        }
        for at, scale in enumerate(studied.results.axes)
        if _matters(studied, at, one)
    ]


def _ranges(studied: Studied) -> Grid:
    """Return where the best tenth of the trials lie, as a table."""
    top = studied.ranked[: max(len(studied.ranked) // 10, 3)]
    best = studied.best
    rows = []
    for at, dimension in enumerate(studied.study.dimensions):
        values = [
            one.settings[dimension.name] for one in top if _matters(studied, at, one) and dimension.name in one.settings
        ]
        own = best.settings.get(dimension.name) if best and _matters(studied, at, best) else None
        rows.append((dimension.label, dimension.prior, _stretch(values), "" if own is None else shown(own)))
    return Grid(("setting", "searched", f"best {len(top)} trials", "best trial"), tuple(rows))


def _stretch(values: list[Any]) -> str:
    if not values:
        return ""
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
        return f"{shown(min(values))} to {shown(max(values))}"
    return ", ".join(dict.fromkeys(map(shown, values)))


def zoom(studied: Studied) -> tuple[Block, ...]:
    """Return where each round looked: in the plane of the two settings that mattered most, and in every setting."""
    regions, scales = studied.results.regions, studied.results.axes
    if len(regions) < FEWEST or not scales:
        return ()
    places = {scale.label: at for at, scale in enumerate(scales)}
    two = [places[one.label] for one in _ordered(studied)[:2]]
    plane = (_plane(studied, *two),) if len(two) == FEWEST else ()
    return (*plane, *(_narrowed(studied, places[one.label]) for one in _ordered(studied)[:SLICES]))


def _plane(studied: Studied, across: int, up: int) -> Chart:
    scales, regions = studied.results.axes, studied.results.regions
    names = {number: region.name for region in regions for number in range(region.first, region.last + 1)}
    dots = [
        {
            "x": finite(one.places[across]),
            "y": finite(one.places[up]),
            "round": names.get(one.number, ""),
            "best": one.number == studied.results.best,
            "text": _said(studied, one),
        }
        for one in studied.trials
    ]
    boxes: list[Mapping[str, Any]] = [
        {
            "round": one.name,
            "low_x": one.low[across],
            "high_x": one.high[across],
            "low_y": one.low[up],
            "high_y": one.high[up],
            "text": counted(one.last - one.first + 1, "trial"),
        }
        for one in regions
    ]
    return Chart(
        title="From coarse to fine",
        description=f"Trials in the plane of {scales[across].label} and {scales[up].label}; a frame for each round "
        "shows where it looked more closely, the last in the strongest colour.",
        spec=study_space_charts.zoomed(dots, boxes, scales[across], scales[up]),
    )


def _narrowed(studied: Studied, at: int) -> Chart:
    scale, regions = studied.results.axes[at], studied.results.regions
    rows = [
        {"round": one.name, "low": one.low[at], "high": one.high[at], "text": _percent_of(one.low[at], one.high[at])}
        for one in regions
    ]
    widths = [one.high[at] - one.low[at] for one in regions]
    narrowing = sum(after < before for before, after in pairwise(widths))
    return Chart(
        title=f"{scale.label}: where each round looked",
        description=f"From {scale.prior} to {number(100 * widths[-1], 2)} % of its width in the last round; "
        f"narrower in {narrowing} of {len(widths) - 1} steps.",
        spec=study_space_charts.narrowed(rows, scale, [one.name for one in regions]),
        size="half",
    )


def _percent_of(low: float, high: float) -> str:
    return f"{number(100 * (high - low), 3)} % of the range"
