"""How to do it again: the command, the seed, the versions, the machine and the data's fingerprint."""

from piste.core.panels import Block, Fact, Facts
from piste.core.records import RunRecord


def repeat(run: RunRecord, fingerprint: str = "") -> tuple[Block, ...]:
    """Return everything that is needed to repeat the run."""
    facts = [
        Fact("command", run.command),
        Fact("seed", str(run.seed), "the same seed gives the same result"),
        Fact("created", run.created),
        Fact("device", run.device),
        Fact("versions", ", ".join(f"{name} {version}" for name, version in run.versions.items())),
    ]
    if fingerprint:
        facts.append(Fact("data fingerprint", fingerprint, "SHA-256 of the decoded content"))
    return (Facts(tuple(facts)),)
