"""No layer is so narrow that the network cannot learn."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.capacity import STEPS, WIDER, wider
from piste.lint.rule import Group, Rule

_WORSE = 1.5  # times the loss of the wider twin


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a hidden layer of a few units, where more of them learn far more."""
    found = bench.probe(wider)
    if found is None or not found.gap.clear or found.wide >= found.start:
        return
    if found.narrow < _WORSE * max(found.wide, 0.0):
        return
    one = found.units == 1
    yield RULE.finding(
        Severity.WARNING,
        f"A hidden layer of {found.units} {'unit' if one else 'units'} keeps the network from learning",
        evidence=[
            Evidence(f"mean loss of the last quarter of {STEPS} steps of Adam", f"{found.narrow:.4g}"),
            Evidence(f"the same with {WIDER} units there", f"{found.wide:.4g}", "no better"),
            Evidence("difference in standard errors", f"{found.gap.errors:.1f}", "below 3"),
        ],
        cause="All that later layers can know has to pass through it.",
        fix=f"{WIDER} units or more in this layer",
        key="model.bottleneck",
        where=Where(layer=", ".join(f"layer {place}" for place in found.layers)),
        others=("the narrow layer is meant: a code of few numbers",),
        p_value=found.gap.chance,
    )


RULE = Rule(
    "M113", "wide-enough", "No layer is too narrow to learn through", Group.MODEL,
    ("model", "loss", "targets"), check, statistical=True,
    explained_by=("D106", "L101", "L102", "L104", "L107", "M101", "M111", "M112"), trains=True,
)  # fmt: skip
