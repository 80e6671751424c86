"""The outputs depend on every input."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.slopes import dead_inputs
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield places of the input on which nothing depends."""
    if bench.pipeline.declared.dead_inputs:
        raise NotRun("Inputs on which nothing depends are declared.")
    found = bench.probe(dead_inputs)
    if not found.places:
        return
    shown = ", ".join(str(place[0] if len(place) == 1 else place) for place in found.places[:6])
    all_dead = len(found.places) == found.total
    yield RULE.finding(
        Severity.ERROR if all_dead else Severity.WARNING,
        "The outputs depend on no input at all" if all_dead else f"The outputs do not depend on input {shown}",
        evidence=[Evidence("places whose gradient is exactly 0", f"{len(found.places)} of {found.total}", "0")],
        cause="A slice, mask, stride or reshape leaves them out.",
        fix="Declared(dead_inputs=True), if they are padding",
        key="model.dead-inputs",
    )


RULE = Rule("M108", "dead-inputs", "The outputs depend on every input", Group.MODEL, ("network", "targets"), check)
