"""Predictions against the truth, and how the errors are distributed."""

import math
from itertools import pairwise
from typing import Any

from piste.core.panels import Block, Chart, Grid
from piste.core.records import DataRecord, EvaluationRecord
from piste.report import charts
from piste.report.numbers import brief, count, finite, number

BINS = 30
GROUPS = 10  # groups of equal size, by the truth, in the table behind the scatter


def residuals(evaluation: EvaluationRecord, data: DataRecord) -> tuple[Block, ...]:
    """Return the scatter of predictions and the histogram of errors."""
    return errors(evaluation.residuals, ", ".join(data.target.names))


def errors(pairs: tuple[tuple[float, float], ...], target: str) -> tuple[Block, ...]:
    """Return what `residuals` does, for pairs of truth and prediction."""
    known = [pair for pair in pairs if all(map(math.isfinite, pair))]
    if not known:
        return ()
    name = brief(target)
    return _scatter(known, name), _errors([prediction - truth for truth, prediction in known], name)


def binned(values: list[float], bins: int = BINS) -> list[tuple[float, float, int]]:
    """Return (low, high, count) of `bins` equal bins over the range of `values`; one bin where all are equal."""
    low, high = min(values), max(values)
    if low == high:
        return [(low - 0.5, high + 0.5, len(values))]
    edges = [low + (high - low) * at / bins for at in range(bins + 1)]
    counts = [0] * bins
    for value in values:
        counts[min(int((value - low) / (high - low) * bins), bins - 1)] += 1
    return [(start, stop, found) for (start, stop), found in zip(pairwise(edges), counts, strict=True)]


def _scatter(pairs: list[tuple[float, float]], name: str) -> Chart:
    flat = [value for pair in pairs for value in pair]
    values: list[dict[str, Any]] = [
        {"truth": finite(truth), "prediction": finite(guess), "text": f"{number(truth, 4)}, {number(guess, 4)}"}
        for truth, guess in pairs
    ]
    return Chart(
        title="Predicted against true",
        description=f"{count(len(pairs))} test examples; a perfect prediction of {name} lies on the dashed line.",
        spec=charts.against_truth(values, name, min(flat), max(flat)),
        numbers=_groups(pairs),
        size="half",
    )


def _groups(pairs: list[tuple[float, float]]) -> Grid:
    ordered, groups = sorted(pairs), min(GROUPS, len(pairs))
    rows = []
    for at in range(groups):
        part = ordered[len(ordered) * at // groups : len(ordered) * (at + 1) // groups]
        mean = math.fsum(guess for _, guess in part) / len(part)
        error = math.fsum(abs(guess - truth) for truth, guess in part) / len(part)
        rows.append((_range(part[0][0], part[-1][0]), count(len(part)), number(mean, 4), number(error)))
    columns = ("truth", "examples", "mean prediction", "mean absolute error")
    return Grid(columns, tuple(rows), ("right", "right", "right", "right"))


def _errors(errors: list[float], name: str) -> Chart:
    # A few far-off errors would squeeze the rest into one bar; they are counted in the outermost bins.
    ordered = sorted(errors)
    low, high = ordered[len(errors) // 200], ordered[-1 - len(errors) // 200]
    bins = binned([min(max(error, low), high) for error in errors])
    values = [
        {"low": start, "high": stop, "count": found, "text": f"{_range(start, stop)}: {count(found)}"}
        for start, stop, found in bins
    ]
    shares = [
        (f"{share} %", number(ordered[min(len(errors) * share // 100, len(errors) - 1)], 4))
        for share in (1, 5, 25, 50, 75, 95, 99)
    ]
    middle = f"half of the errors lie between {shares[2][1]} and {shares[4][1]}"
    return Chart(
        title="Errors",
        description=f"Prediction minus truth of {name}; {middle}.",
        spec=charts.histogram(values, f"{name}: prediction minus truth", "examples", height=320),
        numbers=Grid(("quantile", "error"), tuple(shares), ("right", "right")),
        size="half",
    )


def _range(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"
