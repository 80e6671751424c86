"""Leaves out of train the examples that another split has as well."""

import numpy as np

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.probes.twins import twins
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources, taken

_MOST = 0.5  # of the train split that may go


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose train split has no example of another one; what judges stays as it is."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Drop the copies where it reads them.")
    found = bench.probe(twins).of
    others = np.concatenate([codes for name, codes in found.items() if name != "train"])
    kept = ~np.isin(found["train"], others)
    gone = int((~kept).sum())
    if gone > _MOST * len(kept):
        raise NotFixed(f"{gone:,} of {len(kept):,} examples of train would go: divide the data anew, without copies.")
    if not gone:
        return Mended(pipeline, "")
    train = taken(pipeline.train, np.flatnonzero(kept))
    return Mended(changed(pipeline, train=train), f"{gone:,} of {len(kept):,} examples are left out of train")


REMEDY = Remedy("drop-duplicates", "Leaves out of train what another split has", mend)
