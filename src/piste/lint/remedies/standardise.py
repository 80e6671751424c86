"""Brings the inputs to mean 0 and deviation 1, by the numbers of the train split."""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.pipeline import Split
from piste.lint.remedies.remedy import Mended, Remedy, changed, refuse_other_sources


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with each column of a table standardised, or all values of other inputs alike."""
    pipeline = bench.pipeline
    by_hand = "Standardise there: (inputs - train.mean(axis=0)) / train.std(axis=0)."
    refuse_other_sources(pipeline, by_hand)
    train = as_numpy(pipeline.train.inputs).astype(np.float64)
    axis = 0 if train.ndim == 2 else None
    mean, deviation = train.mean(axis=axis), train.std(axis=axis)
    scale = np.where(deviation > 0, deviation, 1.0)
    splits = {name: _scaled(split, mean, scale) for name, split in pipeline.splits.items()}
    what = "each column" if axis == 0 else "all inputs"
    return Mended(changed(pipeline, **splits), f"{what}: less the mean of train, divided by its deviation")


def _scaled(split: Split, mean: NDArray[Any], scale: NDArray[Any]) -> Split:
    given = as_numpy(split.inputs)
    inputs = ((given - mean) / scale).astype(given.dtype if given.dtype.kind == "f" else np.float32)
    return dataclasses.replace(split, inputs=tensor(inputs) if is_torch(split.inputs) else inputs)


REMEDY = Remedy("standardise", "Standardises the inputs with the numbers of train", mend)
