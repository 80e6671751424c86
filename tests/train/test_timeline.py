import jax
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.train.timeline import Effort, Timeline, named_key, steps_per_epoch


def line(
    examples: int, batch_size: int, epochs: int = 3, row_bytes: int = 4, every: int = 0, window: int = 0
) -> Timeline:
    steps = steps_per_epoch(examples, batch_size)
    table = np.arange(1, epochs * steps + 1, dtype=np.float32)
    return Timeline(examples, row_bytes, Effort(epochs, batch_size, table, validate_every=every), 0, window)


@given(st.integers(1, 300), st.integers(1, 64))
def test_an_epoch_sees_every_example_at_most_once_and_nearly_all(examples: int, batch_size: int) -> None:
    made = line(examples, batch_size)
    stretch = made.stretch(0, 1)
    rows = np.asarray(stretch.order[0, : int(stretch.steps[0])]).ravel()
    assert len(np.unique(rows)) == len(rows) == made.steps * made.batch_size
    assert len(rows) > examples - made.batch_size
    assert rows.min() >= 0
    assert rows.max() < examples


def test_every_epoch_has_another_order_and_every_step_another_key() -> None:
    stretch = line(50, 10).stretch(0, 3)
    orders = np.asarray(stretch.order).reshape(stretch.order.shape[0], -1)
    assert len({order.tobytes() for order in orders[:3]}) == 3
    assert np.asarray(stretch.first_steps)[:3].tolist() == [0, 5, 10]


def worked(made: Timeline, amount: int = 1) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """The rows and rates of all steps, gathered call by call, and the steps after which is validated."""
    rows, rates, validated, step = [], [], [], 0
    while step < made.total:
        most = made.amount(step, 1e-9)
        stretch = made.stretch(step, min(amount, most))
        for index in range(int(stretch.rounds)):
            steps = int(stretch.steps[index])
            assert int(stretch.first_steps[index]) == step
            rows.append(np.asarray(stretch.order[index, :steps]))
            rates.append(np.asarray(stretch.rates[index, :steps]))
            step += steps
            if stretch.validates:
                validated.append(step)
    return np.concatenate(rows), np.concatenate(rates), validated


@given(st.integers(1, 60), st.integers(1, 12), st.integers(1, 4), st.integers(0, 50), st.integers(1, 5), st.booleans())
def test_rounds_and_pieces_cut_the_same_training(
    examples: int, batch_size: int, epochs: int, every: int, amount: int, pieces: bool
) -> None:
    whole = line(examples, batch_size, epochs)
    row_bytes = (1 << 26) // (3 * whole.batch_size) if pieces else 4  # one call gathers three batches
    cut = line(examples, batch_size, epochs, row_bytes, every=every)
    rows, rates, _ = worked(whole)
    cut_rows, cut_rates, validated = worked(cut, amount)
    np.testing.assert_array_equal(cut_rows, rows)
    np.testing.assert_array_equal(cut_rates, rates)
    length = every or whole.steps
    assert validated == [*range(length, whole.total, length), whole.total]
    assert len(validated) == cut.rounds


@given(st.integers(1, 60), st.integers(1, 6), st.integers(1, 5), st.integers(0, 30))
def test_windows_show_every_example_at_most_once_an_epoch(
    examples: int, batch_size: int, batches: int, every: int
) -> None:
    size = min(batch_size, examples)
    made = line(examples, batch_size, 2, every=every, window=batches * size)
    step = 0
    seen: list[tuple[int, int]] = []
    while step < made.total:
        amount = made.amount(step, 1e-9)
        stretch = made.stretch(step, amount)
        epoch, window = made.window_at(step)
        assert made.window_at(step + amount - 1) == (epoch, window)
        rows = np.asarray(stretch.order[0, :amount]).ravel()
        assert rows.max() < min(batches * size, examples - window * batches * size)
        seen.extend((epoch, window * batches * size + row) for row in rows.tolist())
        step += amount
    assert len(set(seen)) == len(seen) == made.total * size


def test_epochs_are_whole_numbers_at_their_ends() -> None:
    made = line(40, 10)
    assert [made.epochs(step) for step in (0, 4, 6, 12)] == [0, 1, 1.5, 3]


def test_keys_depend_on_seed_and_every_name() -> None:
    keys = [named_key(0, "a"), named_key(1, "a"), named_key(0, "b"), named_key(0, "a", 1)]
    assert len({np.asarray(jax.random.key_data(key)).tobytes() for key in keys}) == 4
    assert np.array_equal(jax.random.key_data(named_key(7, "x")), jax.random.key_data(named_key(7, "x")))
