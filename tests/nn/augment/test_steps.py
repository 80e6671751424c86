"""Windows of sequences, and runs of hidden steps."""

import jax
import jax.numpy as jnp
import numpy as np

from piste.nn.augment.steps import StepCrop, StepMask

TARGETS = jnp.zeros(300, jnp.int32)


def test_a_crop_is_a_stretched_window() -> None:
    ramp = np.broadcast_to(np.arange(41, dtype=np.float32)[:, None], (300, 41, 2)) * np.array([1.0, 10.0], np.float32)
    after, _ = jax.jit(StepCrop(0.5).apply)(jax.random.key(0), ramp, TARGETS)
    one, ten = np.asarray(after)[..., 0], np.asarray(after)[..., 1]
    np.testing.assert_allclose(ten, 10 * one, rtol=1e-4, atol=1e-3)
    assert one.min() >= 0
    assert one.max() <= 40
    np.testing.assert_allclose(np.diff(one), np.broadcast_to(np.diff(one)[:, :1], (300, 40)), atol=1e-3)
    shares = np.sort((one[:, -1] - one[:, 0]) / 40)
    assert np.abs(shares - (0.5 + 0.5 * (np.arange(300) + 0.5) / 300)).max() < 0.5 * 1.95 / np.sqrt(300)


def test_tokens_are_repeated_never_blended() -> None:
    tokens = np.random.default_rng(0).integers(0, 1000, (300, 12)).astype(np.int32)
    after, _ = StepCrop(0.5).apply(jax.random.key(0), jnp.asarray(tokens), TARGETS)
    assert after.dtype == jnp.int32
    assert all(set(new) <= set(old) for new, old in zip(np.asarray(after), tokens, strict=True))
    ordered, _ = StepCrop(0.5).apply(jax.random.key(0), jnp.asarray(np.sort(tokens, 1)), TARGETS)
    assert (np.diff(np.asarray(ordered), axis=1) >= 0).all()


def test_a_mask_hides_one_run_of_any_length_up_to_the_longest_anywhere() -> None:
    ones = np.ones((300, 20, 2), np.float32)
    after, _ = jax.jit(StepMask(0.25, -7.0).apply)(jax.random.key(0), ones, TARGETS)
    hidden = np.asarray(after)[..., 0] == -7
    np.testing.assert_array_equal(np.asarray(after), np.where(hidden, -7.0, 1.0)[..., None].repeat(2, 2))
    lengths = hidden.sum(1)
    assert set(lengths) == set(range(6))
    starts = np.diff(np.pad(hidden, ((0, 0), (1, 1))).astype(int), axis=1)
    assert (starts == 1).sum(1).max() == 1
    assert hidden.any(0).all()
