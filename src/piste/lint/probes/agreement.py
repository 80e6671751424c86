"""Do similar examples have similar targets? Asked of each example's nearest neighbours, without any training."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.quick import nearest, told, vectors
from piste.lint.problem import problem
from piste.lint.rule import NotRun

_ASKED = 2000
_POOL = 5000
_FOREST = 1000
_DRAWS = 40
_NEAR = 8
TELLS = 5.0  # standard errors
SHIFTS = (1, -1, 2, -2, 3, -3)

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """A correlation of each example's target with another's (or with a prediction), 0 where they are unrelated.

    `error` is its standard error where they are, measured by dealing the targets anew.
    """

    value: float
    error: float

    @property
    def errors(self) -> float:
        """How many standard errors it lies above 0."""
        return self.value / self.error

    @property
    def tells(self) -> bool:
        """Whether it is no chance."""
        return self.errors > TELLS

    def at_most(self, value: float) -> float:
        """Return the probability of so little where the true correlation is `value`."""
        return float(ndtr((self.value - value) / self.error))


def standard(bench: Bench, name: str) -> Numbers:
    """Probe: a split's targets as numbers (N, K) of mean 0: one column for each class, or the ranks of numbers."""
    targets = bench.pipeline.splits[name].targets
    if targets is None:
        raise NotRun(f"The {name} split has no targets.")
    values = as_numpy(targets)
    values = values.reshape(len(values), -1).astype(np.float64)
    one = bench.probe(problem)
    if not np.all(np.isfinite(values)) or values.shape[1] > max(one.width, 1):
        raise NotRun("The targets are not one value, class or set of labels per example.")
    if one.of_classes and values.shape[1] == 1:
        classes, places = np.unique(values[:, 0], return_inverse=True)
        values = np.eye(len(classes))[places.ravel()]
    elif one.task is Task.REGRESSION:
        values = values.argsort(axis=0).argsort(axis=0).astype(np.float64)
    return values - values.mean(axis=0)


@dataclass(frozen=True)
class Near:
    """Some rows of a split, `pool` (P,); the first of them are asked: places in the pool nearest to each, (R, 8).

    -1 stands for the asked one itself and for its copies.
    """

    pool: Places
    near: Places


def neighbours(bench: Bench, name: str) -> Near:
    """Probe: the nearest examples of up to 2,000 rows of a split, among up to 5,000."""
    given = bench.probe(vectors)[name]
    pool = bench.generator("agreement", name).permutation(len(given))[:_POOL]
    near, far = nearest(bench, given[pool[:_ASKED]], given[pool], min(_NEAR, len(pool)))
    return Near(pool, np.where(far > 1e-6 * max(float(np.median(far)), 1e-12), near, -1))


def agreement(bench: Bench, name: str, shift: int = 0, by_source: bool = False) -> Agreement:
    """Probe: the correlation of targets with the mean of their neighbours', or of targets `shift` rows further on.

    Rows are counted within the split, or in the source, so that a shift before the division is seen as well.
    """
    found = bench.probe(neighbours, name)
    places = _further(bench.pipeline.splits[name].numbers, shift, by_source)[found.pool]
    there = places >= 0
    values = bench.probe(standard, name)[places[there]]
    moved = np.where(there, np.cumsum(there) - 1, -1)  # a place in the pool to one among those that are there
    near = np.where(found.near >= 0, moved[found.near], -1)
    rows = moved[: len(near)]
    kept = (rows >= 0) & (near >= 0).any(axis=1)
    rows, near = rows[kept], near[kept]
    return _against_chance(bench, values, lambda one: _correlation(one[rows], _mean_of(one, near)))


def _further(numbers: Places, shift: int, by_source: bool) -> Places:
    """Return for each row the place of the row `shift` further on; -1 where it is not in the split."""
    rows = np.arange(len(numbers))
    if not by_source:
        return np.where((rows + shift >= 0) & (rows + shift < len(rows)), rows + shift, -1)
    order = np.argsort(numbers, kind="stable")
    places = np.minimum(np.searchsorted(numbers[order], numbers + shift), len(numbers) - 1)
    return np.where(numbers[order][places] == numbers + shift, order[places], -1)


def _mean_of(values: Numbers, near: Places) -> Numbers:
    there = (near >= 0)[:, :, None]
    return np.asarray(np.sum(values[near] * there, axis=1) / np.sum(there, axis=1))


def forest(bench: Bench) -> Agreement:
    """Probe: the correlation of train's targets with what a quick model says of examples that it did not see."""
    if bench.probe(problem).of_classes:
        one = bench.probe(told)
        truth = np.eye(len(one.classes))[one.known]
        return _against_chance(bench, truth, lambda values: _correlation(values, one.shares))
    from sklearn.ensemble import RandomForestRegressor

    inputs, values = bench.probe(vectors)["train"], bench.probe(standard, "train")
    rows = bench.generator("agreement", "forest").permutation(len(inputs))[:_FOREST]
    seed = int(bench.generator("agreement", "trees").integers(2**31))
    trees = RandomForestRegressor(40, min_samples_leaf=3, oob_score=True, random_state=seed)
    trees.fit(inputs[rows], values[rows] if values.shape[1] > 1 else values[rows, 0])
    said = np.nan_to_num(np.asarray(trees.oob_prediction_)).reshape(len(rows), -1)
    return _against_chance(bench, values[rows], lambda shown: _correlation(shown, said))


def _against_chance(bench: Bench, values: Numbers, correlation: Callable[[Numbers], float]) -> Agreement:
    """Return the correlation, beside those of the same targets dealt to the examples at random."""
    draws = bench.generator("agreement", "draws")
    chance = [correlation(values[draws.permutation(len(values))]) for _ in range(_DRAWS)]
    return Agreement(correlation(values) - float(np.mean(chance)), max(float(np.std(chance, ddof=1)), 1e-6))


def _correlation(one: Numbers, other: Numbers) -> float:
    if not len(one):
        return 0.0
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    size = float(np.sqrt(np.sum(one**2) * np.sum(other**2)))
    return float(np.sum(one * other)) / size if size else 0.0


@dataclass(frozen=True)
class Shifted:
    """A shift of the targets at which neighbours agree, `agreement`, and the chance of so much more than without."""

    rows: int
    agreement: Agreement
    chance: float


def shifted(bench: Bench, name: str) -> Shifted | None:
    """Probe: the shift at which neighbours' targets agree clearly better than as they are; None where none does."""
    plain = bench.probe(agreement, name, 0)
    tried = [(shift, bench.probe(agreement, name, shift, source)) for shift in SHIFTS for source in (False, True)]
    shift, best = max(tried, key=lambda one: one[1].errors)
    errors = (best.value - plain.value) / np.hypot(best.error, plain.error)
    if not best.tells or errors < TELLS or plain.value > 0.5 * best.value:
        return None
    return Shifted(shift, best, min(1.0, len(tried) * float(ndtr(-errors))))
