"""An epoch goes through the whole train split."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.streams import epoch, found
from piste.lint.rule import Group, NotRun, Rule

_LEAST = 0.98  # of the examples, the rest of a last batch that is dropped apart


def check(bench: Bench) -> Iterator[Finding]:
    """Yield streams that leave examples out."""
    seen, one = bench.probe(found, 0), bench.probe(epoch, 0)
    if np.mean(seen.place >= 0) < 0.5:
        raise NotRun("The stream changes its inputs, so that its examples are not known again.")
    distinct = len(set(seen.place[seen.place >= 0].tolist()))
    dropped = max((shape[0] for shape in one.shapes), default=0) - 1  # a last batch that is not full
    if distinct >= _LEAST * seen.rows - dropped:
        return
    yield RULE.finding(
        Severity.ERROR,
        f"An epoch shows {distinct:,} of {seen.rows:,} examples",
        evidence=[
            Evidence(
                "distinct examples of the train split in an epoch", f"{distinct:,}", f"{seen.rows - dropped:,} or more"
            ),
            Evidence("batches", f"{len(one.shapes):,}"),
        ],
        cause="The stream ends early, or the number of steps is that of another batch size.",
        fix="steps = len(train) // batch_size, and a new order each epoch",
        remedy="usual-stream",
        key="loop.coverage",
        where=Where(split="train"),
    )


RULE = Rule("T101", "coverage", "An epoch shows every example", Group.LOOP, ("stream", "train"), check)
