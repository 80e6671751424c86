"""Tokens and positions."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.embedding import Embedding, LearnedPositions, Masking, SinusoidalPositions
from piste.nn.layer import Context

TOKENS = np.asarray([[1, 2, 4, 0], [3, 0, 0, 0], [2, 2, 1, 3]], np.int32)


def test_tokens_become_their_vectors_and_padding_a_mask() -> None:
    weight = jnp.arange(15.0).reshape(5, 3) + 1
    outputs, _, context = Embedding(5, 3, padding=0).flow({"weight": weight}, {}, jnp.asarray(TOKENS), Context())
    expected = np.where((TOKENS > 0)[..., None], np.asarray(weight)[TOKENS], 0.0)
    np.testing.assert_array_equal(outputs, expected)
    np.testing.assert_array_equal(np.asarray(context.mask), TOKENS > 0)
    assert Embedding(5, 3).flow({"weight": weight}, {}, jnp.asarray(TOKENS), Context())[2].mask is None


@pytest.mark.parametrize("token", [5, 1000, -1])
def test_a_token_out_of_range_shows_as_nan(token: int) -> None:
    outputs = Embedding(5, 3)({"weight": jnp.ones((5, 3))}, jnp.asarray([[token, 4]]), Context())
    assert jnp.isnan(outputs[0, 0]).all()
    assert (outputs[0, 1] == 1).all()


@pytest.mark.parametrize("padding", [None, 0])
def test_gradients(padding: int | None, gradient_error: Callable[..., float]) -> None:
    assert gradient_error(Embedding(5, 3, padding), TOKENS, Context()) < 1e-8
    assert gradient_error(LearnedPositions(6), np.random.default_rng(0).normal(size=(2, 4, 3)), Context()) < 1e-8


@pytest.mark.parametrize("padding", [None, 2])
def test_as_pytorch(padding: int | None, agree_with_torch: Callable[..., None]) -> None:
    from torch.nn import functional

    weight = np.random.default_rng(0).normal(size=(5, 3))
    weight[2] = 0.0  # PyTorch leaves the padding's vector to its maker, who sets it to zero

    def ours(w: jax.Array, tokens: Any) -> jax.Array:
        return Embedding(5, 3, padding)({"weight": w}, jnp.asarray(tokens), Context())

    def theirs(w: Any, tokens: Any) -> Any:
        return functional.embedding(tokens, w, padding)

    agree_with_torch(ours, theirs, {"w": weight, "tokens": TOKENS})


def test_masking_marks_steps_of_one_value() -> None:
    inputs = jnp.asarray([[[1.0, 0.0], [-1.0, -1.0], [0.0, -1.0]]])
    outputs, _, context = Masking(-1.0).flow({}, {}, inputs, Context())
    np.testing.assert_array_equal(outputs, inputs)
    assert context.mask is not None
    assert context.mask.tolist() == [[True, False, True]]
    both = Masking(-1.0).flow({}, {}, inputs, Context(mask=jnp.asarray([[False, True, True]])))[2].mask
    assert both is not None
    assert both.tolist() == [[False, False, True]]


def test_waves_as_the_formula() -> None:
    outputs = np.asarray(SinusoidalPositions()({}, jnp.zeros((1, 50, 6)), Context()))[0]
    for t in (0, 1, 49):
        for i in range(3):
            angle = t / 10000 ** (2 * i / 6)
            np.testing.assert_allclose(outputs[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)], atol=1e-5)


def test_learned_positions_move_every_example_alike() -> None:
    weight = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    inputs = np.random.default_rng(1).normal(size=(2, 4, 3)).astype(np.float32)
    np.testing.assert_allclose(
        LearnedPositions(6)({"weight": weight}, jnp.asarray(inputs), Context()), inputs + weight[:4]
    )


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match="padding = 5 must be below tokens = 5"):
        Embedding(5, 3, padding=5)
    with pytest.raises(SettingError, match=r"LearnedPositions knows 3 steps\. Got a sequence of 4"):
        LearnedPositions(3).output_shape((4, 2))
    with pytest.raises(SettingError, match=r"an even number of features\. Got 3"):
        SinusoidalPositions().output_shape((4, 3))
    with pytest.raises(SettingError, match="Masking takes sequences"):
        Masking().output_shape((4,))
