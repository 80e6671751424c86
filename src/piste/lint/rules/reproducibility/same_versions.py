"""The packages and variables that numbers depend on are those of the training."""

from collections.abc import Iterator, Mapping

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.rule import Group, NotRun, Rule

_MACHINE = ("python", "system", "device")


def check(bench: Bench) -> Iterator[Finding]:
    """Yield versions and variables that have changed since the training."""
    versions = bench.pipeline.versions
    if not versions:
        raise NotRun("No record says what the training was computed with.")
    changed = {name: pair for name, pair in versions.items() if pair[0] != pair[1]}
    if not changed:
        return
    yield RULE.finding(
        # One that is resumed was to end with the bits of the record; a finished one is what it is.
        Severity.WARNING if bench.pipeline.steps else Severity.INFO,
        f"{', '.join(changed)} changed since the training",
        evidence=[Evidence(name, now or "none", then or "none") for name, (then, now) in changed.items()],
        cause="Packages were updated, or the run moved to another machine: the same seed may give other bits.",
        fix=_fix(changed),
        key="reproducibility.versions",
    )


def _fix(changed: Mapping[str, tuple[str, str]]) -> str:
    packages = [f"{name}=={then}" for name, (then, _) in changed.items() if _is_package(name, then)]
    return f"pip install {' '.join(packages)}" if packages else "Compute where the network was trained, or train anew"


def _is_package(name: str, version: str) -> bool:
    return name.islower() and name not in _MACHINE and version[:1].isdigit()


RULE = Rule(
    "R302",
    "same-versions",
    "What the numbers depend on is as it was when the network was trained",
    Group.REPRODUCIBILITY,
    ("versions",),
    check,
)
