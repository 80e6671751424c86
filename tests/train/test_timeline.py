import jax
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.train.timeline import Effort, Timeline, named_key, steps_per_epoch


def line(examples: int, batch_size: int, epochs: int = 3, row_bytes: int = 4, seed: int = 0) -> Timeline:
    steps = steps_per_epoch(examples, batch_size)
    table = np.arange(1, epochs * steps + 1, dtype=np.float32)
    return Timeline(examples, row_bytes, Effort(epochs, batch_size, table), seed)


@given(st.integers(1, 300), st.integers(1, 64))
def test_an_epoch_sees_every_example_at_most_once_and_nearly_all(examples: int, batch_size: int) -> None:
    made = line(examples, batch_size)
    stretch = made.stretch(0, 0, 1)
    rows = np.asarray(stretch.order[0]).ravel()
    assert len(np.unique(rows)) == len(rows) == made.steps * made.batch_size
    assert len(rows) > examples - made.batch_size
    assert rows.min() >= 0
    assert rows.max() < examples


def test_every_epoch_has_another_order_and_another_key() -> None:
    stretch = line(50, 10).stretch(0, 0, 3)
    orders = np.asarray(stretch.order).reshape(3, -1)
    keys = np.asarray(jax.random.key_data(stretch.keys))
    assert len({order.tobytes() for order in orders}) == 3
    assert len({key.tobytes() for key in keys}) == 3


def test_pieces_of_an_epoch_are_the_epoch() -> None:
    rows = (1 << 26) // 32  # so that one call gathers 32 examples
    whole, cut = line(100, 8), line(100, 8, row_bytes=rows)
    assert cut.whole == 0
    assert cut.piece == 4
    expected = whole.stretch(1, 0, 1)
    gathered, rates = [], []
    for first in range(0, cut.steps, 4):
        amount = min(4, cut.steps - first)
        piece = cut.stretch(1, first, amount)
        gathered.append(np.asarray(piece.order[0, :amount]))
        rates.append(np.asarray(piece.rates[0, :amount]))
        assert bool(piece.validates) == (first + amount == cut.steps)
        assert int(piece.first_step) == first
        assert np.array_equal(jax.random.key_data(piece.keys)[0], jax.random.key_data(expected.keys)[0])
    np.testing.assert_array_equal(np.concatenate(gathered), expected.order[0])
    np.testing.assert_array_equal(np.concatenate(rates), expected.rates[0])


def test_keys_depend_on_seed_and_every_name() -> None:
    keys = [named_key(0, "a"), named_key(1, "a"), named_key(0, "b"), named_key(0, "a", 1)]
    assert len({np.asarray(jax.random.key_data(key)).tobytes() for key in keys}) == 4
    assert np.array_equal(jax.random.key_data(named_key(7, "x")), jax.random.key_data(named_key(7, "x")))
