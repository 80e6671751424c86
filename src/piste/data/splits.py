"""Dividing rows into train, validation and test: by class, by chance, by group or by time.

A split is a mapping from "train", "validation" and "test" to ascending row numbers, int64.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError, SettingError
from piste.core.keys import generator

Rows = NDArray[np.int64]
Split = dict[str, Rows]
Divide = Callable[[Rows, float, str], tuple[Rows, Rows]]
"""From rows, a share and the name of the random draw to (rows held back, rows that stay)."""

NAMES = ("train", "validation", "test")
VALIDATION_CAP = 10_000
"""More validation rows than this cost time in every epoch and hardly sharpen the choice of the best one."""


def parse_shares(text: str) -> tuple[float, float, float]:
    """Return shares of train, validation and test that sum to 1, from "0.7/0.15/0.15", "70/15/15" or with %."""
    parts = re.split(r"\s*/\s*", text.strip())
    try:
        numbers = [float(part.rstrip("% ")) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != 3:
        raise SettingError(f"The 'split' setting must be three shares such as 0.7/0.15/0.15. Got {text!r} instead.")
    total = sum(numbers)
    if not all(0 < number < np.inf for number in numbers) or not (abs(total - 1) < 1e-6 or abs(total - 100) < 1e-4):
        raise SettingError(f"The 'split' setting must be three positive shares that sum to 1 or 100 %. Got {text!r}.")
    train, validation, test = (number / total for number in numbers)
    return train, validation, test


def split_rows(count: int, given: Mapping[str, Rows], shares: Sequence[float], divide: Divide) -> Split:
    """Divide `count` rows, keeping the splits that are `given` and cutting the others from the remaining rows.

    With a test split given, the validation share is validation / (train + validation). Validation that is cut
    here has at most `VALIDATION_CAP` rows. Raises `DataError` when a split would be empty.
    """
    rest = np.setdiff1d(np.arange(count), np.concatenate([np.zeros(0, np.int64), *given.values()]))
    train = np.sort(np.asarray(given["train"], np.int64)) if "train" in given else rest
    test, validation = given.get("test"), given.get("validation")
    if test is None:
        test, train = divide(train, shares[2], "test")
    if validation is None:
        share = shares[1] / (shares[0] + shares[1])
        validation, train = divide(train, min(share, VALIDATION_CAP / max(len(train), 1)), "validation")
    split = {"train": train, "validation": np.sort(validation), "test": np.sort(test)}
    for name, rows in split.items():
        if len(rows) == 0:
            raise DataError(f"With {count:,} rows no row is left for the {name} split: give more data or set --split.")
    return split


def by_chance(seed: int) -> Divide:
    """Return a division by chance alone."""

    def divide(rows: Rows, share: float, name: str) -> tuple[Rows, Rows]:
        mixed = generator(seed, "split", name).permutation(rows)
        held = _held_count(len(rows), share)
        return np.sort(mixed[:held]), np.sort(mixed[held:])

    return divide


def by_class(codes: NDArray[np.integer], seed: int) -> Divide:
    """Return a division that keeps the shares of the classes `codes`, int (all rows,), with one row at least of each.

    A class keeps at least one row on both sides as long as it has two.
    """

    def divide(rows: Rows, share: float, name: str) -> tuple[Rows, Rows]:
        mixed = generator(seed, "split", name).permutation(rows)
        mixed = mixed[np.argsort(codes[mixed], kind="stable")]
        counts = np.bincount(codes[mixed])
        rank = np.arange(len(mixed)) - (np.cumsum(counts) - counts)[codes[mixed]]
        held = rank < np.clip(np.round(counts * share), 1, np.maximum(counts - 1, 0))[codes[mixed]]
        return np.sort(mixed[held]), np.sort(mixed[~held])

    return divide


def by_group(groups: NDArray[np.integer], seed: int) -> Divide:
    """Return a division that keeps equal values of `groups`, int (all rows,), on one side.

    Whole groups in random order are held back until the share of rows is reached as nearly as it can be.
    """

    def divide(rows: Rows, share: float, name: str) -> tuple[Rows, Rows]:
        found, codes, counts = np.unique(groups[rows], return_inverse=True, return_counts=True)
        if len(found) < 2:
            raise DataError(
                "The --group column has too few different values: each split needs at least one of its own."
            )
        order = generator(seed, "split", name).permutation(len(found))
        middle = np.cumsum(counts[order]) - counts[order] / 2
        wanted = np.searchsorted(middle, share * len(rows))
        held_groups = order[: np.clip(wanted, 1, _most_held(len(found), name))]
        held = np.isin(codes, held_groups)
        return rows[held], rows[~held]

    return divide


def by_time(times: NDArray[np.generic]) -> Divide:
    """Return a division that holds back the latest rows by `times` (all rows,); equal times stay on one side."""

    def divide(rows: Rows, share: float, name: str) -> tuple[Rows, Rows]:
        ordered = rows[np.argsort(times[rows], kind="stable")]
        sorted_times = times[ordered]
        starts = 1 + np.flatnonzero(sorted_times[1:] != sorted_times[:-1])
        if len(starts) == 0:
            raise DataError("The --time column has too few different values: each split needs at least one of its own.")
        # Where the cut falls among equal times, all of them are held back.
        wanted = np.searchsorted(starts, len(rows) - _held_count(len(rows), share), side="right")
        start = starts[np.clip(wanted - 1, len(starts) - _most_held(len(starts) + 1, name), len(starts) - 1)]
        return np.sort(ordered[start:]), np.sort(ordered[:start])

    return divide


def _most_held(values: int, name: str) -> int:
    """Return how many of so many different values may be held back: after the test split, validation needs one too."""
    return max(values - (2 if name == "test" else 1), 1)


def _held_count(rows: int, share: float) -> int:
    if rows < 2:
        raise DataError("There are too few rows for a train, a validation and a test split: at least 3 are needed.")
    return int(np.clip(round(rows * share), 1, rows - 1))
