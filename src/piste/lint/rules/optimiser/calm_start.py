"""The loss does not shoot up at the start."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.rates import only_at_first, spike, too_high
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield an early spike of the loss that a warm-up avoids, where that leaves the training better off."""
    found = bench.probe(spike)
    if found is None or (bench.probe(too_high) and not bench.probe(only_at_first)):
        return
    late = f"mean loss of the last third of {found.steps} steps"
    yield RULE.finding(
        Severity.WARNING,
        "The loss shoots up at the start, and does not with a warm-up",
        evidence=[
            Evidence("highest loss of a batch", f"{found.highest:.4g}", f"{found.highest_warmed:.4g} with a warm-up"),
            Evidence(late, f"{found.plain:.4g}", f"{found.warmed:.4g} with a warm-up"),
            Evidence("difference in standard errors", f"{found.gap.errors:.1f}", "below 3"),
        ],
        cause="The first steps are as long as later ones, while the gradient's direction is not yet known well.",
        fix=f"Let the rate rise over the first {found.rise} steps: optax.warmup_cosine_decay_schedule, "
        "piste train --warmup 2",
        key="optimiser.no-warm-up",
        p_value=found.gap.chance,
    )


RULE = Rule(
    "O107", "calm-start", "The loss does not shoot up at the start", Group.OPTIMISER,
    ("update", "network", "loss", "targets"), check, statistical=True,
    explained_by=("D106", "D114", "L101", "L102", "L103", "L104", "M109", "M112", "O101", "O201"), trains=True,
)  # fmt: skip
