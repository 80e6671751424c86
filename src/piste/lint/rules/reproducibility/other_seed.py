"""Another seed gives another start."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.needs import has
from piste.lint.probes.steps import other_seed
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a seed without effect."""
    if bench.pipeline.start is None and not has(bench.pipeline, "init"):
        raise NotRun("To run it, give init= or start=, which make fresh parameters from a seed.")
    if bench.probe(other_seed).differing:
        return
    yield RULE.finding(
        Severity.INFO,
        "The seed has no effect on the parameters to begin with",
        evidence=[Evidence("leaves that differ between seeds 0 and 1", "0", "1 or more")],
        cause="A fixed seed inside init or start: repeats with other seeds would be one run told several times.",
        fix="jax.random.key(seed), with the seed that is handed in",
        key="reproducibility.no-seed",
    )


RULE = Rule("R102", "other-seed", "The seed has an effect", Group.REPRODUCIBILITY, ("update",), check)
