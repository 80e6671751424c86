"""The metric says the best of perfect predictions, and worse of worse ones."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.losses import close
from piste.lint.probes.metrics import Scores, known_scores
from piste.lint.problem import problem
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a metric that broadcasts, does not tell good from bad, or runs against its declared direction."""
    found = bench.probe(known_scores)
    if found.shape[:2] == (found.examples, found.examples) or _compares_pairs(bench, found):
        yield _broadcast(found)
    elif close(found.perfect, found.all_wrong) or close(found.perfect, found.exchanged):
        yield _blind(found)
    else:
        yield from _direction(found, bench.pipeline.higher_is_better)
        if bench.probe(problem).of_classes:
            yield from _values(found)


def _compares_pairs(bench: Bench, found: Scores) -> bool:
    return bench.probe(problem).of_classes and close(found.perfect, found.pairs) and not close(found.pairs, 1.0)


def _broadcast(found: Scores) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        f"The metric of perfect predictions is {found.perfect:.4g}: it compares every example with every other",
        evidence=[*_evidence(found), Evidence("shape of what the metric returns", str(found.shape), "() or (N,)")],
        cause="Predictions (N, 1) and targets (N,) broadcast to (N, N).",
        fix="predictions = predictions.squeeze(-1), before the metric",
        key="metric.broadcast",
    )


def _blind(found: Scores) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        "The metric does not tell right predictions from wrong ones",
        evidence=_evidence(found),
        cause="It compares the wrong things: an axis too few or too many, or a threshold at 0.5 on logits.",
        fix="Call the metric by hand with outputs that are right, and with outputs that are wrong",
        key="metric.blind",
    )


def _direction(found: Scores, higher_is_better: bool | None) -> Iterator[Finding]:
    higher = found.perfect > found.all_wrong
    if higher_is_better is None or higher == higher_is_better:
        return
    said, true = ("higher", "lower") if higher_is_better else ("lower", "higher")
    yield RULE.finding(
        Severity.ERROR,
        f"The metric is declared to be better when {said}, and is better when {true}",
        evidence=_evidence(found),
        cause="Early stopping, the choice of the best epoch and a search would keep the worst.",
        fix=f"higher_is_better={higher}",
        key="metric.direction",
    )


def _values(found: Scores) -> Iterator[Finding]:
    share = 1.0 / found.examples
    looks = min(found.perfect, found.all_wrong) >= 0.0 and max(found.perfect, found.all_wrong) <= 1.0
    if not looks or close(found.perfect, 1.0) or close(found.perfect, 0.0):
        return
    yield RULE.finding(
        Severity.ERROR,
        f"The metric of perfect predictions is {found.perfect:.4g}",
        evidence=[*_evidence(found), Evidence("what one example weighs", f"{share:.4g}")],
        cause="Predictions and targets are not compared one by one: a wrong axis, or a threshold on logits.",
        fix="Compare shapes: predictions and targets must both be (N,)",
        key="metric.wrong",
    )


def _evidence(found: Scores) -> list[Evidence]:
    return [
        Evidence(
            "metric of perfect predictions", f"{found.perfect:.4g}", "1 for a share of right answers, 0 for an error"
        ),
        Evidence(f"with 1 of {found.examples} wrong", f"{found.one_wrong:.4g}"),
        Evidence("with half of them wrong", f"{found.half_wrong:.4g}"),
        Evidence("with all of them wrong", f"{found.all_wrong:.4g}", "as far from perfect as can be"),
    ]


RULE = Rule(
    "E101", "known-scores", "The metric gives known scores, in the direction declared", Group.EVALUATION,
    ("metric", "task"), check,
)  # fmt: skip
