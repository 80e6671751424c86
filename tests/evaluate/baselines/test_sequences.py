import numpy as np
from numpy.testing import assert_allclose

from piste.evaluate.baselines.sequences import laid_out


def test_few_steps_stay_as_they_are() -> None:
    values = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    assert_allclose(laid_out(values, 6), values.reshape(2, 6))


def test_many_steps_become_means_of_runs() -> None:
    values = np.arange(7, dtype=np.float32).reshape(1, 7, 1)
    assert_allclose(laid_out(values, 3), [[1, 4, 6]])


def test_ends_take_no_part() -> None:
    values = np.array([[1, 3, 5, np.nan, np.nan, np.nan]], np.float32)[:, :, None]
    assert_allclose(laid_out(values, 3), [[2, 5, 0]])
