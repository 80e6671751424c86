"""Loss and gradient stay finite where outputs are extreme."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.laws import extremes
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a loss that one bad example can turn to NaN."""
    found = bench.probe(extremes)
    if not found.values and not found.gradients:
        return
    where = ", ".join(dict.fromkeys((*found.values, *found.gradients)))
    rare = not found.values and found.gradients == ("perfect outputs",)
    yield RULE.finding(
        Severity.WARNING if rare else Severity.ERROR,  # outputs are hardly ever perfect
        f"The {'loss' if found.values else 'gradient of the loss'} is not finite for {where}",
        evidence=[
            Evidence("extreme answers with a loss that is not finite", f"{len(found.values)} of {found.tried}", "0"),
            Evidence("with a gradient that is not finite", f"{len(found.gradients)} of {found.tried}", "0"),
        ],
        cause="A logarithm, root or quotient meets 0, or an exponential overflows: log(softmax(x)) in two steps, say.",
        fix="jax.nn.log_softmax(logits), or jax.nn.log_sigmoid: the logarithm in one step",
        remedy="usual-loss",
        key="loss.not-finite",
    )


RULE = Rule("L104", "extremes", "Loss and gradient are finite for extreme outputs", Group.LOSS, ("loss", "task"), check)
