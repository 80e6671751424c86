"""Pictures as they look: coarse, whatever their brightness and contrast, so that a copy is near its original."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.features import features
from piste.lint.probes.quick import Numbers

_CELLS = 8  # of each side
_FLAT = 0.02  # of all pixels' deviation: a picture with less contrast looks like nothing
_BLOCK = 1000


def looks(bench: Bench) -> Mapping[str, Numbers] | None:
    """Probe: the pictures of each split as vectors (N, D), the means of at most 8 x 8 cells; None for other inputs.

    Each picture has mean 0 and deviation 1, a blank one is 0.
    """
    given = {name: as_numpy(split.inputs) for name, split in bench.pipeline.splits.items()}
    known = bench.probe(features)
    named = bool(known) and all(one.kind is Kind.IMAGE for one in known)
    if any(one.ndim != 4 or one.dtype.kind not in "fiub" or not len(one) for one in given.values()):
        return None
    if known and not named:
        return None
    spread = float(np.std(np.nan_to_num(given["train"][:_BLOCK].astype(np.float32)))) if "train" in given else 1.0
    return {name: _cells(one, _FLAT * spread) for name, one in given.items()}


def _cells(pictures: NDArray[Any], flat: float) -> Numbers:
    return np.concatenate(
        [_looked_at(pictures[start : start + _BLOCK], flat) for start in range(0, len(pictures), _BLOCK)]
    )


def _looked_at(pictures: NDArray[Any], flat: float) -> Numbers:
    values = np.nan_to_num(pictures.astype(np.float32), posinf=0.0, neginf=0.0)
    for axis in (1, 2):
        size = values.shape[axis]
        starts = np.linspace(0, size, min(_CELLS, size) + 1).round().astype(np.int64)
        shape = [1, 1, 1, 1]
        shape[axis] = len(starts) - 1
        widths = np.diff(starts).astype(np.float32).reshape(shape)
        values = (np.add.reduceat(values, starts[:-1], axis=axis) / widths).astype(np.float32)
    vectors = values.reshape(len(values), -1)
    vectors -= vectors.mean(axis=1, keepdims=True)
    deviation = vectors.std(axis=1, keepdims=True)
    return np.where(deviation > flat, vectors / np.maximum(deviation, 1e-30), 0.0).astype(np.float32)
