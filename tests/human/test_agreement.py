"""Agreement against scikit-learn, published examples, and the large-sample error of kappa."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from piste.human.agreement import COHEN, FLEISS, LIN, agreement, concordance, fleiss, fleiss_of

labels = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=2, max_size=30)

DIAGNOSES = """
    00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
    00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
"""Fleiss (1971): how many of six psychiatrists gave each of 30 patients each of five diagnoses."""

TEN_BY_FOURTEEN = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def texts(values: object) -> NDArray[np.object_]:
    return np.asarray(values, object)


@given(labels)
def test_kappa_of_two_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    first, second = (list(one) for one in zip(*pairs, strict=True))
    found = agreement(("a", "b"), (texts(first), texts(second)), 0)
    assert found.measure == COHEN
    assert found.share is not None
    assert found.share.value == np.mean(np.equal(first, second))
    if len({*first, *second}) == 1:
        assert math.isnan(found.beyond.value)
    else:
        assert found.beyond.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
        assert found.beyond.low - 1e-9 <= found.beyond.value <= found.beyond.high + 1e-9


def test_the_interval_of_kappa_is_that_of_large_samples() -> None:
    # Fleiss, Cohen and Everitt (1969), with p the table of shares.
    table = np.array([[120, 30], [25, 225]])
    rows = table.sum()
    share = table / rows
    row, column = share.sum(axis=1), share.sum(axis=0)
    chance = float((row * column).sum())
    kappa = (np.trace(share) - chance) / (1 - chance)
    diagonal = sum(share[i, i] * (1 - (row[i] + column[i]) * (1 - kappa)) ** 2 for i in range(2))
    off = sum(share[i, j] * (column[i] + row[j]) ** 2 for i in range(2) for j in range(2) if i != j) * (1 - kappa) ** 2
    error = math.sqrt((diagonal + off - (kappa - chance * (1 - kappa)) ** 2) / rows) / (1 - chance)
    first = np.repeat(["x", "x", "y", "y"], table.ravel())
    second = np.repeat(["x", "y", "x", "y"], table.ravel())
    found = agreement(("a", "b"), (texts(first), texts(second)), 1).beyond
    assert found.value == pytest.approx(kappa)
    assert (found.low, found.high) == pytest.approx((kappa - 1.96 * error, kappa + 1.96 * error), abs=0.15 * error)


def test_kappa_of_many_is_that_of_the_published_examples() -> None:
    patients = np.array([[int(sign) for sign in one] for one in DIAGNOSES.split()], float)
    assert patients.sum(axis=1).tolist() == [6] * 30
    assert (patients.sum(axis=0) / 180).round(3).tolist() == [0.144, 0.144, 0.167, 0.306, 0.239]
    assert fleiss_of(patients)(np.ones((30, 1)))[0] == pytest.approx(0.430, abs=5e-4)
    assert fleiss_of(np.array(TEN_BY_FOURTEEN, float))(np.ones((10, 1)))[0] == pytest.approx(0.210, abs=5e-4)


def test_answers_and_their_tally_give_the_same() -> None:
    codes = np.array([[0, 1, 2, 0], [0, 1, 1, 0], [0, 2, 1, 1]])
    tally = np.array([[3, 0, 0], [0, 2, 1], [0, 2, 1], [2, 1, 0]], float)
    ones = np.ones((4, 1))
    assert fleiss(codes)(ones) == fleiss_of(tally)(ones)
    found = agreement("abc", [texts(list(map(str, one))) for one in codes], 0)
    assert (found.measure, found.rows) == (FLEISS, 4)
    assert found.share is not None
    assert found.share.value == 0.25


def test_perfect_agreement_still_has_doubt_that_shrinks_with_the_rows() -> None:
    few, many = (agreement("ab", (texts(["x", "y"] * size),) * 2, 0).beyond for size in (5, 500))
    assert (few.value, few.high) == (1.0, 1.0)
    assert few.low < 0.6 < 0.98 < many.low < 1.0


def test_agreement_on_nothing_leaves_the_same_doubt() -> None:
    first, second = ["x", "y", "x", "y", "z"], ["y", "x", "y", "z", "x"]
    found = agreement("ab", (texts(first), texts(second)), 0).beyond
    assert found.value == pytest.approx(cohen_kappa_score(first, second))
    assert found.low == found.value
    assert found.high > 0.2


def test_agreement_of_numbers_is_lins() -> None:
    first = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    # Shifted by one: covariance 2, variances 2, so 4 / (4 + 1).
    assert concordance(first, first + 1)(np.ones((5, 1)))[0] == pytest.approx(0.8)
    found = agreement("ab", (first, first + 1), 0)
    assert found.measure == LIN
    assert found.share is None
    assert found.apart is not None
    assert (found.apart.value, found.apart.low, found.apart.high) == (1.0, 1.0, 1.0)
    # Numbers far from zero lose no digits.
    assert concordance(first + 1e9, first + 1e9 + 1)(np.ones((5, 1)))[0] == pytest.approx(0.8)


def test_numbers_without_spread_have_no_correlation() -> None:
    same = np.full(4, 2.0)
    found = agreement("ab", (same, same), 0)
    assert math.isnan(found.beyond.value)
    assert found.apart is not None
    assert found.apart.value == 0
