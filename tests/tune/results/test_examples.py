"""What trials keep of each validation example."""

import numpy as np

from piste.tune.results.examples import MOST, packed, unpacked


def test_losses_and_hits_survive_the_text_to_half_precision() -> None:
    random = np.random.default_rng(0)
    losses, hits = random.exponential(size=300), random.integers(0, 2, 300).astype(np.float64)
    found = unpacked(packed(losses, hits))
    assert found is not None
    np.testing.assert_allclose(found[0], losses, rtol=6e-4)
    np.testing.assert_array_equal(found[1], hits)


def test_losses_alone_are_one_row() -> None:
    found = unpacked(packed(np.ones(5)))
    assert found is not None
    assert found.shape == (1, 5)


def test_of_many_examples_the_means_of_neighbours_are_kept() -> None:
    losses = np.arange(2 * MOST + 3, dtype=np.float64) / MOST
    found = unpacked(packed(losses))
    assert found is not None
    assert found.shape == (1, (2 * MOST + 3) // 3)
    np.testing.assert_allclose(found[0, 1], losses[3:6].mean(), rtol=1e-3)


def test_large_numbers_keep_their_precision() -> None:
    squared = np.array([1e12, 3e9, 7.5e8])
    found = unpacked(packed(squared))
    assert found is not None
    np.testing.assert_allclose(found[0], squared, rtol=1e-3)


def test_nothing_but_zeros_stays_so() -> None:
    found = unpacked(packed(np.zeros(4)))
    assert found is not None
    assert not found.any()


def test_nothing_is_kept_where_a_loss_is_not_finite() -> None:
    assert packed(np.array([1.0, np.inf])) == packed(np.array([np.nan])) == ""


def test_a_text_that_was_cut_is_none() -> None:
    assert unpacked("") is None
    assert unpacked(packed(np.ones(9))[:-5]) is None
