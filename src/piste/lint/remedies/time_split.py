"""Divides the examples anew, so that each split is later than the one before."""

import numpy as np

from piste.core.findings import Finding
from piste.data.splits import by_time
from piste.lint.bench import Bench
from piste.lint.remedies.divided_anew import divided, whole
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources
from piste.lint.rules.data.times_in_order import times_as_numbers


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with all examples divided by time, the latest to judge by."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Divide where it reads them: sort by time, and cut.")
    every = whole(pipeline)
    times = times_as_numbers(every.times)
    if np.isnan(times).any():
        raise NotFixed(f"{int(np.isnan(times).sum()):,} examples have no time: give it, or leave them out.")
    splits = divided(pipeline, every, by_time(times))
    sizes = ", ".join(f"{name} {len(split):,}" for name, split in splits.items())
    return Mended(changed(pipeline, **splits), f"the examples are divided anew by time ({sizes})")


REMEDY = Remedy("time-split", "Divides anew, the latest to judge by", mend)
