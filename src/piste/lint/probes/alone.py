"""Probe PR19: how well each column alone tells the target, on rows that it was not fitted to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind, Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.classes import labels
from piste.lint.probes.features import Feature, tabular
from piste.lint.problem import problem

_ROWS = 4000
_LEAVES = 64
_SMALLEST = 3  # rows of a leaf

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Alone:
    """A column, and the share of the constant guess's errors (squared, for numbers) that it leaves by itself."""

    name: str
    left: float


def alone(bench: Bench) -> tuple[Alone, ...]:
    """Probe: every column by itself, the most telling first; none where there are no single targets."""
    known = _target(bench)
    if known is None:
        return ()
    rows = bench.generator("alone").permutation(len(known))[:_ROWS]
    halves = rows[::2], rows[1::2]
    of_classes = bench.probe(problem).of_classes
    found = []
    for one in bench.probe(tabular):
        bench.hurry()
        values = _numbers(one)
        left = _left_of_classes(values, known, halves) if of_classes else _left_of_numbers(values, known, halves)
        found.append(Alone(one.name, left))
    return tuple(sorted(found, key=lambda one: one.left))


def _target(bench: Bench) -> NDArray[Any] | None:
    if bench.probe(problem).task is not Task.REGRESSION:
        return bench.probe(labels).get("train")
    targets = bench.pipeline.train.targets
    if targets is None:
        return None
    values = as_numpy(targets).astype(np.float64)
    if values.size != len(values) or not np.all(np.isfinite(values)):
        return None
    return values.reshape(len(values))


def _numbers(feature: Feature) -> Numbers:
    values = feature.splits["train"]
    if feature.kind is Kind.DATE or values.dtype.kind == "M":
        return values.astype("datetime64[us]").astype(np.float64)
    if values.dtype.kind in "fiub":
        return np.nan_to_num(values.astype(np.float64), nan=-1e30, posinf=1e30, neginf=-1e30)
    return np.unique(values.astype(str), return_inverse=True)[1].astype(np.float64)


def _left_of_classes(values: Numbers, known: NDArray[Any], halves: tuple[NDArray[np.int64], ...]) -> float:
    from sklearn.tree import DecisionTreeClassifier

    wrong, by_constant = 0, 0
    for fitted, judged in (halves, halves[::-1]):
        tree = DecisionTreeClassifier(max_leaf_nodes=_LEAVES, min_samples_leaf=_SMALLEST, random_state=0)
        tree.fit(values[fitted, None], known[fitted])
        wrong += int(np.sum(tree.predict(values[judged, None]) != known[judged]))
        classes, counts = np.unique(known[fitted], return_counts=True)
        by_constant += int(np.sum(known[judged] != classes[counts.argmax()]))
    return wrong / by_constant if by_constant else 1.0


def _left_of_numbers(values: Numbers, known: NDArray[Any], halves: tuple[NDArray[np.int64], ...]) -> float:
    from sklearn.tree import DecisionTreeRegressor

    rest, spread = 0.0, 0.0
    for fitted, judged in (halves, halves[::-1]):
        tree = DecisionTreeRegressor(max_leaf_nodes=_LEAVES, min_samples_leaf=_SMALLEST, random_state=0)
        tree.fit(values[fitted, None], known[fitted])
        rest += float(np.sum((tree.predict(values[judged, None]) - known[judged]) ** 2))
        spread += float(np.sum((known[judged] - known[fitted].mean()) ** 2))
    rows = np.concatenate(halves)
    with np.errstate(all="ignore"):
        straight = 1.0 - float(np.corrcoef(values[rows], known[rows])[0, 1]) ** 2
    by_tree = rest / spread if spread else 1.0
    return min(by_tree, straight) if np.isfinite(straight) else by_tree
