"""The order of the examples is drawn anew each epoch."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.streams import epoch
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield streams that give every epoch in one order."""
    if bench.pipeline.declared.unshuffled:
        raise NotRun("The order of the examples is declared to stay.")
    first, second = bench.probe(epoch, 0), bench.probe(epoch, 1)
    if len(first.inputs) < _FEW or len(first.shapes) < 2:
        raise NotRun("In one batch, the order has no effect.")
    if not first.inputs or len(set(first.inputs)) == 1 or first.inputs != second.inputs:
        return
    runs = sum(one != other for one, other in zip(first.targets, first.targets[1:], strict=False)) + 1
    ordered = runs < len(first.targets) / 4 and len(set(first.targets)) > 1
    yield RULE.finding(
        Severity.ERROR if ordered else Severity.WARNING,
        "Every epoch shows the examples in the same order",
        evidence=[
            Evidence("examples at the same place in the second epoch", f"{len(first.inputs):,}", "a few by chance"),
            Evidence("runs of equal targets in a row", f"{runs:,}", f"about {len(first.targets):,}, were they mixed"),
        ],
        cause="Nothing is shuffled" + (", and the examples are sorted by target." if ordered else "."),
        fix="order = generator.permutation(len(train)), in each epoch",
        key="loop.unshuffled",
        remedy="shuffle",
    )


_FEW = 16

RULE = Rule("T102", "shuffled", "Each epoch has an order of its own", Group.LOOP, ("stream",), check)
