"""The outputs of a step do not look ahead."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.modes import later_steps
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield outputs that change with later inputs."""
    found = bench.probe(later_steps)
    if found.none:
        return
    yield RULE.finding(
        Severity.ERROR,
        "The outputs of a step depend on later steps",
        evidence=[
            Evidence("change of earlier outputs when later inputs change", f"{found.changed:.3g}",
                     f"0 (outputs up to {found.size:.3g})")
        ],
        cause="The causal mask is missing, mirrored or off by one, or something averages over all steps.",
        fix="mask = jnp.tril(jnp.ones((steps, steps), bool)), true where step i may look at step j",
        key="model.causality",
    )  # fmt: skip


RULE = Rule(
    "M106", "causality", "Outputs do not look ahead", Group.MODEL, ("network", "causal", "train|validation|test"), check
)
