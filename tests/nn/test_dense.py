"""The layer of neurons."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.dense import Dense
from piste.nn.layer import Context, Layer

INPUTS = np.asarray([[1.0, 2.0], [3.0, -1.0]], np.float32)


def test_weighted_sums_by_hand() -> None:
    parameters = {"weight": jnp.asarray([[1.0, 0.0, 2.0], [0.5, -1.0, 1.0]]), "bias": jnp.asarray([0.0, 1.0, -1.0])}
    outputs = Dense(3)(parameters, jnp.asarray(INPUTS), Context())
    np.testing.assert_allclose(outputs, [[2.0, -1.0, 3.0], [2.5, 2.0, 4.0]])
    assert Dense(3).output_shape((7, 2)) == (7, 3)


@pytest.mark.parametrize("layer", [Dense(3), Dense(4, bias=False)])
def test_gradients(layer: Layer, gradient_error: Callable[..., float]) -> None:
    assert gradient_error(layer, np.random.default_rng(0).normal(size=(3, 5, 2)), Context()) < 1e-8


def test_as_pytorch(agree_with_torch: Callable[..., None]) -> None:
    from torch.nn import functional

    def ours(x: jax.Array, w: jax.Array, b: jax.Array) -> jax.Array:
        return Dense(4)({"weight": w, "bias": b}, x, Context())

    def theirs(x: Any, w: Any, b: Any) -> Any:
        return functional.linear(x, w.T, b)

    draw = np.random.default_rng(0)
    shapes = {"x": (6, 5), "w": (5, 4), "b": (4,)}
    agree_with_torch(ours, theirs, {name: draw.normal(size=shape) for name, shape in shapes.items()})


def test_a_bad_width_is_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"Dense needs a whole number of units of at least 1\. Got 2\.5 instead"):
        Dense(2.5)  # type: ignore[arg-type]
