"""Transposed convolutions: the adjoint of the convolution, finite differences, PyTorch."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer
from piste.nn.transposed import TransposedConv1D, TransposedConv2D


@pytest.mark.parametrize(("size", "stride"), [(3, 2), (4, 2), (2, 2), (3, 1), (2, 3)])
def test_same_padding_multiplies_the_shape_and_lays_kernels_down(size: int, stride: int) -> None:
    layer = TransposedConv1D(2, size, stride)
    draw = np.random.default_rng(0)
    parameters = layer.init(jax.random.key(0), (5, 3))
    inputs = draw.normal(size=(2, 5, 3)).astype(np.float32)
    full = np.zeros((2, max(4 * stride + size, 5 * stride), 2))
    for step in range(5):
        full[:, step * stride : step * stride + size] += np.einsum("bf,kfu->bku", inputs[:, step], parameters["weight"])
    cut = max(size - stride, 0) // 2
    outputs = layer(parameters, jnp.asarray(inputs), Context())
    assert outputs.shape == (2, 5 * stride, 2)
    np.testing.assert_allclose(outputs, full[:, cut : cut + 5 * stride], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        TransposedConv2D(4, 3, 2),
        TransposedConv2D(2, (3, 2), (1, 3), 1, (2, 1)),
        TransposedConv2D(4, 3, 2, "valid", 2, 2),
    ],
)
def test_gradients(layer: Layer, gradient_error: Callable[..., float]) -> None:
    assert gradient_error(layer, np.random.default_rng(0).normal(size=(2, 4, 5, 4)), Context()) < 1e-7


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups"),
    [(1, 0, 1, 1), (2, 1, 1, 1), ((2, 3), (0, 2), (1, 2), 1), (2, 2, 1, 2), (3, 0, 2, 4)],
)
def test_pictures_as_pytorch(
    stride: Any, padding: Any, dilation: Any, groups: int, agree_with_torch: Callable[..., None]
) -> None:
    from torch.nn import functional

    layer = TransposedConv2D(8, (3, 4), stride, padding, dilation, groups)
    draw = np.random.default_rng(0)

    def ours(x: jax.Array, w: jax.Array, b: jax.Array) -> jax.Array:
        return layer({"weight": w, "bias": b}, x, Context())

    def theirs(x: Any, w: Any, b: Any) -> Any:
        each = 8 // groups
        split = w.reshape(3, 4, 4 // groups, groups, each).permute(3, 2, 4, 0, 1).reshape(4, each, 3, 4)
        maps = functional.conv_transpose2d(x.permute(0, 3, 1, 2), split, b, stride, padding, 0, groups, dilation)
        return maps.permute(0, 2, 3, 1)

    shapes = {"x": (2, 5, 4, 4), "w": (3, 4, 4 // groups, 8), "b": (8,)}
    agree_with_torch(ours, theirs, {name: draw.normal(size=shape) for name, shape in shapes.items()})


def test_sequences_as_pytorch(agree_with_torch: Callable[..., None]) -> None:
    from torch.nn import functional

    layer = TransposedConv1D(3, 5, 3, 1, 2)
    draw = np.random.default_rng(0)

    def ours(x: jax.Array, w: jax.Array, b: jax.Array) -> jax.Array:
        return layer({"weight": w, "bias": b}, x, Context())

    def theirs(x: Any, w: Any, b: Any) -> Any:
        return functional.conv_transpose1d(x.permute(0, 2, 1), w.permute(1, 2, 0), b, 3, 1, 0, 1, 2).permute(0, 2, 1)

    shapes = {"x": (2, 6, 4), "w": (5, 4, 3), "b": (3,)}
    agree_with_torch(ours, theirs, {name: draw.normal(size=shape) for name, shape in shapes.items()})


def test_the_mask_grows_with_the_sequence() -> None:
    layer = TransposedConv1D(3, 4, 2)
    mask = jnp.asarray([[True, True, False]])
    inputs = jnp.ones((1, 3, 2))
    outputs, _, context = layer.flow(layer.init(jax.random.key(0), (3, 2)), {}, inputs, Context(mask=mask))
    assert outputs.shape == (1, 6, 3)
    assert context.mask is not None
    assert context.mask.tolist() == [[True] * 4 + [False] * 2]


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"TransposedConv2D: The 'stride' setting must be .* Got 0 instead\."):
        TransposedConv2D(4, stride=0)
    with pytest.raises(SettingError, match=r"must not be negative\. Got -2 instead"):
        TransposedConv1D(4, padding=-2).output_shape((5, 3))
    with pytest.raises(SettingError, match="steps, features"):
        TransposedConv1D(4).init(jax.random.key(0), (5, 3, 1))
