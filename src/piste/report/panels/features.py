"""Every feature: its kind and why, what is missing, and what it looks like in the train split."""

from piste.core.panels import Block, Chart, Grid, Text
from piste.core.records import DataRecord, Distribution, FeatureRecord
from piste.report import charts
from piste.report.numbers import brief, count, number, percent
from piste.report.panels.target import bin_table, bins

DRAWN = 24
LISTED = 500
OPEN = 15  # features up to which the table is shown unfolded
BARS = 8


def features(data: DataRecord) -> tuple[Block, ...]:
    """Return the table of features, then a small chart for each of the first `DRAWN` that have one."""
    if not data.features:
        return ()
    drawable = [one for one in data.features if one.distribution and one.distribution.counts]
    small = [_chart(one, one.distribution) for one in drawable[:DRAWN] if one.distribution]
    rest = Text(f"The first {DRAWN} of {count(len(drawable))} features are drawn.", "note")
    return (_table(data), *small, *((rest,) if len(drawable) > DRAWN else ()))


def _table(data: DataRecord) -> Grid:
    rows = tuple(
        (
            one.name,
            one.kind.value,
            "yes" if one.used else "no",
            f"{count(one.missing)} ({percent(one.missing / data.rows)})"
            if one.missing and data.rows
            else count(one.missing),
            count(one.distinct),
            one.reason,
        )
        for one in data.features[:LISTED]
    )
    total = len(data.features)
    caption = f"{count(total)} features" if total <= LISTED else f"The first {LISTED} of {count(total)} features"
    columns = ("feature", "kind", "used", "missing", "distinct", "why this kind")
    return Grid(columns, rows, ("left", "left", "left", "right", "right", "left"), caption, folded=total > OPEN)


def _chart(feature: FeatureRecord, distribution: Distribution) -> Chart:
    if distribution.edges:
        ends = f"from {number(distribution.edges[0])} to {number(distribution.edges[-1])}"
        spec = charts.histogram(bins(distribution), None, None, height=90)
        description = f"Histogram of {brief(feature.name)} in the train split, {ends}."
    else:
        spec = _levels(distribution)
        description = f"Examples of each level of {brief(feature.name)} in the train split."
    return Chart(brief(feature.name), description, spec, bin_table(distribution), "small")


def _levels(distribution: Distribution) -> charts.Spec:
    pairs = list(zip(distribution.labels, distribution.counts, strict=True))
    rest = sum(found for _, found in pairs[BARS:]) + distribution.others
    shown = [*pairs[:BARS], *([("(all others)", rest)] if rest else [])]
    values = [{"label": label or "(empty)", "count": found, "text": count(found)} for label, found in shown]
    return charts.bars(values, None, stacked=False)
