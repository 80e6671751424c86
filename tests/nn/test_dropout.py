"""Dropout: what is silenced, how often, and that expectations agree."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.dropout import ChannelDropout, Dropout, StochasticDepth
from piste.nn.layer import Context, Layer

LAYERS: list[tuple[Layer, tuple[int, ...]]] = [  # each with the axes along which its parts extend
    (Dropout(0.7), ()),
    (ChannelDropout(0.7), (1, 2)),
    (StochasticDepth(0.7), (1, 2, 3)),
]


@pytest.mark.parametrize(("layer", "axes"), LAYERS)
def test_parts_fall_together_and_the_rest_is_scaled(layer: Layer, axes: tuple[int, ...]) -> None:
    inputs = jnp.ones((50, 3, 4, 40))
    outputs = np.asarray(layer({}, inputs, Context(True, jax.random.key(3))))
    kept = outputs > 0
    np.testing.assert_allclose(outputs[kept], 1 / 0.7, rtol=1e-4)
    whole = kept.all(axes, keepdims=True) == kept.any(axes, keepdims=True)
    assert whole.all()
    parts = kept.any(axes)
    assert abs(parts.mean() - 0.7) < 4 * np.sqrt(0.21 / parts.size)


@pytest.mark.parametrize(("layer", "axes"), LAYERS)
def test_nothing_happens_outside_training(layer: Layer, axes: tuple[int, ...]) -> None:
    inputs = jnp.arange(24.0).reshape(2, 3, 1, 4)
    np.testing.assert_array_equal(layer({}, inputs, Context(False, jax.random.key(0))), inputs)


@pytest.mark.parametrize(("layer", "axes"), LAYERS)
def test_gradients(layer: Layer, axes: tuple[int, ...], gradient_error: Callable[..., float]) -> None:
    inputs = np.random.default_rng(0).normal(size=(4, 3, 2, 5))
    assert gradient_error(layer, inputs, Context(True, jax.random.key(1))) < 1e-8


@pytest.mark.parametrize("keep", [1e-7, 0.25, 0.999999, 1.0])
def test_expectations_agree_for_every_probability(keep: float) -> None:
    draws = 1 << 18
    outputs = Dropout(keep)({}, jnp.ones((draws,)), Context(True, jax.random.key(5)))
    # One part in 65536 is the smallest share: 4 of these draws, so the bound is wide there.
    spread = np.sqrt((1 / max(keep, 2**-16) - 1) / draws)
    assert abs(float(jnp.mean(outputs)) - 1.0) <= 4 * spread + 1e-4


def test_a_missing_key_is_said() -> None:
    with pytest.raises(SettingError, match="needs a random key while training"):
        Dropout(0.5)({}, jnp.ones((2, 2)), Context(True))


@pytest.mark.parametrize("kind", [Dropout, ChannelDropout, StochasticDepth])
@pytest.mark.parametrize("keep", [0.0, 1.5, float("nan"), "half"])
def test_a_bad_probability_is_one_sentence(kind: Callable[..., Layer], keep: object) -> None:
    with pytest.raises(SettingError, match=r"The 'keep' setting must be a number in \(0, 1\]\. Got .* instead"):
        kind(keep)
