"""Errors of a regression, against NumPy."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.panels import Chart
from piste.core.runs import RunFolder
from piste.report.panels.residuals import binned, residuals


@given(st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=60).filter(lambda one: len(set(one)) > 1))
def test_every_value_is_counted_in_its_bin(values: list[float]) -> None:
    found = binned(values, 8)
    edges = np.histogram_bin_edges(values, 8)
    assert [low for low, _, _ in found] + [found[-1][1]] == pytest.approx(edges.tolist(), abs=1e-9)
    assert sum(count for *_, count in found) == len(values)
    slack = 1e-9 * (max(values) - min(values))
    for low, high, count in found:
        inside = sum(low + slack < value < high - slack for value in values)
        touching = sum(low - slack <= value <= high + slack for value in values)
        assert inside <= count <= touching


def test_equal_values_are_one_bin() -> None:
    assert binned([3.0, 3.0]) == [(2.5, 3.5, 2)]


def test_the_table_behind_the_scatter_groups_all_examples(run_of: Callable[[str], RunFolder]) -> None:
    folder = run_of("regression")
    scatter, errors = residuals(folder.evaluation, folder.data)
    assert isinstance(scatter, Chart)
    assert scatter.numbers is not None
    assert [int(row[1]) for row in scatter.numbers.rows] == [60] * 10
    first = sorted(folder.evaluation.residuals)[:60]
    assert float(scatter.numbers.rows[0][2].replace(",", "")) == pytest.approx(
        np.mean([pair[1] for pair in first]), rel=1e-3
    )
    assert isinstance(errors, Chart)
    assert sum(row["count"] for row in errors.spec["data"]["values"]) == 600
