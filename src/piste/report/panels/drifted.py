"""New data beside those of the training, drawn from the record alone."""

from piste.core.drift import ComparedScore, DriftRecord, Fit, TraitDrift
from piste.core.panels import Block, Chart, Fact, Facts, Grid, Lines, Text, Tone
from piste.core.records import Distribution
from piste.report import charts
from piste.report.numbers import brief, count, difference, interval, number, percent, score

_DRAWN = 24
_OPEN = 15  # rows up to which the table of columns is shown unfolded
_TONES: dict[Fit, Tone] = {Fit.FITS: "good", Fit.HARMLESS: "warning", Fit.UNKNOWN: "warning", Fit.WORSE: "bad"}


def answer(record: DriftRecord) -> tuple[Block, ...]:
    """Return the verdict, what was compared with what, and how to train again."""
    facts = Facts(
        (
            Fact("new data", record.source, f"{count(record.rows)} rows"),
            Fact("compared with", record.run, f"{count(record.reference)} examples of its train split"),
            Fact("when", record.created),
            *((Fact("to train again", record.command),) if record.alarm else ()),
        )
    )
    notes = (Lines(record.notes),) if record.notes else ()
    return (Text(record.verdict, _TONES[record.fit]), facts, *notes)


def scores(record: DriftRecord) -> tuple[Block, ...]:
    """Return the scores on the test split beside those on the new data."""
    if not record.scores:
        return ()
    how = "the same examples as then, resampled as pairs" if record.paired else "other examples than then"
    rows = tuple(_score(one, one.before.name == record.main) for one in record.scores)
    columns = ("score", "test split", "new data", "change", "now")
    caption = f"With intervals at 95 %, of the change at 99 %. Positive changes are for the better; {how}."
    return (Grid(columns, rows, ("left", "left", "left", "left", "left"), caption),)


def _score(one: ComparedScore, decides: bool) -> tuple[str, ...]:
    sides = [f"{score(side)} ({interval(side.low, side.high)})" for side in (one.before, one.now)]
    change = f"{difference(one.change, one.low, one.high)} ({interval(one.low, one.high)})"
    return f"{one.before.name} (decides)" if decides else one.before.name, *sides, change, one.verdict


def shape(record: DriftRecord) -> tuple[Block, ...]:
    """Return what changed in the form of the data, the alarms first."""
    if not record.schema:
        return ()
    ordered = sorted(record.schema, key=lambda one: not one.alarm)
    rows = tuple((one.column, one.change.value, "yes" if one.alarm else "no", one.sentence) for one in ordered)
    return (Grid(("column", "change", "alarm", "what was found"), rows),)


def tests(record: DriftRecord) -> tuple[Block, ...]:
    """Return the tests of the whole."""
    if not record.tests:
        return ()
    rows = tuple(
        (
            one.name,
            number(one.measured),
            number(one.floor),
            _chance(one.p_value),
            "drifted" if one.drifted else "alike",
            one.note,
        )
        for one in record.tests
    )
    columns = ("what", "measured", "matters from", "chance", "verdict", "in words")
    how = Lines(tuple(f"{one.name}: {one.effect}; {one.method}." for one in record.tests))
    return (Grid(columns, rows, ("left", "right", "right", "right", "left", "left"), _CHANCES), how)


_CHANCES = (
    "Chances of so much or more where the data look alike, corrected for all tests made (Holm). An alarm needs a "
    "chance below 0.01 and a size that matters."
)


def traits(record: DriftRecord) -> tuple[Block, ...]:
    """Return the table of columns, the farthest first, and a chart of each that drifted, then of the others."""
    if not record.traits:
        return ()
    ordered = sorted(record.traits, key=lambda one: (not (one.drifted and one.counts), -one.moved))
    rows = tuple(
        (
            one.name,
            percent(one.moved),
            number(one.stability),
            _chance(one.p_value) if one.counts else "",
            ("drifted" if one.drifted else "alike") if one.counts else "does not count",
            one.note,
        )
        for one in ordered
    )
    columns = ("column", "moved", "stability index", "chance", "verdict", "then and now")
    caption = "Moved: the share of the rows that look different, at least; from 10 % on it matters."
    table = Grid(columns, rows, ("left", "right", "right", "right", "left", "left"), caption, folded=len(rows) > _OPEN)
    drawable = [one for one in ordered if one.before is not None and one.now is not None]
    rest = (Text(f"The first {_DRAWN} of {count(len(drawable))} columns are drawn.", "note"),)
    drawn = tuple(_chart(one, one.before, one.now) for one in drawable[:_DRAWN] if one.before and one.now)
    return (table, *drawn, *(rest if len(drawable) > _DRAWN else ()))


def _chance(value: float) -> str:
    return "below 1e-9" if value < 1e-9 else number(value, 2)


def _chart(one: TraitDrift, before: Distribution, now: Distribution) -> Chart:
    description = f"{brief(one.name)} in the training and now: {percent(one.moved)} of the rows moved."
    rows = [row for side, name in ((before, "training"), (now, "now")) for row in _rows(side, name)]
    return Chart(brief(one.name), description, _spec(rows, bins=bool(before.edges)), _numbers(before, now), "small")


def _rows(side: Distribution, name: str) -> list[dict[str, object]]:
    total = sum(side.counts) + side.others
    shares = [found / max(total, 1) for found in side.counts]
    places: list[dict[str, object]] = (
        [{"low": low, "high": high} for low, high in zip(side.edges, side.edges[1:], strict=False)]
        if side.edges
        else [{"label": brief(label)} for label in side.labels]
    )
    return [
        {**place, "share": round(share, 5), "series": name, "text": percent(share)}
        for place, share in zip(places, shares, strict=True)
    ]


def _spec(rows: list[dict[str, object]], *, bins: bool) -> charts.Spec:
    color = charts.axis("series", "nominal", None, legend={"orient": "top"})
    share = charts.axis("share", "quantitative", None, stack=None, axis={"format": "%", "tickCount": 4})
    tips = {"tooltip": charts.tooltip(series="", text="rows")}
    if bins:
        x = charts.axis("low", "quantitative", None, scale={"zero": False, "nice": False}, axis={"format": "~s"})
        place = {"x": {**x, "bin": {"binned": True}}, "x2": {"field": "high"}, "y": share}
        mark = {"type": "bar", "opacity": 0.5, "binSpacing": 0}
        return charts.spec(rows, 110, mark=mark, encoding={**place, "color": color, **tips})
    y = charts.axis("label", "nominal", None, axis={"labelLimit": charts.LABEL, "domain": False, "ticks": False})
    offset = {"yOffset": {"field": "series", "type": "nominal", "sort": None}}
    labels = len({row["label"] for row in rows})
    encoding = {"y": y, "x": share, **offset, "color": color, **tips}
    return charts.spec(rows, 26 * labels, mark={"type": "bar"}, encoding=encoding)


def _numbers(before: Distribution, now: Distribution) -> Grid:
    names = (
        [f"{number(low)} to {number(high)}" for low, high in zip(before.edges, before.edges[1:], strict=False)]
        if before.edges
        else [brief(label) for label in before.labels]
    )
    rows = tuple(
        (name, count(one), count(two)) for name, one, two in zip(names, before.counts, now.counts, strict=True)
    )
    return Grid(("value", "training", "now"), rows, ("left", "right", "right"))
