"""Divides the examples anew, each class in every split."""

import numpy as np

from piste.core.findings import Finding
from piste.data.splits import by_class
from piste.lint.bench import Bench
from piste.lint.probes.classes import labels
from piste.lint.remedies.divided_anew import divided, whole
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with all examples divided by class, none of which has a group or a time."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Divide where it reads them: train_test_split(..., stratify=labels).")
    every, known = whole(pipeline), bench.probe(labels)
    if every.groups is not None or every.times is not None or set(known) != set(pipeline.splits):
        raise NotFixed(f"The examples have groups, times or no classes. By hand: {finding.fix}.")
    codes = np.unique(np.concatenate([known[name] for name in pipeline.splits]), return_inverse=True)[1]
    if len(codes) != len(every):
        raise NotFixed(f"An example has several labels. By hand: {finding.fix}.")
    splits = divided(pipeline, every, by_class(codes, pipeline.seed))
    sizes = ", ".join(f"{name} {len(split):,}" for name, split in splits.items())
    return Mended(changed(pipeline, **splits), f"the examples are divided anew by class ({sizes})")


REMEDY = Remedy("class-split", "Divides anew, each class in every split", mend)
