"""The rate is not too high."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.forks import STEPS
from piste.lint.probes.rates import TooHigh, only_at_first, too_high
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a rate at which the loss goes up or stands still, while a lower one brings it down."""
    found = bench.probe(too_high)
    if found is None or (not found.diverges and bench.probe(only_at_first)):
        return
    bad = found.diverges or found.at_rate > found.start
    yield RULE.finding(
        Severity.ERROR if bad else Severity.WARNING,
        "The learning rate is too high: "
        + ("the loss does not fall" if bad else f"{found.factor:g} of it learns more"),
        evidence=[
            *_losses(found),
            Evidence("highest loss of a batch on the way", f"{found.highest:.4g}"),
        ],
        cause="The steps are longer than the loss is smooth, so that they jump over its valleys.",
        fix=f"{found.factor:g} times the learning rate; then gradient clipping or a warm-up, if it is to be higher",
        key="optimiser.diverges" if found.diverges else "optimiser.rate-too-high",
        others=("the inputs or the targets are not scaled", "the loss is a sum over the batch"),
        p_value=None if found.diverges else min(1.0, 2.0 * found.gap.chance),
        remedy="learning-rate",
        settings={"factor": found.factor},
    )


def _losses(found: TooHigh) -> list[Evidence]:
    late = f"of the second half of {STEPS} steps"
    return [
        Evidence(f"mean loss {late} at the rate", f"{found.at_rate:.4g}", f"below {found.start:.4g}, as at the start"),
        Evidence(f"the same at {found.factor:g} times the rate", f"{found.lower:.4g}", "no better"),
        Evidence("difference in standard errors", f"{found.gap.errors:.1f}", "below 3"),
    ]


RULE = Rule(
    "O201", "rate-too-high", "The learning rate is not too high", Group.OPTIMISER,
    ("update", "network", "loss", "targets"), check, statistical=True,
    explained_by=("D106", "D114", "L101", "L102", "L103", "L104", "L107", "M112", "O101"), trains=True,
)  # fmt: skip
