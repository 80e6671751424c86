"""How to do it again: the command, the seed, the versions, the machine and the data's fingerprint."""

from piste.core.panels import Block, Fact, Facts
from piste.core.records import DataRecord, RunRecord


def repeat(run: RunRecord, data: DataRecord | None = None) -> tuple[Block, ...]:
    """Return everything that is needed to repeat the run."""
    facts = [
        Fact("command", run.command),
        Fact("seed", str(run.seed), "the same seed gives the same result"),
        Fact("created", run.created),
        Fact("device", run.device),
        Fact("versions", ", ".join(f"{name} {version}" for name, version in run.versions.items())),
    ]
    if data is not None:
        facts.append(Fact("data", data.name, data.source))
        facts.append(Fact("data fingerprint", data.fingerprint, "SHA-256 of the decoded content"))
    return (Facts(tuple(one for one in facts if one.value)),)
