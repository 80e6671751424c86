"""What enters the network, and what is asked of it, are numbers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.rule import Group, Rule

_BLOCK = 4096  # examples that are looked at together
_SHOWN = 12


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits whose inputs, targets or weights are not finite somewhere."""
    for name, split in bench.pipeline.splits.items():
        for what in ("inputs", "targets", "weights"):
            given = getattr(split, what)
            if given is not None and len(rows := not_finite(as_numpy(given))):
                yield _finding(name, what, split.numbers[rows], len(split))


def not_finite(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return the rows of `values` (N, ...) that hold NaN or infinity."""
    if values.dtype.kind != "f" or not values.size:
        return np.zeros(0, np.int64)
    blocks = (values[start : start + _BLOCK] for start in range(0, len(values), _BLOCK))
    whole = [np.isfinite(block).reshape(len(block), -1).all(axis=1) for block in blocks]
    return np.flatnonzero(~np.concatenate(whole))


def _finding(name: str, what: str, rows: NDArray[np.int64], count: int) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        f"The {what} of {len(rows):,} examples of the {name} split are not finite",
        evidence=[Evidence(f"examples with NaN or infinity in their {what}", f"{len(rows):,} of {count:,}", "0")],
        cause="Missing values went in as they are: the first of them makes every parameter NaN.",
        fix="inputs = np.nan_to_num(inputs), or fill each column with its median of the train split; drop rows "
        "whose target is missing",
        key="data.not-finite",
        where=Where(split=name, rows=tuple(int(row) for row in rows[:_SHOWN])),
        remedy="finite-rows",
        others=("a division by a spread of 0", "an overflow in float16", "a logarithm of 0"),
    )


RULE = Rule("D106", "finite-data", "All inputs and targets are finite", Group.DATA, ("train|validation|test",), check)
