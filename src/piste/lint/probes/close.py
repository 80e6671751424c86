"""A probe for pictures and tables with classes: what the nearest examples say, of any inputs that are asked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.lint.bench import Bench
from piste.lint.probes.quick import nearest

_NEIGHBOURS = 5

Numbers = NDArray[np.float32]
Classes = NDArray[np.int64]


@dataclass(frozen=True)
class Halves:
    """Rows of train, divided by chance: those that answer, and those that are asked."""

    answering: Classes
    asked: Classes


def halves(bench: Bench, name: str, count: int, most: int) -> Halves:
    """Return up to `most` of `count` rows in two halves, drawn under `name`."""
    rows = bench.generator("halves", name).permutation(count)[:most]
    return Halves(np.sort(rows[::2]), np.sort(rows[1::2]))


def voted(bench: Bench, asked: Numbers, among: Numbers, known: Classes) -> Classes:
    """Return the class (A,) that most of the five nearest rows of `among` have, whose classes are `known`."""
    return votes(bench, asked, among, known)[0]


def votes(bench: Bench, asked: Numbers, among: Numbers, known: Classes) -> tuple[Classes, NDArray[np.float64]]:
    """Return the classes as `voted` does, and the distances (A,) to the nearest row."""
    near, distances = nearest(bench, asked, among, min(_NEIGHBOURS, len(among)))
    counts = np.stack([np.sum(known[near] == one, axis=1) for one in range(int(known.max()) + 1)], axis=1)
    return counts.argmax(axis=1), distances[:, 0]


def flat(values: NDArray[np.generic]) -> Numbers:
    """Return examples as rows of float32, gaps as 0."""
    return np.nan_to_num(values.reshape(len(values), -1).astype(np.float32))
