"""The batches of an epoch have few shapes, so that little is compiled."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.streams import epoch
from piste.lint.rule import Group, Rule

_MOST = 4


def check(bench: Bench) -> Iterator[Finding]:
    """Yield streams that make the step compile again and again."""
    shapes = set(bench.probe(epoch, 0).shapes)
    if len(shapes) <= _MOST:
        return
    yield RULE.finding(
        Severity.WARNING,
        f"The batches of an epoch have {len(shapes)} different shapes",
        evidence=[Evidence("different shapes", str(len(shapes)), f"{_MOST} or fewer")],
        cause="Every new shape compiles the step again, which takes seconds.",
        fix="Pad batches to a few lengths",
        remedy="usual-stream",
        key="loop.shapes",
    )


RULE = Rule("T105", "few-shapes", "Batches have few shapes", Group.LOOP, ("stream",), check)
