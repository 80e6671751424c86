"""The score of a split depends neither on the order of its examples nor on how often all of them are given."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.losses import close
from piste.lint.probes.metrics import cuts
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a metric that is a sum, or in which examples count for each other by place."""
    found = bench.probe(cuts)
    if not close(found.shuffled, found.whole):
        yield RULE.finding(
            Severity.ERROR,
            "The score depends on the order of the examples",
            evidence=[Evidence("in another order", f"{found.shuffled:.4g}", f"{found.whole:.4g}")],
            cause="Predictions and targets are compared by place, or an axis is mixed up.",
            fix="Compare predictions[i] with targets[i] alone",
            key="metric.order",
        )
    elif not close(found.doubled, found.whole):
        yield RULE.finding(
            Severity.WARNING,
            "The score of every example given twice is another one",
            evidence=[Evidence("every example twice", f"{found.doubled:.4g}", f"{found.whole:.4g}")],
            cause="The metric is a sum or a count, so that splits and batches of other sizes cannot be compared.",
            fix="Divide by the number of examples",
            key="metric.sum",
        )


RULE = Rule(
    "E102", "examples-count-alike", "The score is one of the examples, not of their order or number", Group.EVALUATION,
    ("metric", "task"), check, explained_by=("E101",),
)  # fmt: skip
