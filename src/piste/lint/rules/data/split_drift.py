"""The splits look alike."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, ShownChart, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.charts import densities
from piste.lint.needs import has
from piste.lint.probes.features import numeric
from piste.lint.probes.quick import vectors
from piste.lint.rule import Group, NotRun, Rule

_FEWEST = 40
_MOST = 1000  # examples of each side
_MATTERS = 0.6  # area under the curve
_CHANCE = 1e-3
_TREES = 40
_BY_NATURE = ("time", "group")  # ways to divide that make splits differ

Numbers = NDArray[Any]


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits that a classifier tells from train, on examples that it was not fitted to."""
    given = bench.probe(vectors)
    others = [name for name in given if name != "train" and len(given[name]) >= _FEWEST]
    if not others or len(given["train"]) < _FEWEST:
        raise NotRun(f"Every split has fewer than {_FEWEST} examples.")
    for name in others:
        bench.hurry()
        area, chance = _told_apart(bench, name)
        chance = min(1.0, chance * len(others))
        if area > _MATTERS and chance < _CHANCE:
            yield _finding(bench, name, area, chance)


def _told_apart(bench: Bench, name: str) -> tuple[float, float]:
    """Return the area under the curve of train against the split, and its chance.

    Each half of the examples is judged by a forest fitted to the other; within a half, the scores do not know which
    examples are whose, so that the ranks of the two sides are exchangeable if they look alike.
    """
    from scipy.stats import mannwhitneyu
    from sklearn.ensemble import RandomForestClassifier

    train, other = (_described(bench, side, name) for side in ("train", name))
    inputs = np.concatenate([train, other])
    whose = np.repeat([0, 1], [len(train), len(other)])
    order = bench.generator("drift halves", name).permutation(len(whose))
    halves = order[::2], order[1::2]
    seed = int(bench.generator("drift trees", name).integers(2**31))
    areas, chances = [], []
    for fitted, judged in (halves, halves[::-1]):
        forest = RandomForestClassifier(_TREES, min_samples_leaf=5, class_weight="balanced", random_state=seed)
        scores = forest.fit(inputs[fitted], whose[fitted]).predict_proba(inputs[judged])[:, -1]
        two, one = scores[whose[judged] == 1], scores[whose[judged] == 0]
        if not len(one) or not len(two):
            return 0.5, 1.0
        test = mannwhitneyu(two, one, alternative="greater")
        areas.append(float(test.statistic) / (len(one) * len(two)))
        chances.append(float(test.pvalue))
    return float(np.mean(areas)), min(1.0, 2.0 * min(chances))


def _described(bench: Bench, side: str, against: str) -> Numbers:
    """Return examples of a split as vectors; of pictures also their brightness, contrast, range and sharpness."""
    given = bench.probe(vectors)[side]
    rows = np.sort(bench.generator("drift", side, against).permutation(len(given))[:_MOST])
    values = as_numpy(bench.pipeline.splits[side].inputs)
    if values.ndim < 3:
        return given[rows]
    picked = np.nan_to_num(values[rows].astype(np.float32))
    flat = picked.reshape(len(picked), -1)
    steps = np.abs(np.diff(picked, axis=1)).reshape(len(picked), -1).mean(axis=1)
    more = (flat.mean(axis=1), flat.std(axis=1), flat.min(axis=1), flat.max(axis=1), steps)
    return np.column_stack([given[rows], *more])


def _finding(bench: Bench, name: str, area: float, chance: float) -> Finding:
    pipeline = bench.pipeline
    by_nature = has(pipeline, "times") or has(pipeline, "groups")
    if pipeline.dataset is not None:
        by_nature |= pipeline.dataset.record.split.method in _BY_NATURE
    return RULE.finding(
        Severity.INFO if by_nature else Severity.WARNING,
        f"The {name} split looks different from train",
        evidence=[
            Evidence(f"area under the curve of a forest that tells {name} from train", f"{area:.3f}", "0.5"),
            Evidence("chance of so much where they look alike", f"{chance:.1g}"),
        ],
        cause="The splits come from different times, places or devices, or went through different steps.",
        fix="Divide by chance (shuffle before cutting), or check that every split goes through the same steps",
        key="data.drift",
        where=Where(split=name),
        others=("the test split is meant to be different",),
        p_value=chance,
        charts=[_chart(bench, name)],
    )


def _chart(bench: Bench, name: str) -> ShownChart:
    """Return the distributions, in both splits, of the column in which they differ most."""
    from scipy.stats import ks_2samp

    columns = {one.name: tuple(_finite(one.splits[side]) for side in ("train", name)) for one in bench.probe(numeric)}
    columns = {column: pair for column, pair in columns.items() if all(map(len, pair))}
    if not columns:
        sides = (as_numpy(bench.pipeline.splits[side].inputs) for side in ("train", name))
        columns = {"mean of the inputs": tuple(one.reshape(len(one), -1).mean(axis=1) for one in sides)}
    column = max(columns, key=lambda one: float(ks_2samp(*columns[one]).statistic))
    return densities(
        f"{column} in train and {name}",
        f"Where the {name} split and train differ most: shares of the examples by {column}.",
        dict(zip(("train", name), columns[column], strict=True)),
        axis=column,
    )


def _finite(values: NDArray[Any]) -> Numbers:
    numbers = np.asarray(values, np.float64)
    return numbers[np.isfinite(numbers)]


RULE = Rule(
    "D111",
    "split-drift",
    "The splits look alike",
    Group.DATA,
    ("train", "validation|test"),
    check,
    statistical=True,
    explained_by=("D114", "D104", "D115"),
    trains=True,
)
