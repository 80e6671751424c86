"""The examples as a person sees them: raw columns where Piste read the data, else the columns of plain inputs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.examples import DataSet
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline

_ORDERED = (Kind.IMAGE, Kind.SEQUENCE, Kind.TEXT)  # examples of one such column are no row of a table


@dataclass(frozen=True)
class Feature:
    """One column: `splits` maps the name of a split to its values (N, ...), of the type that `Column` says."""

    name: str
    kind: Kind
    splits: Mapping[str, NDArray[np.generic]]

    @property
    def every(self) -> NDArray[np.generic]:
        """The values of all splits, one after the other (N, ...)."""
        return np.concatenate(list(self.splits.values()))

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The values of all splits that are there, of a column of numbers (N,)."""
        values = np.asarray(self.every, np.float64)
        return values[np.isfinite(values)]


def features(bench: Bench) -> tuple[Feature, ...]:
    """Probe: the columns that serve as inputs; none where the inputs are pictures or sequences as plain arrays."""
    pipeline = bench.pipeline
    if pipeline.dataset is not None and _belongs(pipeline, pipeline.dataset):
        return _of_columns(pipeline.dataset, pipeline)
    inputs = {name: as_numpy(split.inputs) for name, split in pipeline.splits.items()}
    if not inputs or any(one.ndim != 2 or one.dtype.kind not in "fiub" for one in inputs.values()):
        return ()
    widths = {one.shape[1] for one in inputs.values()}
    if len(widths) > 1:
        return ()
    return tuple(
        Feature(f"input {place}", Kind.NUMBER, {name: one[:, place] for name, one in inputs.items()})
        for place in range(widths.pop())
    )


def tabular(bench: Bench) -> tuple[Feature, ...]:
    """Probe: the columns of numbers, flags, dates and categories."""
    return tuple(one for one in bench.probe(features) if one.kind not in _ORDERED)


def numeric(bench: Bench) -> tuple[Feature, ...]:
    """Probe: the columns of numbers."""
    return tuple(one for one in bench.probe(features) if one.kind is Kind.NUMBER)


def _belongs(pipeline: Pipeline, dataset: DataSet) -> bool:
    return all(len(dataset.rows.get(name, ())) == len(split) for name, split in pipeline.splits.items())


def _of_columns(dataset: DataSet, pipeline: Pipeline) -> tuple[Feature, ...]:
    return tuple(
        Feature(column.name, column.kind, {name: column.values[dataset.rows[name]] for name in pipeline.splits})
        for column in dataset.used
    )
