"""A training that is saved and restored goes on with the same bits."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.steps import resumed
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a save that forgets something."""
    found = bench.probe(resumed)
    if not found.differing:
        return
    yield RULE.finding(
        Severity.ERROR,
        "A training that was saved and restored ends elsewhere",
        evidence=[
            Evidence("leaves that differ after 10 + 10 steps from 20 straight", str(len(found.differing)), "0"),
            Evidence("largest difference", f"{found.largest:.3g}", "0"),
        ],
        cause="Something is not saved: the optimiser's state, the step count, the random key, running averages.",
        fix="Save the whole state that the step takes and returns, in its own precision",
        key="reproducibility.resume",
        where=Where(layer=found.differing[0]),
    )


RULE = Rule(
    "R103", "resumes", "A restored training goes on with the same bits", Group.REPRODUCIBILITY,
    ("update", "targets", "save", "restore"), check, explained_by=("R101",), trains=True,
)  # fmt: skip
