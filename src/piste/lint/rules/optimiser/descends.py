"""The first update goes down the loss, not up."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.steps import descent
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield an update that points along the gradient instead of against it."""
    found = bench.probe(descent)
    if not all(cosine > 0.05 for cosine in found.cosines):
        return
    yield RULE.finding(
        Severity.ERROR,
        "The update climbs the loss",
        evidence=[
            Evidence("cosine of update and gradient on three batches", ", ".join(f"{one:.2f}" for one in found.cosines),
                     "below 0")
        ],
        cause="The sign of the update is wrong: it is subtracted where Optax adds, or the rate in optax.scale is "
        "positive.",
        fix="parameters = optax.apply_updates(parameters, updates); optax.scale(-rate)",
        key="optimiser.ascent",
        remedy="reverse-update",
    )  # fmt: skip


RULE = Rule("O101", "descends", "The update descends", Group.OPTIMISER, ("update", "network", "loss", "targets"), check)
