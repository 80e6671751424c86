"""The range test on curves whose answer is known, and on functions with a largest stable rate."""

import jax
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.nn.losses import CrossEntropy, SquaredError
from piste.nn.metrics import WATCHED
from piste.nn.zoo.mlp import mlp
from piste.train.finder import RateFound, find_rate, judged
from piste.train.fit import Examples, starting_point
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan

GENERATOR = np.random.default_rng(0)
RATES = np.geomspace(1e-6, 10, 210)
LOG = np.log10(RATES)


def falling(place: float, width: float = 0.25) -> np.ndarray:
    """A loss that falls from 2 to 1 around `place` (a power of ten) and explodes two powers later."""
    return 2 - 1 / (1 + np.exp(-(LOG - place) / width)) + np.exp(6 * (LOG - place - 2))


def noisy(curve: np.ndarray, size: float) -> np.ndarray:
    return np.stack([curve + size * GENERATOR.normal(size=len(curve)) for _ in range(3)])


@pytest.mark.parametrize("place", [-3.0, -2.0, -1.5])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_the_steepest_place_is_found_through_noise(place: float, noise: float) -> None:
    found = judged(RATES, noisy(falling(place), noise))
    assert found.rate is not None
    assert found.lowest is not None
    assert found.diverges is not None
    assert abs(np.log10(found.rate) - place) < 0.4
    assert found.low is not None
    assert found.low <= found.rate <= (found.high or 0)
    assert found.rate < found.lowest < found.diverges
    assert abs(np.log10(found.diverges) - place - 2) < 0.4
    assert f"{found.rate:.2g}" in found.verdict


def test_a_loss_that_only_trembles_gives_no_rate() -> None:
    found = judged(RATES, noisy(np.full(len(RATES), 2.0), 0.2))
    assert found.rate is None
    assert "No rate from 1e-06 to 10 clearly lowers the loss" in found.verdict


def test_a_loss_that_only_rises_gives_no_rate_but_says_where() -> None:
    found = judged(RATES, noisy(2 + np.exp(4 * (LOG + 2)), 0.01))
    assert found.rate is None
    assert found.diverges is not None


def test_what_is_no_number_ends_the_curve() -> None:
    curve = falling(-3.0)
    curve[150:] = np.nan
    found = judged(RATES, noisy(curve, 0.01))
    assert found.rate is not None
    assert abs(np.log10(found.rate) + 3) < 0.4
    assert np.isnan(found.losses[150:]).all()
    assert found.diverges is not None
    assert found.diverges <= RATES[150]


def sought(plan: Plan, targets: np.ndarray, task: Task, inputs: np.ndarray, highest: float = 10.0) -> RateFound:
    carry, split = starting_point(plan, Examples(inputs, targets), task, 0)
    before = jax.tree.map(lambda leaf: np.array(leaf), carry)
    found = find_rate(plan, carry, split, 32, 0, highest=highest)
    jax.tree.map(np.testing.assert_array_equal, carry, before)  # given back as it was
    return found


def test_gradient_descent_on_a_parabola_diverges_at_two_over_the_curvature() -> None:
    inputs = (3 * GENERATOR.choice([-1.0, 1.0], size=(200, 1))).astype(np.float32)
    plan = Plan(mlp(1, ()), (1,), SquaredError(), WATCHED[Task.REGRESSION].metric, Optimiser("sgd"))
    found = sought(plan, 2 * inputs, Task.REGRESSION, inputs)
    limit = 2 / (2 * 9)  # the loss (w x - t)^2 has the curvature 2 x^2
    assert found.rate is not None
    assert found.diverges is not None
    assert found.rate < limit < found.diverges < 20 * limit  # a rate that grows at every step overtakes the divergence


def test_equal_seeds_find_the_same_and_the_optimiser_matters() -> None:
    inputs = GENERATOR.normal(size=(200, 6)).astype(np.float32)
    classes = (inputs @ GENERATOR.normal(size=(6, 3))).argmax(axis=1).astype(np.int32)
    plan = Plan(mlp(3, (16,)), (6,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser("adam"))
    found, again = (sought(plan, classes, Task.MANY_CLASS, inputs) for _ in range(2))
    assert found == again
    plain = sought(Plan(plan.model, (6,), plan.loss, plan.metric, Optimiser("sgd")), classes, Task.MANY_CLASS, inputs)
    assert found.rate is not None
    assert plain.rate is not None
    assert plain.rate > 3 * found.rate


def test_what_cannot_be_tested_is_said() -> None:
    inputs = np.zeros((8, 2), np.float32)
    cases = (("lbfgs", 10.0, "no rate to look for"), ("sgd", 1e-9, "1e-06 to 1e-09"))
    for optimiser, highest, message in cases:
        plan = Plan(mlp(2, ()), (2,), CrossEntropy(), WATCHED[Task.TWO_CLASS].metric, Optimiser(optimiser))
        with pytest.raises(SettingError, match=message):
            sought(plan, np.zeros(8, np.int32), Task.TWO_CLASS, inputs, highest=highest)
