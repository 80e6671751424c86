"""Leaves the blank examples out of train."""

import numpy as np

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources, taken
from piste.lint.rules.data.blank_examples import blank

_MOST = 0.5  # of the train split that may go


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline without those examples of train all of whose values are equal."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Leave the examples out where it reads them.")
    gone = blank(as_numpy(pipeline.train.inputs))
    if not gone.any() or gone.mean() > _MOST:
        raise NotFixed(f"{int(gone.sum()):,} of {len(gone):,} examples of train would go. By hand: {finding.fix}.")
    mended = changed(pipeline, train=taken(pipeline.train, np.flatnonzero(~gone)))
    return Mended(mended, f"{int(gone.sum()):,} of {len(gone):,} examples are left out of train")


REMEDY = Remedy("drop-blank", "Leaves blank examples out of train", mend)
