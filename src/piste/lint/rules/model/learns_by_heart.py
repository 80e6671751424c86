"""The network can learn two examples by heart."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.causes import DATA, LOSS, MODEL
from piste.lint.probes.descents import ENOUGH, overfit
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a network that cannot make the loss of two examples small."""
    found = bench.probe(overfit)
    if bench.pipeline.declared.smoothing or bench.pipeline.declared.loss or found.start <= 0:
        raise NotRun("A loss with a floor of its own cannot be brought to 0.")
    if found.lowest <= ENOUGH * found.start or found.lowest < 1e-2:
        return
    yield RULE.finding(
        Severity.ERROR,
        "The network cannot learn two examples by heart",
        evidence=[
            Evidence("loss of two examples before", f"{found.start:.4g}"),
            Evidence("lowest of 500 steps of Adam at 0.001, 0.01 and 0.1", f"{found.lowest:.4g}", "near 0"),
        ],
        cause="Something between inputs and loss stops the learning: a wrong output activation, dead units, "
        "inputs of the wrong scale, or a loss with a floor.",
        fix="Take layers out until two examples can be learnt; the last one taken out holds the fault",
        key="model.cannot-overfit",
    )


RULE = Rule(
    "M110", "learns-by-heart", "Two examples can be learnt by heart", Group.MODEL, ("network", "loss", "targets"),
    check,
    explained_by=(*DATA, *LOSS, *MODEL, "M103", "M109", "M202", "M201"),
    trains=True,
)  # fmt: skip
