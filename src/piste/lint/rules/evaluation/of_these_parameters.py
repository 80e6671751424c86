"""The reported score is that of the parameters that are handed in, and the same each time."""

from collections.abc import Iterator
from typing import Any

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.steps import other_seed
from piste.lint.rule import Group, Rule
from piste.lint.training import batches, training

_STEPS = 4


def check(bench: Bench) -> Iterator[Finding]:
    """Yield evaluations of other parameters, or with chance in them."""
    evaluate, one = bench.pipeline.evaluate, bench.probe(training)
    if evaluate is None:
        return
    # Other seeds may reach the same score by chance; four that all do may not. A head of zeros is the same for all
    # seeds until steps are made.
    states = [one.start(bench.pipeline.seed), *(_moved(bench, more) for more in range(1, 4))]
    scores = [float(evaluate(state)) for state in states]
    again = float(evaluate(states[0]))
    if again != scores[0] and not bench.pipeline.declared.random_evaluation:
        yield RULE.finding(
            Severity.ERROR,
            "Evaluating the same parameters twice gives two scores",
            evidence=[Evidence("second score", f"{again:.6g}", f"{scores[0]:.6g}")],
            cause="Dropout or augmentation is on, or each evaluation draws other examples.",
            fix="Evaluate the whole split in evaluation mode, without a key",
            remedy="usual-evaluation",
            key="evaluation.random",
        )
    if len(set(scores)) == 1 and bench.probe(other_seed).differing:
        same = ", ".join(f"{one:.6g}" for one in scores)
        yield RULE.finding(
            Severity.ERROR,
            "The score does not depend on the parameters",
            evidence=[Evidence("scores of a start, and of three others after a few steps", same, "different")],
            cause="The evaluation holds on to older parameters: a closure, a copy, a constant in a compiled function.",
            fix="Hand the parameters to the evaluation as an argument",
            remedy="usual-evaluation",
            key="evaluation.stale",
        )


def _moved(bench: Bench, more: int) -> Any:
    one = bench.probe(training)
    state = one.start(bench.pipeline.seed + more)
    if bench.pipeline.train is None or bench.pipeline.train.targets is None:
        return state
    for inputs, targets in bench.probe(batches, _STEPS):
        state = one.step(state, inputs, targets)
    return state


RULE = Rule(
    "E104",
    "of-these-parameters",
    "The score is that of these parameters",
    Group.EVALUATION,
    ("evaluate", "update"),
    check,
)
