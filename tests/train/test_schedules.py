import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.train.schedules import SCHEDULES, rates


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("warmup", [0, 1, 7])
def test_rates_rise_to_the_peak_and_stay_between_zero_and_it(schedule: str, warmup: int) -> None:
    table = rates(schedule, 0.3, 40, warmup)
    assert table.shape == (40,)
    assert table.dtype == np.float32
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


def test_a_warm_up_longer_than_the_training_leaves_one_step_at_the_peak() -> None:
    table = rates("linear", 1.0, 4, warmup=100)
    np.testing.assert_allclose(table, [0.25, 0.5, 0.75, 1.0])


def test_an_unknown_schedule_is_named() -> None:
    with pytest.raises(SettingError, match="'sawtooth'"):
        rates("sawtooth", 0.1, 10)
