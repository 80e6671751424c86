"""The rate is not too low for the length of the training."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.rates import too_low
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a rate with which the whole training goes less than half as far as it could."""
    found = bench.probe(too_low)
    if found is None:
        return
    length = "as declared" if found.declared else "where none are declared"
    yield RULE.finding(
        Severity.WARNING,
        f"The learning rate is too low: {found.factor:,.0f} times as much learns far more",
        evidence=[
            Evidence("mean loss at the start", f"{found.start:.4g}"),
            Evidence(
                f"the same in fast-forward, after what {found.steps:,.0f} steps do ({length})", f"{found.reached:.4g}"
            ),
            Evidence("the same at 10 times the rate", f"{found.possible:.4g}", "no better"),
        ],
        cause="The training ends while the loss still falls in a straight line.",
        fix=f"{found.factor:,.0f} times the learning rate; or a longer training",
        key="optimiser.rate-too-low",
        others=("the rate is meant for a network that is trained already: then give its parameters",),
        p_value=found.chance,
        remedy="learning-rate",
        settings={"factor": found.factor},
    )


RULE = Rule(
    "O202", "rate-too-low", "The learning rate is not too low for the length of the training", Group.OPTIMISER,
    ("update", "network", "loss", "targets"), check, statistical=True,
    explained_by=("L101", "L102", "L103", "L105", "M102", "M112", "O101", "O102", "O103"), trains=True,
)  # fmt: skip
