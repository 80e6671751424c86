import numpy as np
import pytest

from piste.core.keys import generator
from piste.evaluate.bootstrap import (
    RESAMPLES,
    certain_interval,
    interval,
    replicates,
    resample_counts,
    resamples_for,
)
from piste.evaluate.metrics import mean


@pytest.mark.parametrize("rows", [1, 7, 3000])
def test_every_resample_draws_as_many_examples_as_there_are(rows: int) -> None:
    blocks = list(resample_counts(rows, seed=3))
    counts = np.concatenate(blocks, axis=1)
    assert counts.shape == (rows, RESAMPLES)
    assert (counts.sum(axis=0) == rows).all()
    assert (counts >= 0).all()


def test_counts_are_those_of_the_named_draw() -> None:
    counts = next(resample_counts(20, seed=5))
    drawn = generator(5, "bootstrap").integers(20, size=20, dtype=np.int64)
    np.testing.assert_array_equal(counts[:, 0], np.bincount(drawn, minlength=20))


def test_fewer_resamples_for_very_many_examples() -> None:
    assert resamples_for(50_000) == 1000
    assert resamples_for(100_000) == 500
    assert resamples_for(10**8) == 200


def test_replicates_of_a_mean_have_its_standard_error() -> None:
    values = np.random.default_rng(0).normal(size=400)
    drawn = replicates([mean(values)], 400, seed=1)[0]
    assert drawn.mean() == pytest.approx(values.mean(), abs=4 * values.std() / 20 / np.sqrt(1000))
    assert drawn.std() == pytest.approx(values.std() / 20, rel=0.1)


def test_replicates_repeat_for_a_seed_and_differ_between_seeds() -> None:
    statistic = [mean(np.arange(50.0))]
    first, again, other = (replicates(statistic, 50, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_interval_leaves_out_undefined_replicates() -> None:
    values = np.array([np.nan, *np.linspace(0, 1, 201), np.inf])
    assert interval(values, 0.4) == pytest.approx((0.025, 0.975))
    assert interval(np.full(9, np.nan), 0.4) == (0.4, 0.4)


def test_a_share_without_a_failure_has_the_exact_binomial_interval() -> None:
    low, high = certain_interval(1.0, 30)
    assert low**30 == pytest.approx(0.025)  # a model this good is right 30 times in 2.5 % of all test splits
    assert high == 1
    assert certain_interval(0.0, 30) == pytest.approx((0.0, 1 - low))
