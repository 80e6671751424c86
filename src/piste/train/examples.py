"""A split on its way to the device."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.train.buckets import bucket
from piste.train.plan import Split

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


def _padded(values: NDArray[np.generic], extra: int) -> Any:
    return np.pad(values, [(0, extra)] + [(0, 0)] * (values.ndim - 1)) if extra else values
