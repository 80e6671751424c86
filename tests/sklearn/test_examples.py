import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.sklearn.examples import Weighted, expanded, in_own_order, weighted


def drawn(seed: int, rows: int = 20) -> Weighted:
    generator = np.random.default_rng(seed)
    inputs = generator.integers(0, 3, size=(rows, 2)).astype(np.float64)  # with equal rows among them
    return Weighted(inputs, generator.integers(0, 2, size=rows), generator.exponential(size=rows))


@given(seed=st.integers(0, 10_000))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    examples = drawn(seed)
    mixed = examples.rows(np.random.default_rng(seed + 1).permutation(len(examples)))
    one, other = in_own_order(examples), in_own_order(mixed)
    np.testing.assert_array_equal(one.inputs, other.inputs)
    np.testing.assert_array_equal(one.targets, other.targets)
    np.testing.assert_array_equal(one.weights, other.weights)
    assert sorted(map(tuple, one.inputs)) == sorted(map(tuple, examples.inputs))


@given(seed=st.integers(0, 10_000))
def test_whole_weights_are_copies(seed: int) -> None:
    examples, counts = drawn(seed), np.random.default_rng(seed).integers(0, 5, size=20)
    counts[0] = 1
    copied = expanded(weighted(examples.inputs, examples.targets, counts), counts)
    np.testing.assert_array_equal(copied.inputs, np.repeat(examples.inputs, counts, axis=0))
    np.testing.assert_array_equal(copied.targets, np.repeat(examples.targets, counts))
    assert np.all(copied.weights == 1.0)


@pytest.mark.parametrize("weights", [[0.5, 2.0, 0.0], [1.0, 1000.0, 1.0]])
def test_other_weights_keep_their_rows_and_have_the_mean_one(weights: list[float]) -> None:
    found = expanded(weighted(np.arange(3.0)[:, None], np.arange(3), weights), weights)
    positive = np.asarray(weights)[np.asarray(weights) > 0]
    np.testing.assert_allclose(found.weights, positive / positive.mean())
    assert len(found) == len(positive)
