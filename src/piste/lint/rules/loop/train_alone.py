"""The stream shows examples of the train split alone."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.streams import found
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield streams that train on validation or test examples."""
    seen = bench.probe(found, 0)
    if not seen.of_validation:
        return
    yield RULE.finding(
        Severity.ERROR,
        f"The stream trains on {seen.of_validation:,} examples of validation or test",
        evidence=[Evidence("examples of other splits in an epoch", f"{seen.of_validation:,}", "0")],
        cause="The splits were joined again, or another array is streamed than the train split.",
        fix="Stream the train split alone",
        remedy="usual-stream",
        key="loop.trains-on-validation",
    )


RULE = Rule(
    "T104",
    "train-alone",
    "Training sees its own split alone",
    Group.LOOP,
    ("stream", "train", "validation|test"),
    check,
)
