"""Confusions and recalls, against SciPy's score interval and counts by hand."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from piste.core.panels import Chart, Grid
from piste.core.runs import RunFolder
from piste.report.panels.confusion import confusion, wilson

RunOf = Callable[[str], RunFolder]


@given(st.integers(1, 3000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_is_the_score_interval(pair: tuple[int, int]) -> None:
    expected = binomtest(*pair).proportion_ci(method="wilson")
    assert wilson(*pair) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_nothing_seen_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_few_classes_are_a_matrix(run_of: RunOf) -> None:
    folder = run_of("ten_classes")
    matrix, recalls = confusion(folder.evaluation, folder.data)
    assert isinstance(matrix, Chart)
    assert matrix.numbers is not None
    assert [[int(cell) for cell in row[1:]] for row in matrix.numbers.rows] == [
        list(row) for row in folder.evaluation.confusion
    ]
    assert isinstance(recalls, Chart)
    assert "1 class without test examples left out" in recalls.description
    assert recalls.numbers is not None
    assert len(recalls.numbers.rows) == 9


def test_many_classes_are_a_list_of_the_worst_pairs(run_of: RunOf) -> None:
    folder = run_of("hundred_classes")
    _, pairs, recalls = confusion(folder.evaluation, folder.data)
    assert isinstance(pairs, Grid)
    counts = [int(row[2]) for row in pairs.rows]
    off = [cell for at, row in enumerate(folder.evaluation.confusion) for to, cell in enumerate(row) if at != to]
    assert counts == sorted(off, reverse=True)[: len(counts)]
    assert isinstance(recalls, Chart)
    assert len(recalls.spec["data"]["values"]) == 20
    assert recalls.numbers is not None
    assert len(recalls.numbers.rows) == 99
