"""Two trainings from one seed are equal to the last bit, and another seed gives others."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.steps import same_seed
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield trainings that chance enters beside the seed, and seeds without effect."""
    found = bench.probe(same_seed)
    if found.differing:
        yield RULE.finding(
            Severity.WARNING,
            "Two trainings from the same seed on the same batches differ",
            evidence=[
                Evidence("leaves that differ after 10 steps", str(len(found.differing)), "0"),
                Evidence("largest difference", f"{found.largest:.3g}", "0"),
            ],
            cause="A draw outside the seed (NumPy's or Python's own generator, the clock), a state kept between "
            "trainings, or an operation whose order is not fixed.",
            fix="Draw from jax.random with keys made from the seed, and keep everything that changes in the state",
            key="reproducibility.seed",
            where=Where(layer=found.differing[0]),
        )


RULE = Rule(
    "R101", "same-seed", "Equal seeds give equal bits", Group.REPRODUCIBILITY, ("update", "targets"), check, trains=True
)
