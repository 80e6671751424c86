import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.train.batches import Batches


@given(rows=st.integers(1, 40), size=st.integers(1, 50), first=st.integers(0, 30), amount=st.integers(1, 30))
def test_each_epoch_takes_each_row_at_most_once_however_it_is_cut(
    rows: int, size: int, first: int, amount: int
) -> None:
    batches = Batches((np.zeros((rows, 2)),), size, 7)
    whole = np.asarray(batches.order(0, first + amount))[: first + amount]
    part = np.asarray(batches.order(first, amount))[:amount]
    np.testing.assert_array_equal(part, whole[first:])
    per_epoch = rows // min(size, rows)
    for start in range(0, len(whole), per_epoch):
        drawn = whole[start : start + per_epoch].ravel()
        assert len(set(drawn.tolist())) == len(drawn)
        assert 0 <= drawn.min() <= drawn.max() < rows


def test_one_step_sees_a_batch_of_each_array_and_the_whole_of_each_number() -> None:
    data = (jnp.zeros((10, 3)), {"scale": jnp.zeros(())})
    first, second = Batches(data, 4, 0).of_one_step(data)
    assert first.shape == (4, 3)
    assert second["scale"].shape == ()
    assert Batches(data, None, 0).of_one_step(data)[0].shape == (10, 3)


@pytest.mark.parametrize("data", [(np.zeros(3), np.zeros(4)), (np.float64(1.0),), ()])
def test_rows_that_do_not_fit_are_refused(data: tuple[np.generic, ...]) -> None:
    with pytest.raises(SettingError, match=r"same rows as its first axis; found (3, 4|no array at all)"):
        Batches(data, 2, 0)
