"""Divides the examples anew, so that those of a group share a split."""

import numpy as np

from piste.core.findings import Finding
from piste.data.splits import by_group
from piste.lint.bench import Bench
from piste.lint.remedies.divided_anew import divided, whole
from piste.lint.remedies.remedy import Mended, Remedy, changed, refuse_other_sources
from piste.lint.rules.data.groups_apart import group_names


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with all examples divided by group; those without one are a group each."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Divide where it reads them: --group COLUMN, or GroupShuffleSplit.")
    every = whole(pipeline)
    names = group_names(every.groups)
    own = np.char.add("\0", np.arange(len(names)).astype(str))
    codes = np.unique(np.where(names == "", own, names), return_inverse=True)[1]
    splits = divided(pipeline, every, by_group(codes, pipeline.seed))
    sizes = ", ".join(f"{name} {len(split):,}" for name, split in splits.items())
    return Mended(changed(pipeline, **splits), f"the examples are divided anew by group ({sizes})")


REMEDY = Remedy("group-split", "Divides anew, each group in one split", mend)
