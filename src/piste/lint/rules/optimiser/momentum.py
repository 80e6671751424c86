"""The optimiser's memory is short against the training."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.responses import LAG, memory
from piste.lint.rule import Group, NotRun, Rule

_SHARE = 0.1  # of the training
_TOO_LONG = 0.2
_USUAL = 25.0  # steps, momentum 0.96: whoever trains for a hundred steps keeps the usual 0.9


def check(bench: Bench) -> Iterator[Finding]:
    """Yield momentum that remembers a good part of the training."""
    kept, steps = bench.probe(memory), bench.pipeline.steps
    if steps is None or not 0.0 < kept < 1.1:
        raise NotRun("The update does not pass a small change of the gradient on.")
    span = 1.0 / max(1.0 - kept, 1e-9)
    if span <= max(_SHARE * steps, _USUAL):
        return
    yield RULE.finding(
        Severity.WARNING if span > _TOO_LONG * steps else Severity.INFO,
        f"The optimiser remembers gradients for {min(span, 1e6):,.0f} of {steps:,} steps",
        evidence=[
            Evidence(f"left of a gradient {LAG} steps later", f"{kept**LAG:.1%}"),
            Evidence("momentum, as measured", f"{kept:.4f}", f"at most {1 - 1 / max(_SHARE * steps, _USUAL):.3f}"),
        ],
        cause="Momentum is too near to 1 for so short a training: updates lag behind, and overshoot.",
        fix="Momentum 0.9, or more steps",
        key="optimiser.momentum",
        remedy="other-setting",
        settings={"momentum": 0.9},
    )


RULE = Rule(
    "O106", "momentum", "The optimiser forgets in time", Group.OPTIMISER, ("optimiser", "network", "steps"), check
)
