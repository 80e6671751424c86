"""The units of a layer become different from each other."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.descents import Units, units
from piste.lint.rule import Group, Rule
from piste.lint.tree import listed


def check(bench: Bench) -> Iterator[Finding]:
    """Yield layers whose units are all the same after training began."""
    found = bench.probe(units)
    if not found.alike:
        yield from _constant(found)
        return
    yield RULE.finding(
        Severity.ERROR,
        f"All units of {listed(found.alike)} do the same",
        evidence=[
            Evidence("layers whose units are equal after 100 steps", f"{len(found.alike)} of {found.matrices}", "0")
        ],
        cause="They start equal (zeros or a constant), receive equal gradients, and so stay equal.",
        fix="Draw the kernel at random: kernel_init=nn.initializers.he_normal()",
        remedy="usual-start",
        key="model.symmetry",
        where=Where(layer=found.alike[0]),
    )


def _constant(found: Units) -> Iterator[Finding]:
    """Yield layers whose units begin equal, and are told apart by what follows them alone."""
    if found.constant:
        yield RULE.finding(
            Severity.WARNING,
            f"All weights of {listed(found.constant)} begin with the same value",
            evidence=[Evidence("layers that begin with one value", f"{len(found.constant)} of {found.matrices}", "0")],
            cause="They start as a constant: their units look at the same thing, and part slowly.",
            fix="Draw the kernel at random: kernel_init=nn.initializers.he_normal()",
            remedy="usual-start",
            key="model.symmetry",
            where=Where(layer=found.constant[0]),
        )


RULE = Rule(
    "M111", "units-differ", "The units of a layer differ", Group.MODEL, ("network", "loss", "targets"), check,
    explained_by=("M102",), trains=True,
)  # fmt: skip
