"""No update is left out in silence."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.rule import Group, Rule
from piste.lint.watching.course import course

MANY = 0.01  # of all steps


def check(bench: Bench) -> Iterator[Finding]:
    """Yield steps whose gradient was not finite and that therefore left the parameters as they were."""
    found = bench.probe(course)
    skipped, steps = int(found.column("skipped").sum()), found.record.looks[-1].step
    if not skipped:
        return
    share = skipped / max(steps, 1)
    yield RULE.finding(
        Severity.ERROR if share > MANY else Severity.WARNING,
        f"{skipped:,} of {steps:,} updates were left out because a gradient was not finite",
        evidence=[Evidence("updates left out", f"{skipped:,}", "0")]
        + ([Evidence("first such value", found.record.first_not_finite)] if found.record.first_not_finite else []),
        cause="apply_if_finite, or a check of one's own, hides that loss or gradient is NaN or infinite on some "
        "batches: those examples are never learnt from.",
        fix="Find the operation (log, sqrt, a quotient at 0) and keep it from 0; then take apply_if_finite out",
        remedy="usual-optimiser",
        key="optimiser.skipped-updates",
        others=["Examples that are not finite: piste explain D106"],
    )


RULE = Rule(
    "O204", "skipped-updates", "Every update is made", Group.OPTIMISER, ("watched",), check,
    explained_by=("D106", "L104", "M112"), trains=True,
)  # fmt: skip
