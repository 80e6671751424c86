"""Brings the inputs of all splits to the scale of train."""

import dataclasses

import numpy as np

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.pipeline import Split
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources

_QUANTILES = (0.1, 0.5, 0.9)


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose other splits have the median of train's inputs, and its range from 10 % to 90 %.

    Splits that have them nearly stay as they are: of examples drawn alike, quantiles differ by chance.
    """
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Scale there.")
    train = np.quantile(as_numpy(pipeline.train.inputs), _QUANTILES)
    name = finding.where.split
    split = pipeline.splits.get(name)
    if split is None or name == "train":
        raise NotFixed(f"By hand: {finding.fix}.")
    names = [one for one in pipeline.splits if one != "train" and _apart(pipeline.splits[one], train)]
    splits = {one: _scaled(pipeline.splits[one], train) for one in names}
    return Mended(changed(pipeline, **splits), f"the inputs of {' and '.join(names)} are on the scale of train's")


def _apart(split: Split, train: np.ndarray) -> bool:
    own = np.quantile(as_numpy(split.inputs), _QUANTILES)
    return bool(own[2] > own[0] and not 0.5 < (own[2] - own[0]) / (train[2] - train[0]) < 2.0)


def _scaled(split: Split, train: np.ndarray) -> Split:
    given = as_numpy(split.inputs)
    own = np.quantile(given, _QUANTILES)
    ratio = (train[2] - train[0]) / (own[2] - own[0])
    return dataclasses.replace(split, inputs=((given - own[1]) * ratio + train[1]).astype(given.dtype))


REMEDY = Remedy("same-scale", "Brings all splits to the scale of train", mend)
