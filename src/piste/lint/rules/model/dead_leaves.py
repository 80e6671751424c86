"""Every parameter that is to be trained receives a gradient."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.slopes import flat_loss, leaf_slopes
from piste.lint.rule import Group, Rule
from piste.lint.tree import listed, matches


def check(bench: Bench) -> Iterator[Finding]:
    """Yield leaves whose gradient is exactly 0 on three batches, at the start and away from it."""
    found, declared = bench.probe(leaf_slopes), bench.pipeline.declared
    zero = [path for path in found.zero if not matches(path, declared.frozen)]
    if not zero:
        return
    every = len(zero) == len(found.largest)
    if every and bench.probe(flat_loss):
        yield _flat(zero, len(found.largest))
        return
    yield RULE.finding(
        Severity.ERROR,
        "No parameter receives a gradient" if every else f"{listed(zero)}: no gradient arrives",
        evidence=[
            Evidence("leaves whose gradient is exactly 0", f"{len(zero)} of {len(found.largest)}", "0"),
            Evidence("largest gradient of any leaf", f"{max(found.largest.values()):.3g}"),
        ],
        cause="The loss passes through something without a slope: argmax, round, a dead layer."
        if every
        else "The layer's result is not used, a stop_gradient lies behind it, or all its units are dead.",
        fix="Follow the outputs back to these leaves; if they are to stay: Declared(frozen=(...))",
        remedy="usual-start",
        key="model.no-gradient" if every else "model.disconnected",
        where=Where(layer=zero[0]),
    )


def _flat(zero: list[str], leaves: int) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        "The loss has no slope: no parameter receives a gradient",
        evidence=[
            Evidence("gradient of the loss by the outputs", "exactly 0", "not 0"),
            Evidence("leaves whose gradient is exactly 0", f"{len(zero)} of {leaves}", "0"),
        ],
        cause="The loss passes the outputs through something without a slope: argmax, round, a comparison, a cut.",
        fix="A loss of the outputs themselves: optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()",
        remedy="usual-loss",
        key="loss.flat",
    )


RULE = Rule(
    "M102", "dead-leaves", "Every parameter receives a gradient", Group.MODEL, ("network", "loss", "targets"), check,
    explained_by=("M113",),  # one unit that is silent cuts off all before it
)  # fmt: skip
