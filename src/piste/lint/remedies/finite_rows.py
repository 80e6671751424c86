"""Leaves out the examples that are no numbers."""

import numpy as np

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.pipeline import Split
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources, taken
from piste.lint.rules.data.finite_data import not_finite

_MOST = 0.1  # of a split that may go: more is no accident, and wants to be filled in


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline without the few examples whose inputs, targets or weights are not finite."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Leave the examples out where it reads them.")
    kept, said = {}, []
    for name, split in pipeline.splits.items():
        gone = _broken(split)
        if len(gone) > _MOST * len(split):
            raise NotFixed(f"{len(gone):,} of {len(split):,} examples of {name} would go: {finding.fix}")
        if len(gone):
            kept[name] = taken(split, np.setdiff1d(np.arange(len(split)), gone))
            said.append(f"{len(gone):,} of {len(split):,} examples of {name}")
    return Mended(changed(pipeline, **kept) if kept else pipeline, f"{' and '.join(said)} are left out")


def _broken(split: Split) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    given = [one for name in ("inputs", "targets", "weights") if (one := getattr(split, name)) is not None]
    return np.unique(np.concatenate([not_finite(as_numpy(one)) for one in given]))


REMEDY = Remedy("finite-rows", "Leaves out examples that are not finite", mend)
