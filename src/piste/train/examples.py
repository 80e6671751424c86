"""A split on its way to the device."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.train.buckets import bucket
from piste.train.plan import Split

EVALUATION_CHUNK = 256  # examples per forward pass outside training, at most: large enough to fill the cores
_CHUNKS = (32, 48, 64, 96, 128, 192, EVALUATION_CHUNK)  # few, so that nearby sizes are compiled once
_PADDED_BYTES = 1 << 28  # of inputs: above it, an eighth of waste costs more than a compilation saves


@dataclass(frozen=True)
class Examples:
    """One split as it enters the program: inputs float32 or uint8 (B, ...), targets int32 (B,) or float32 (B, K)."""

    inputs: NDArray[np.generic]
    targets: NDArray[np.generic]
    weights: NDArray[np.float32] | None = None  # (B,), ones when left out

    def __len__(self) -> int:
        return len(self.inputs)


def on_device(examples: Examples, multiple: int = 1, *, exact: bool = False) -> Split:
    """Return the split on the device, its rows padded with zero weight to few sizes, multiples of `multiple`.

    Splits of nearly as many rows so share compiled programs, for at most an eighth of waste; a split above 256 MiB, or
    an `exact` one, or one that is on the device already, is padded to the next multiple only. Where nothing else needs
    weights, a split without a multiple has none: its rows are drawn by their number, so that padding never is.
    """
    count = len(examples)
    parts = -(-count // multiple)
    there = hasattr(examples.inputs, "devices")  # on the device already: used as it is, not copied
    exact = exact or there or examples.inputs.nbytes > _PADDED_BYTES
    extra = (parts if exact else bucket(parts)) * multiple - count
    inputs, targets = _padded(examples.inputs, extra), _padded(examples.targets, extra)
    if examples.weights is None and multiple == 1:
        return jax.device_put(Split(inputs, targets, None))  # all at once: one call per array takes three times as long
    weights = np.ones(count, np.float32) if examples.weights is None else examples.weights
    return jax.device_put(Split(inputs, targets, _padded(weights, extra)))


def for_judging(examples: Examples) -> Split:
    """Return the split on the device as `program.judged` takes it, in chunks of equal size padded with zero weight.

    Up to 768 rows chunks are smaller than `EVALUATION_CHUNK` where that pads less: a large network with few validation
    examples does not spend its time on nothing.
    """
    count = len(examples)
    chunks = max(-(-count // EVALUATION_CHUNK), 1)
    return on_device(examples, next(size for size in _CHUNKS if size * chunks >= count))


def chunk_of(split: Split) -> int:
    """Return how many rows each chunk of a split for judging has."""
    rows = len(split.targets)
    return rows // -(-rows // EVALUATION_CHUNK)


def _padded(values: NDArray[np.generic], extra: int) -> Any:
    return np.pad(values, [(0, extra)] + [(0, 0)] * (values.ndim - 1)) if extra else values
