"""A quick model's view of the examples, for rules that ask what can be told from the inputs at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.classes import labels
from piste.lint.probes.features import features
from piste.lint.rule import NotRun

_WIDE = 64  # numbers of an example above which it is projected
_ROWS = 10_000
_TABLE_ROWS = 4000  # a forest takes longer
_TREES = 60
_NEIGHBOURS = 10
_BLOCK = 1000

Numbers = NDArray[np.float32]


def vectors(bench: Bench) -> Mapping[str, Numbers]:
    """Probe: the examples of each split as vectors (N, D <= 64).

    Wide ones are projected at random, which keeps distances (Johnson and Lindenstrauss, 1984); columns of tables are
    divided by their deviation in train. Raises `NotRun` for texts, whose numbers are no measurements.
    """
    if any(one.kind is Kind.TEXT for one in bench.probe(features)):
        raise NotRun("The inputs are texts, whose words have no distances.")
    given = {name: as_numpy(split.inputs) for name, split in bench.pipeline.splits.items()}
    if any(not one.size or one.dtype.kind not in "fiub" for one in given.values()):
        raise NotRun("The inputs are no numbers, or a split is empty.")
    width = int(np.prod(given["train"].shape[1:]))
    projection = None
    if width > _WIDE:
        projection = bench.generator("projection").normal(size=(width, _WIDE)).astype(np.float32) / np.sqrt(_WIDE)
    found = {name: _flat(one, projection) for name, one in given.items()}
    if given["train"].ndim > 2:
        return found
    spread = found["train"].std(axis=0)
    scale = np.where(spread > 0, spread, 1.0).astype(np.float32)
    return {name: one / scale for name, one in found.items()}


def _flat(values: NDArray[Any], projection: Numbers | None) -> Numbers:
    blocks = []
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        block = np.nan_to_num(block.reshape(len(block), -1).astype(np.float32), posinf=0.0, neginf=0.0)
        blocks.append(block if projection is None else block @ projection)
    return np.concatenate(blocks)


@dataclass(frozen=True)
class Told:
    """What a quick model says of train examples that it was not fitted to.

    `rows` (R,) of train, `classes` (K,), `known` (R,) their labels as places in `classes`, `shares` (R, K).
    """

    rows: NDArray[np.int64]
    classes: NDArray[np.int64]
    known: NDArray[np.int64]
    shares: NDArray[np.float64]


def told(bench: Bench) -> Told:
    """Probe: out-of-sample class probabilities of up to 10,000 train examples, 4,000 of a table.

    Pictures and sequences by the ten nearest others, rows of tables by those trees of a forest that did not see them.
    """
    known = bench.probe(labels).get("train")
    if known is None:
        raise NotRun("The target has no classes.")
    inputs = bench.probe(vectors)["train"]
    of_pictures = as_numpy(bench.pipeline.train.inputs[:1]).ndim > 2
    most = _ROWS if of_pictures else _TABLE_ROWS
    rows = np.sort(bench.generator("quick").permutation(len(known))[:most])
    classes, places = np.unique(known[rows], return_inverse=True)
    shares = (_by_neighbours if of_pictures else _by_trees)(bench, inputs[rows], places, len(classes))
    return Told(rows, classes, places, shares)


def _by_neighbours(bench: Bench, inputs: Numbers, known: NDArray[np.int64], width: int) -> NDArray[np.float64]:
    near = nearest(bench, inputs, inputs, _NEIGHBOURS + 1)[0]
    own = near == np.arange(len(inputs))[:, None]
    own[~own.any(axis=1), -1] = True  # hidden behind copies of itself: the farthest goes
    others = near[~own].reshape(len(inputs), _NEIGHBOURS)
    return np.eye(width)[known[others]].mean(axis=1)


def _by_trees(bench: Bench, inputs: Numbers, known: NDArray[np.int64], width: int) -> NDArray[np.float64]:
    from sklearn.ensemble import RandomForestClassifier

    seed = int(bench.generator("trees").integers(2**31))
    forest = RandomForestClassifier(_TREES, min_samples_leaf=2, oob_score=True, random_state=seed)
    forest.fit(inputs, known)
    return np.nan_to_num(np.asarray(forest.oob_decision_function_, np.float64), nan=1.0 / width)


def nearest(bench: Bench, asked: Numbers, among: Numbers, count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the places (A, count) and distances of the rows of `among` nearest to those of `asked`, nearest first."""
    lengths = np.sum(np.square(among), axis=1)
    places, distances = [], []
    for start in range(0, len(asked), _BLOCK):
        bench.hurry()
        block = asked[start : start + _BLOCK]
        squares = lengths - 2.0 * block @ among.T
        best = np.argpartition(squares, min(count, len(among) - 1), axis=1)[:, :count]
        # Computed anew, as the difference of large squares says little of small distances.
        exact = np.sqrt(np.sum(np.square(block[:, None].astype(np.float64) - among[best]), axis=2))
        order = np.argsort(exact, axis=1, kind="stable")
        places.append(np.take_along_axis(best, order, axis=1))
        distances.append(np.take_along_axis(exact, order, axis=1))
    return np.concatenate(places), np.concatenate(distances)
