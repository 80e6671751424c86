from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.train.schedules import SCHEDULES, rates


@pytest.mark.parametrize("schedule", sorted(set(SCHEDULES) - {"one-cycle"}))
@pytest.mark.parametrize("warmup", [0, 1, 7])
def test_rates_rise_to_the_peak_and_stay_between_zero_and_it(schedule: str, warmup: int) -> None:
    table = rates(schedule, 0.3, 40, warmup)
    assert table.shape == (40,)
    assert table.dtype == np.float64
    assert np.all(table > 0)
    assert np.max(table) == pytest.approx(0.3)
    assert np.argmax(table) == warmup
    np.testing.assert_allclose(np.diff(table[: warmup + 1]), 0.3 / (warmup + 1), rtol=1e-5)


def test_cosine_is_half_way_down_in_the_middle() -> None:
    table = rates("cosine", 2.0, 100)
    assert table[50] == pytest.approx(1.0)
    assert table[25] == pytest.approx(1.0 + np.cos(np.pi / 4))


def test_step_divides_by_ten_at_the_half_and_at_three_quarters() -> None:
    np.testing.assert_allclose(rates("step", 1.0, 8), [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01], rtol=1e-6)


def test_exponential_falls_by_one_factor_to_its_end() -> None:
    table = rates("exponential", 1.0, 50, final=1e-4).astype(np.float64)
    np.testing.assert_allclose(table[1:] / table[:-1], 1e-4 ** (1 / 50), rtol=1e-5)
    assert rates("exponential", 1.0, 50)[-1] * 0.01 ** (1 / 50) == pytest.approx(0.01, rel=1e-4)


def test_inverse_square_root_is_the_transformers() -> None:
    warmup, steps = 10, 60
    table = rates("inverse-square-root", 1.0, steps, warmup)
    number = np.arange(1, steps + 1)  # the paper counts from 1 and meets the peak at the warm-up's last step
    paper = np.minimum(number**-0.5, number * warmup**-1.5) * warmup**0.5
    np.testing.assert_allclose(table[warmup:], paper[warmup - 1 : -1], rtol=1e-6)


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_the_end_can_be_above_zero(schedule: str) -> None:
    table = rates(schedule, 1.0, 1000, final=0.2)
    assert table[0] == 1.0
    assert table[-1] == pytest.approx(0.2, abs=1e-3)
    assert np.all(np.diff(table) < 0)


@given(st.sampled_from(sorted(SCHEDULES)), st.integers(1, 7), st.integers(1, 30))
def test_restarts_repeat_the_schedule(schedule: str, cycles: int, length: int) -> None:
    once, often = rates(schedule, 1.0, length), rates(schedule, 1.0, length * cycles, cycles=cycles)
    np.testing.assert_allclose(often.reshape(cycles, length), np.tile(once, (cycles, 1)), rtol=1e-6)


@given(st.sampled_from(sorted(SCHEDULES)), st.integers(1, 5), st.integers(1, 60), st.integers(0, 80))
def test_cycles_that_do_not_divide_the_steps_all_begin_at_the_peak(
    schedule: str, cycles: int, steps: int, warmup: int
) -> None:
    table = rates(schedule, 1.0, steps, warmup, cycles=cycles)
    assert table.shape == (steps,)
    assert np.isfinite(table).all()
    assert np.all((table > 0) & (table <= 1))
    if schedule == "cosine" and steps - min(warmup, steps - 1) >= 2 * cycles:
        assert np.sum(table == 1.0) == cycles


@pytest.mark.parametrize("steps", [10, 40, 333])
def test_one_cycle_is_pytorchs(steps: int) -> None:
    torch = pytest.importorskip("torch")
    schedule = _stepped(torch, lambda sgd: torch.optim.lr_scheduler.OneCycleLR(
        sgd, 0.3, total_steps=steps, cycle_momentum=False
    ), steps)  # fmt: skip
    np.testing.assert_allclose(rates("one-cycle", 0.3, steps), schedule, rtol=1e-4, atol=1e-8)


def test_cosine_with_restarts_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    schedule = _stepped(torch, lambda sgd: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(sgd, 20), 60)
    np.testing.assert_allclose(rates("cosine", 1.0, 60, cycles=3), schedule, atol=1e-6)


def _stepped(torch: Any, make: Callable[[Any], Any], steps: int) -> list[float]:
    sgd = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule, seen = make(sgd), []
    for _ in range(steps):
        seen.append(sgd.param_groups[0]["lr"])
        sgd.step()
        if len(seen) < steps:
            schedule.step()
    return seen


def test_a_warm_up_longer_than_the_training_leaves_one_step_at_the_peak() -> None:
    table = rates("linear", 1.0, 4, warmup=100)
    np.testing.assert_allclose(table, [0.25, 0.5, 0.75, 1.0])


def test_an_unknown_schedule_is_named() -> None:
    with pytest.raises(SettingError, match="'sawtooth'"):
        rates("sawtooth", 0.1, 10)


def test_an_exponential_does_not_reach_zero() -> None:
    with pytest.raises(SettingError, match="give a final rate above 0"):
        rates("exponential", 0.1, 10, final=0.0)
