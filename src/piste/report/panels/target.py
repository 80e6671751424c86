"""What is predicted, and how the examples were divided."""

from itertools import pairwise

from piste.core.panels import Align, Block, Chart, Fact, Facts, Grid
from piste.core.records import DataRecord, Distribution, TargetRecord
from piste.report import charts
from piste.report.numbers import ABSENT, brief, count, number, percent

LARGEST = 30  # classes drawn


def target(data: DataRecord) -> tuple[Block, ...]:
    """Return the facts of the data, then the balance of the classes or the target's histogram."""
    facts = [
        Fact("data", brief(data.name), brief(data.source, 200)),
        Fact(
            "examples", count(data.rows), ", ".join(f"{count(size)} {name}" for name, size in data.split.sizes.items())
        ),
        Fact("features", count(len(data.features)), f"{count(sum(one.used for one in data.features))} used"),
        Fact("target", brief(", ".join(data.target.names), 200), f"{data.target.task}: {data.target.reason}"),
        Fact("split", data.split.method, data.split.detail),
    ]
    if data.image_shape:
        height, width, channels = data.image_shape
        facts.append(
            Fact("pictures", f"{height} × {width}", f"height × width, {channels} channel{'s' * (channels > 1)}")
        )
    return (Facts(tuple(facts)), *_balance(data.target), *_histogram(data.target))


def _balance(target: TargetRecord) -> tuple[Block, ...]:
    if not target.counts or not target.classes:
        return ()
    totals = [sum(counts[at] for counts in target.counts.values()) for at in range(len(target.classes))]
    order = (
        sorted(range(len(totals)), key=lambda at: -totals[at])[:LARGEST]
        if len(totals) > LARGEST
        else range(len(totals))
    )
    values = [
        {
            "label": target.classes[at],
            "count": counts[at],
            "series": split,
            "order": position,
            "text": f"{count(counts[at])} {split}",
        }
        for position, (split, counts) in enumerate(target.counts.items())
        for at in order
    ]
    rows = tuple(
        (name, *(count(counts[at]) for counts in target.counts.values()), percent(totals[at] / max(sum(totals), 1)))
        for at, name in enumerate(target.classes)
    )
    rarest, commonest = min(totals), max(totals)
    ends = f"the rarest class has {count(rarest)}, the commonest {count(commonest)}"
    align: list[Align] = ["right"] * (len(target.counts) + 2)
    align[0] = "left"
    shown = f"the {LARGEST} largest of {len(totals)} classes" if len(totals) > LARGEST else f"{len(totals)} classes"
    chart = Chart(
        title="Examples of each class",
        description=f"Examples in {shown}, by split; {ends}.",
        spec=charts.bars(values, "examples", stacked=True),
        numbers=Grid(("class", *target.counts, "share"), rows, tuple(align)),
    )
    return (chart,)


def bins(distribution: Distribution) -> list[dict[str, float | str]]:
    """Return a histogram's bars as a chart takes them."""
    return [
        {"low": low, "high": high, "count": found, "text": f"{number(low)} to {number(high)}: {count(found)}"}
        for (low, high), found in zip(pairwise(distribution.edges), distribution.counts, strict=True)
    ]


def _histogram(target: TargetRecord) -> tuple[Block, ...]:
    if target.distribution is None or not target.distribution.edges:
        return ()
    name = brief(", ".join(target.names))
    edges = target.distribution.edges
    ends = f"{number(edges[0])} to {number(edges[-1])}" if edges else ABSENT
    chart = Chart(
        title=f"Distribution of {name}",
        description=f"Histogram of {name} in the train split, from {ends}.",
        spec=charts.histogram(bins(target.distribution), name, "examples"),
        numbers=bin_table(target.distribution),
    )
    return (chart,)


def bin_table(distribution: Distribution) -> Grid:
    """Return a distribution as a table."""
    if distribution.edges:
        ends = [f"{number(low, 4)} to {number(high, 4)}" for low, high in pairwise(distribution.edges)]
    else:
        ends = list(distribution.labels)
    rows = [(label, count(found)) for label, found in zip(ends, distribution.counts, strict=True)]
    if distribution.others:
        rows.append(("all others", count(distribution.others)))
    return Grid(("value", "examples"), tuple(rows), ("left", "right"))
