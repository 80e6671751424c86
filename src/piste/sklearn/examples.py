"""Rows with weights, in an order of their own: so a weight of 2 is the same as the row given twice."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _check_sample_weight

from piste.core.keys import generator
from piste.sklearn.inputs import InputError

COPIES = 10
"""Whole-number weights count as copies of their rows while that makes no more than so many times the rows."""


@dataclass(frozen=True)
class Weighted:
    """Inputs (B, F), targets (B,) or (B, K), and positive weights (B,) whose mean is 1."""

    inputs: NDArray[np.floating]
    targets: NDArray[Any]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.inputs)

    def rows(self, index: NDArray[np.integer]) -> "Weighted":
        """Return the examples of `index`, in its order."""
        return Weighted(self.inputs[index], self.targets[index], self.weights[index])

    def scaled(self, factors: NDArray[np.float64] | None) -> "Weighted":
        """Return the examples weighed by the factor of their class, `factors` (C,); unchanged for None."""
        if factors is None:
            return self
        return Weighted(self.inputs, self.targets, self.weights * factors[self.targets])


def weighted(inputs: NDArray[np.floating], targets: NDArray[Any], sample_weight: Any) -> Weighted:
    """Return the examples with their weights checked; rows of no weight are left out.

    Raises `ValueError` for negative weights, for a wrong number of them, and where all are zero.
    """
    if sample_weight is None:
        return Weighted(inputs, targets, np.ones(len(inputs)))
    weights = _check_sample_weight(sample_weight, inputs, dtype=np.float64, ensure_non_negative=True)
    kept = np.flatnonzero(weights > 0)
    if len(kept) == 0:
        raise InputError("Every sample_weight is zero: give at least one example a positive weight.")
    return Weighted(inputs[kept], targets[kept], weights[kept] / weights[kept].mean())


def expanded(examples: Weighted, sample_weight: Any) -> Weighted:
    """Return the examples with whole-number weights turned into copies (`COPIES` says up to which sum)."""
    if sample_weight is None:
        return examples
    given = np.asarray(sample_weight, np.float64)
    given = given[given > 0]
    if np.any(given != np.round(given)) or given.sum() > COPIES * len(given):
        return examples
    rows = np.repeat(np.arange(len(given)), given.astype(np.int64))
    return Weighted(examples.inputs[rows], examples.targets[rows], np.ones(len(rows)))


def in_own_order(examples: Weighted) -> Weighted:
    """Return the examples in an order that follows from their contents, whatever order they came in.

    What is drawn by row number (the validation share, the batches) then depends on the examples and the seed alone.
    """
    inputs = np.asarray(examples.inputs, np.float64)
    targets = np.asarray(examples.targets, np.float64).reshape(len(examples), -1)
    # A hash of the bits, equal for equal rows: quicker than sorting by every column in turn.
    key = _hashed(inputs, "inputs") + _hashed(targets, "targets")
    return examples.rows(np.lexsort((examples.weights, key)))


def _hashed(values: NDArray[np.float64], name: str) -> NDArray[np.uint64]:
    factors: Any = generator(0, "row order", name).integers(1 << 63, size=values.shape[1], dtype=np.uint64)
    total = np.zeros(len(values), np.uint64)
    for index, factor in enumerate(factors):  # column by column: no second table in memory
        bits = np.ascontiguousarray(values[:, index] + 0.0).view(np.uint64)  # + 0.0 makes one zero of two
        mixed = bits ^ (bits >> np.uint64(29))
        total += (mixed * (factor | np.uint64(1))) ^ (mixed >> np.uint64(32))
    return total
