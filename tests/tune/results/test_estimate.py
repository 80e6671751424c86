"""The honest estimate, against simulations in which the truth is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from piste.tune.results.estimate import Measure, estimates


def hits(random: np.random.Generator, truth: NDArray[np.float64], examples: int, shared: float) -> NDArray[np.float64]:
    """Return (N, B): whether trials of accuracy `truth` are right; `shared` of what makes an example hard is common."""
    common, own = random.standard_normal((1, examples)), random.standard_normal((len(truth), examples))
    hard = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
    return np.asarray(hard < norm.ppf(truth)[:, None], np.float64)


@pytest.mark.parametrize("shared", [0.0, 0.8])
@pytest.mark.parametrize("spread", [0.0, 0.02])
def test_the_corrected_estimate_covers_the_truth_where_the_reported_one_flatters(shared: float, spread: float) -> None:
    random, repeats = np.random.default_rng(1), 40
    covered, flattered, off = 0, [], []
    for repeat in range(repeats):
        truth = np.clip(0.7 + spread * random.standard_normal(64), 0.01, 0.99)
        right = hits(random, truth, 200, shared)
        (found,) = estimates(Measure("accuracy", True, right), 1.0 - right, repeat)
        true = truth[np.argmax(right.mean(axis=1))]
        covered += found.low <= true <= found.high
        flattered.append(found.reported - true)
        off.append(found.corrected - true)
    assert np.mean(flattered) > 0.02
    assert abs(np.mean(off)) < 0.35 * np.mean(flattered)
    assert covered >= 36  # of 40: 38 are expected at the least


def test_a_single_trial_has_no_optimism() -> None:
    right = hits(np.random.default_rng(2), np.array([0.8]), 500, 0.0)
    (found,) = estimates(Measure("accuracy", True, right), 1.0 - right, 0)
    assert found.reported == right.mean()
    assert abs(found.optimism) < 0.002
    low, high = found.optimism_interval
    assert low < 0 < high
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt(0.16 / 500), rel=0.15)  # that of a plain mean


def test_optimism_grows_with_the_number_of_trials() -> None:
    right = hits(np.random.default_rng(3), np.full(256, 0.7), 200, 0.0)
    found = estimates(Measure("accuracy", True, right), 1.0 - right, 0, sizes=(1, 16, 256))
    assert [one.trials for one in found] == [1, 16, 256]
    assert found[0].optimism < found[1].optimism < found[2].optimism
    assert found[1].reported <= found[2].reported


def test_lower_is_better_mirrors_higher_is_better() -> None:
    errors = np.random.default_rng(4).exponential(size=(32, 150))
    (lower,) = estimates(Measure("error", False, errors), errors, 0)
    (higher,) = estimates(Measure("minus error", True, -errors), errors, 0)
    assert lower.reported == -higher.reported
    assert lower.corrected == pytest.approx(-higher.corrected)
    assert lower.optimism == pytest.approx(higher.optimism)
    assert lower.optimism > 0


def test_a_root_is_taken_of_means() -> None:
    errors = np.random.default_rng(5).exponential(size=(8, 400))
    (found,) = estimates(Measure("RMSE", False, errors, np.sqrt), errors, 0)
    assert found.reported == np.sqrt(errors.mean(axis=1).min())


def test_equal_trials_are_told_apart_by_their_loss() -> None:
    right = np.ones((3, 50))
    losses = np.array([0.3, 0.1, 0.2])[:, None] * np.ones((3, 50))
    each = np.array([[1.0], [1.0 + 1e-15], [1.0]]) * right  # the second one's, in rounding alone
    (found,) = estimates(Measure("accuracy", True, each), losses, 0)
    assert found.reported == each[1].mean()
