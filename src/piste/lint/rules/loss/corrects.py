"""An answer that is surely wrong is corrected at least about as strongly as an undecided one."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.probes.laws import correction
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_LEAST = 0.01  # of the gradient at undecided answers; squared errors of probabilities are at 1e-4, cross-entropies at 1


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a loss whose gradient is all but gone where the network is wrong and sure of it."""
    if bench.probe(problem).task is Task.REGRESSION:
        raise NotRun("A number cannot be sure and wrong.")
    found = bench.probe(correction)
    if found.wrong >= _LEAST * found.neutral:
        return
    yield RULE.finding(
        Severity.WARNING,
        "The loss hardly corrects answers that are wrong and sure",
        evidence=[
            Evidence(
                "gradient at logits 5 in favour of wrong classes", f"{found.wrong:.3g}", f"about {found.neutral:.3g}"
            )
        ],
        cause="Squared errors of probabilities, a second softmax or a clipped loss are flat there.",
        fix="jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, labels))",
        remedy="usual-loss",
        key="loss.flat",
    )


RULE = Rule(
    "L105", "corrects", "What is wrong and sure is corrected", Group.LOSS, ("loss", "task"), check,
    explained_by=("L101", "L104"),
)  # fmt: skip
