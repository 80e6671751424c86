"""Fills what stood for a missing value with the median of the others."""

import dataclasses

import numpy as np

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.pipeline import Split
from piste.lint.remedies.columns import listed_in, places
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with the numbers that stand for gaps as the median of train's other values, in all splits."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Fill the gaps where it reads them.")
    said = []
    splits = dict(pipeline.splits)
    for pair in listed_in(finding, "missing"):
        name, _, text = pair.rpartition(":")
        (place,) = places(bench, [name])
        value = float(text)
        median = _median(next(iter(splits.values())), place, value)
        splits = {key: _filled(split, place, value, median) for key, split in splits.items()}
        said.append(f"{text} in '{name}' is filled with {median:g}, the median of its other values")
    return Mended(changed(pipeline, **splits), "; ".join(said))


def _median(split: Split, place: int, value: float) -> float:
    column = as_numpy(split.inputs)[:, place]
    others = column[np.isfinite(column) & (column != value)]
    if not len(others):
        raise NotFixed("The column has no other value to fill with.")
    return float(np.median(others))


def _filled(split: Split, place: int, value: float, median: float) -> Split:
    inputs = np.array(as_numpy(split.inputs))
    if inputs.dtype.kind in "iub" and median != int(median):
        inputs = inputs.astype(np.float32)
    inputs[inputs[:, place] == value, place] = median
    return dataclasses.replace(split, inputs=tensor(inputs) if is_torch(split.inputs) else inputs)


REMEDY = Remedy("missing-values", "Takes the number for a missing value", mend)
