"""Leaves out of train the examples that are nearly one of another split."""

import numpy as np

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.probes.quick import vectors
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources, taken
from piste.lint.rules.data.near_duplicates import look_up

_MOST = 0.2  # of the train split that may go
_LARGEST = 2e8  # pairs that are compared


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose train split has no near copy of an example of another split, all of them asked."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Drop the copies where it reads them.")
    given = bench.probe(vectors)
    train = given["train"]
    gone = np.zeros(len(train), bool)
    for name, other in given.items():
        if name == "train":
            continue
        if len(other) * len(train) > _LARGEST:
            raise NotFixed("The splits are too large to compare all pairs: give copies one group, and divide by it.")
        gone[look_up(bench, name, np.arange(len(other))).twins] = True
    count = int(gone.sum())
    if count > _MOST * len(train):
        raise NotFixed(
            f"{count:,} of {len(train):,} examples of train would go: give copies one group, and divide by it."
        )
    if not count:
        return Mended(pipeline, "")
    rows = np.flatnonzero(~gone)
    return Mended(
        changed(pipeline, train=taken(pipeline.train, rows)),
        f"{count:,} of {len(train):,} examples are left out of train",
    )


REMEDY = Remedy("drop-near-duplicates", "Leaves out of train what is nearly in another split", mend)
