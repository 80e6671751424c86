"""Which settings mattered: how much of the variance of the loss each explains, alone and in pairs."""

from piste.core.panels import Block, Chart, Grid, Text
from piste.core.studied import ImportanceRecord, ImportancesRecord, Studied
from piste.report import study_charts
from piste.report.numbers import counted, finite, percent

TRUSTED = 0.3  # share of the variance of unseen trials from which the forest tells something


def importance(studied: Studied) -> tuple[Block, ...]:
    """Return the bars of importance with what limits them."""
    found = studied.results.importances
    if found is None:
        return ()
    values = [
        {
            "label": one.label,
            "share": finite(one.share),
            "low": finite(one.low),
            "high": finite(one.high),
            "text": _shares(one),
        }
        for one in found.settings
    ]
    chart = Chart(
        title="Importance of each setting",
        description=_described(studied, found),
        spec=study_charts.importance(values, found.floor),
        numbers=_numbers(found),
    )
    return (*_doubt(found), chart, *_pairs(found))


def _share(share: float) -> str:
    return "below 0.1 %" if share < 0.001 else percent(share)


def _shares(one: ImportanceRecord) -> str:
    return f"{_share(one.share)} ({_share(one.low)} to {_share(one.high)}), {counted(one.trials, 'trial')}"


def _described(studied: Studied, found: ImportancesRecord) -> str:
    first = found.settings[0]
    return (
        f"{first.label} explains the most, {_share(first.share)} of the variance of the {studied.compared} over the "
        "whole space. Intervals are over the trees of the forest. A made-up setting of no effect gets "
        f"{_share(found.floor)} (dashed).{_levelled(studied)}"
    )


def _levelled(studied: Studied) -> str:
    if not studied.results.levelled:
        return ""
    return " Trials that were stopped early count as if their loss had fallen on as that of the others did."


def _doubt(found: ImportancesRecord) -> tuple[Block, ...]:
    if found.explained >= TRUSTED:
        return ()
    share = _share(max(found.explained, 0.0))
    sentence = (
        f"The forest explains {share} of the variance of trials that it was not fitted to, so these shares are hardly "
        "more than a guess: more trials, or settings that matter more, would tell."
    )
    return (Text(sentence, "warning"),)


def _numbers(found: ImportancesRecord) -> Grid:
    rows = tuple(
        (one.label, _share(one.share), f"{_share(one.low)} to {_share(one.high)}", str(one.trials), one.under)
        for one in found.settings
    )
    return Grid(
        ("setting", "share", "95 % of the trees", "trials", "where"),
        rows,
        ("left", "right", "right", "right", "left"),
        f"Functional analysis of variance of a random forest, which explains {_share(found.explained)} of the "
        "variance of trials it was not fitted to. Settings that hang on a choice are judged among the trials with it.",
    )


def _pairs(found: ImportancesRecord) -> tuple[Block, ...]:
    rows = tuple(
        (f"{one.first} with {one.second}", _share(one.share), f"{_share(one.low)} to {_share(one.high)}")
        for one in found.pairs
    )
    if not rows:
        return ()
    columns = ("together, beyond each alone", "share", "95 % of the trees")
    return (Grid(columns, rows, ("left", "right", "right"), "Pairs of settings", folded=True),)
