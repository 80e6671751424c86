"""Padding does not change the outputs of real steps."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.modes import padding
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield outputs that change when padding is appended."""
    found = bench.probe(padding)
    if found.none:
        return
    yield RULE.finding(
        Severity.ERROR,
        "Outputs change when padding is appended",
        evidence=[Evidence("change", f"{found.changed:.3g}", f"0 (outputs up to {found.size:.3g})")],
        cause="The mask of real steps is missing or does not reach attention, pooling or the recurrent state.",
        fix="Hand the mask of real steps on to every layer that looks across steps",
        key="model.padding",
    )


RULE = Rule(
    "M107", "padding", "Padding changes nothing", Group.MODEL, ("network", "padding", "train|validation|test"), check
)
