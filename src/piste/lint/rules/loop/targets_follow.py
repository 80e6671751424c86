"""Each example in the stream has its own target."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.streams import found
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield streams whose targets do not belong to their inputs."""
    seen = bench.probe(found, 0)
    known = int((seen.place >= 0).sum())
    if not known:
        raise NotRun("The stream changes its inputs, so that its examples are not known again.")
    if not seen.wrong_targets:
        return
    share = len(seen.wrong_targets) / known
    yield RULE.finding(
        Severity.ERROR,
        f"{share:.0%} of the examples in the stream have the target of another one",
        evidence=[
            Evidence("examples with another target than in the train split", f"{len(seen.wrong_targets):,}", "0")
        ],
        cause="Inputs and targets are shuffled apart, shifted against each other, or changed on the way.",
        fix="Draw one order, and take inputs[order] and targets[order]",
        remedy="usual-stream",
        key="loop.targets",
        where=Where(split="train", rows=tuple(map(int, seen.wrong_targets[:12]))),
    )


RULE = Rule("T103", "targets-follow", "Targets follow their inputs", Group.LOOP, ("stream", "targets"), check)
