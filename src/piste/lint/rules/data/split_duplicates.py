"""No example of a split that judges stands in the train split as well."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.chance import at_least
from piste.lint.probes.twins import Shared, shared
from piste.lint.rule import Group, NotRun, Rule

_SPOILS = 0.01  # share of a split from which on its score is too good
_CHANCE = 1e-3
_FEW = 3  # one twin is no matter for a score
_SHOWN = 6


def check(bench: Bench) -> Iterator[Finding]:
    """Yield the splits that share more examples with train than chance makes of such columns."""
    if not len(bench.pipeline.train):
        raise NotRun("The train split is empty.")
    for name in bench.pipeline.splits:
        if name == "train":
            continue
        found = bench.probe(shared, name)
        if len(found.rows) and at_least(found.pairs, found.at_most) < _CHANCE:
            yield _finding(bench, name, found)


def _finding(bench: Bench, name: str, found: Shared) -> Finding:
    split, train = bench.pipeline.splits[name], bench.pipeline.train
    share = len(found.rows) / len(split)
    beyond_chance = (len(found.rows) - found.at_most) / len(split)
    severity = Severity.ERROR if beyond_chance >= _SPOILS else Severity.WARNING
    if len(found.rows) < _FEW:
        severity = Severity.INFO
    pairs = [
        (int(train.numbers[a]), int(split.numbers[b]))
        for a, b in zip(found.first[:_SHOWN], found.rows[:_SHOWN], strict=True)
    ]
    return RULE.finding(
        severity,
        f"{len(found.rows):,} of {len(split):,} examples of the {name} split ({share:.1%}) are in train as well",
        evidence=[
            Evidence(f"examples of {name} that train has too", f"{len(found.rows):,}", "0"),
            Evidence("equal pairs of examples", f"{found.pairs:,}", f"{found.by_chance:.2g} by chance"),
            Evidence("first pairs, row of train and of the split", ", ".join(f"{a} = {b}" for a, b in pairs)),
        ],
        cause="The source has copies, and they were divided among the splits: the network is asked what it was told.",
        fix="Drop the copies before dividing: frame.drop_duplicates(); or keep them in one split: --group COLUMN",
        key="data.split-duplicates",
        where=Where(split=name, rows=tuple(row for pair in pairs for row in pair)),
        remedy="drop-duplicates",
        settings={"drop_duplicates": True},
    )


RULE = Rule(
    "D101",
    "split-duplicates",
    "No example stands in train and in another split",
    Group.DATA,
    ("train", "validation|test"),
    check,
)
