"""Parts of a judged split by what a person can name: classes, levels of a column, quarters of its numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from piste.core.records import Kind
from piste.lint.bench import Bench
from piste.lint.probes.chance import share_at_least
from piste.lint.probes.features import Feature, tabular
from piste.lint.probes.judged import MOST, deciding, errors, predictions

_FEWEST = 20  # examples of a slice, and of the rest
_LEVELS = 20  # of a column: the commonest
_QUARTERS = 4


@dataclass(frozen=True)
class Slice:
    """Examples that share a value, their mean error beside that of the others, and how likely that is by chance.

    `low` and `high` are the 95 % interval of the mean error; `p_value` is one-sided, for one slice alone.
    """

    name: str
    column: str
    rows: NDArray[np.int64]
    error: float
    low: float
    high: float
    others: float
    p_value: float


def slices(bench: Bench) -> tuple[Slice, ...]:
    """Probe: every slice of at least 20 examples of the split that decides, the worst first."""
    name = bench.probe(deciding)
    wrong = bench.probe(errors, name)
    found = [
        _measured(title, column, held, wrong)
        for title, column, held in _parts(bench, name)
        if min(held.sum(), (~held).sum()) >= _FEWEST
    ]
    return tuple(sorted(found, key=lambda one: one.p_value))


def _parts(bench: Bench, name: str) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    judged = bench.probe(predictions, name)
    if judged.truth.ndim == 1:
        for place, label in enumerate(judged.classes):
            yield f"of class {label}", "", judged.truth == place
    for feature in bench.probe(tabular):
        bench.hurry()
        for title, held in _of_feature(feature, name):
            yield title, feature.name, held


def _of_feature(feature: Feature, name: str) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    values = np.asarray(feature.splits[name][:MOST])
    if feature.kind in (Kind.CATEGORY, Kind.FLAG) or len(np.unique(values)) <= _QUARTERS:
        levels, counts = np.unique(values, return_counts=True)
        for place in np.argsort(-counts, kind="stable")[:_LEVELS]:
            yield f"{feature.name} {_level(feature, levels[place])}", _equal(values, levels[place])
    elif feature.kind in (Kind.NUMBER, Kind.DATE):
        numbers = values.astype("datetime64[us]").astype(np.float64) if feature.kind is Kind.DATE else values
        numbers = np.asarray(numbers, np.float64)
        there = np.isfinite(numbers)
        edges = np.quantile(numbers[there], np.linspace(0, 1, _QUARTERS + 1)).tolist() if there.any() else []
        for quarter, (low, high) in enumerate(pairwise(edges)):
            if low == high and quarter:
                continue
            held = (numbers >= low if quarter == 0 else numbers > low) & (numbers <= high)
            yield f"{feature.name} {_quarter(feature, quarter + 1, low, high)}", held
        if not there.all():
            yield f"{feature.name} missing", ~there


def _level(feature: Feature, level: Any) -> str:
    if level == "" or level != level:
        return "missing"
    return f"= {('yes' if level else 'no') if feature.kind is Kind.FLAG else level}"


def _equal(values: NDArray[Any], level: Any) -> NDArray[np.bool_]:
    return np.asarray(values == level if level == level else values != values, bool)


def _quarter(feature: Feature, quarter: int, low: float, high: float) -> str:
    if feature.kind is Kind.NUMBER and low == high:
        return f"= {low:.4g}"
    limits = f" ({low:.4g} to {high:.4g})" if feature.kind is Kind.NUMBER else ""
    return f"in its quarter {quarter} of {_QUARTERS}{limits}"


def _measured(title: str, column: str, held: NDArray[np.bool_], wrong: NDArray[np.float64]) -> Slice:
    inside, outside = wrong[held], wrong[~held]
    error, others = float(inside.mean()), float(outside.mean())
    if set(np.unique(wrong)) <= {0.0, 1.0}:
        spread = float(np.sqrt(max(error * (1 - error), 0.25 / len(inside)) / len(inside)))
        # Under the rest's share, taken a little higher for what is not known of it.
        share = (outside.sum() + 1.0) / (len(outside) + 2.0)
        share = min(share + np.sqrt(share * (1 - share) / len(outside)), 1.0)
        chance = share_at_least(int(inside.sum()), len(inside), share)
    else:
        spread = float(inside.std(ddof=1) / np.sqrt(len(inside)))
        both = np.hypot(spread, outside.std(ddof=1) / np.sqrt(len(outside)))
        chance = float(ndtr(-(error - others) / both)) if both > 0 else 1.0
    ends = error - 1.96 * spread, error + 1.96 * spread
    return Slice(title, column, np.flatnonzero(held), error, max(ends[0], 0.0), ends[1], others, chance)
