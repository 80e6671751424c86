"""One trait: distances by hand, chances by SciPy's exact tests, silence where nothing changed."""

import numpy as np
import pytest
from scipy.stats import chi2, fisher_exact, ks_2samp

from piste.evaluate.drift.single import corrected, counts_moved, homogeneity, levels_moved, numbers_moved


def test_the_distance_of_numbers_is_the_share_that_moved() -> None:
    before, now = np.arange(100.0), np.arange(100.0)
    now[:30] += 1000  # three in ten went elsewhere
    moved = numbers_moved(before, now)
    assert moved.share == pytest.approx(0.3)
    assert moved.chance == pytest.approx(ks_2samp(before, now, method="exact").pvalue)


def test_the_stability_index_is_that_of_the_shares_in_tenths() -> None:
    before, now = np.arange(10_000.0), np.concatenate([np.arange(5000.0), np.arange(5000.0)])
    # The upper five tenths are empty (half an example each), the lower five hold twice as much.
    empty, full, usual = 0.5 / 10_005, 2000.5 / 10_005, 0.1
    by_hand = 5 * ((empty - usual) * np.log(empty / usual) + (full - usual) * np.log(full / usual))
    assert numbers_moved(before, now).stability == pytest.approx(by_hand, rel=0.01)


def test_a_value_that_all_examples_have_is_a_bin_of_its_own() -> None:
    zeros = np.zeros(500)
    assert numbers_moved(zeros, zeros).stability == pytest.approx(0.0, abs=1e-3)
    assert numbers_moved(zeros, zeros + 1).stability > 5
    assert numbers_moved(zeros, zeros - 1).stability > 5


def test_the_distance_of_levels_is_half_the_sum_of_differences() -> None:
    moved = levels_moved(np.array(["a"] * 50 + ["b"] * 50, object), np.array(["a"] * 80 + ["b"] * 20, object))
    assert moved.share == pytest.approx(0.3)


def test_homogeneity_is_pearsons_statistic() -> None:
    before, now = np.array([30.0, 40, 30]), np.array([50.0, 30, 20])
    expected = np.outer([100, 100], (before + now) / 200)
    statistic = np.sum((np.stack([before, now]) - expected) ** 2 / expected)
    assert homogeneity(before, now) == pytest.approx(chi2.sf(statistic, 2))


def test_rare_levels_are_pooled_and_few_of_them_judged_exactly() -> None:
    common = np.array([500.0, 500])
    rare = np.ones(4)
    pooled = homogeneity(np.array([500.0, 500, 20]), np.array([500.0, 500, 0]))
    many = np.ones(20), np.zeros(20)
    assert homogeneity(*(np.concatenate([common, one]) for one in many)) == pytest.approx(pooled)
    exact = fisher_exact([[1000, 4], [1000, 0]]).pvalue
    few = homogeneity(np.concatenate([common, rare]), np.concatenate([common, 0 * rare]))
    assert few == pytest.approx(2 * exact)


def test_ten_rows_of_a_level_that_was_never_seen_are_enough() -> None:
    assert homogeneity(np.array([2000.0, 0]), np.array([0.0, 10])) < 1e-9


def test_nothing_and_constants_do_not_move() -> None:
    for old, new in ((np.empty(0), np.ones(5)), (np.ones(5), np.ones(9))):
        assert numbers_moved(old, new).share == 0
    assert counts_moved(np.zeros(2), np.ones(2)).chance == 1
    assert levels_moved(np.array(["a"] * 9, object), np.array(["a"] * 9, object)).chance == 1


def test_chances_are_corrected_as_holm_did() -> None:
    assert corrected([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert corrected([]) == []


def test_chances_are_uniform_where_nothing_changed() -> None:
    draws = np.random.default_rng(0)
    chances = []
    for _ in range(300):
        before, now = draws.normal(size=(2, 200))
        chances.append(numbers_moved(before, now).chance)
        levels = draws.choice(np.array(list("abcd"), object), size=(2, 200), p=(0.5, 0.3, 0.15, 0.05))
        chances.append(levels_moved(*levels).chance)
    # 30 of 600 are expected below 5 %, with a deviation of 5.3.
    assert 10 <= np.sum(np.array(chances) < 0.05) <= 48
