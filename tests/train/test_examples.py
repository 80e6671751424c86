import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.train import examples
from piste.train.examples import EVALUATION_CHUNK, Examples, chunk_of, for_judging, on_device

INPUTS = np.arange(100, dtype=np.float32).reshape(50, 2)
TARGETS = np.arange(50, dtype=np.int32)


def test_rows_that_only_pad_weigh_nothing() -> None:
    split = on_device(Examples(INPUTS, TARGETS), 16)
    assert split.inputs.shape == (64, 2)
    np.testing.assert_array_equal(split.inputs[:50], INPUTS)
    np.testing.assert_array_equal(split.weight, np.repeat([1, 0], [50, 14]))
    assert on_device(Examples(INPUTS, TARGETS)).inputs.shape == (52, 2)


def test_large_and_exact_splits_are_hardly_padded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_device(Examples(INPUTS, TARGETS), exact=True).inputs.shape == (50, 2)
    monkeypatch.setattr(examples, "_PADDED_BYTES", 100)
    assert on_device(Examples(INPUTS, TARGETS), 3).inputs.shape == (51, 2)


def test_what_is_on_the_device_is_not_copied() -> None:
    there = jnp.asarray(INPUTS)
    assert on_device(Examples(there, TARGETS)).inputs is there  # type: ignore[arg-type]


@given(st.integers(1, 10_000))
def test_a_split_for_judging_is_whole_chunks_and_hardly_padded(rows: int) -> None:
    split = for_judging(Examples(np.ones((rows, 1), np.float32), np.zeros(rows, np.int32)))
    size, padded = chunk_of(split), len(split.targets)
    assert padded % size == 0
    assert size <= EVALUATION_CHUNK
    assert split.weight is not None
    assert float(split.weight.sum()) == rows
    assert padded <= max(1.5 * rows, 32)
