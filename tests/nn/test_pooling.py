"""Pooling against windows written as loops, finite differences and PyTorch."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer
from piste.nn.pooling import AveragePool, GlobalAveragePool, GlobalMaxPool, LastStep, MaxPool

SETTINGS: list[dict[str, Any]] = [
    {},
    {"size": 3},
    {"size": 3, "stride": 2},
    {"size": 3, "stride": 2, "padding": 1},
    {"size": (3, 2), "stride": (1, 3), "padding": "same"},
    {"size": 2, "padding": "same"},
]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(("kind", "merge"), [(MaxPool, np.nanmax), (AveragePool, np.nanmean)])
def test_pictures_as_loops(kind: Any, merge: Callable[..., Any], settings: dict[str, Any]) -> None:
    layer = kind(**settings)
    inputs = np.random.default_rng(0).normal(size=(2, 7, 9, 3)).astype(np.float32)
    size, stride = (np.broadcast_to(v, 2) for v in (layer.size, layer.stride or layer.size))
    pads = [(0, 0), (0, 0)]
    if layer.padding == "same":
        totals = [max((-(-n // s) - 1) * s + w - n, 0) for n, s, w in zip((7, 9), stride, size, strict=True)]
        pads = [(total // 2, total - total // 2) for total in totals]
    elif layer.padding != "valid":
        pads = [(layer.padding, layer.padding)] * 2
    padded = np.pad(inputs, ((0, 0), *pads, (0, 0)), constant_values=np.nan)
    rows, columns = ((padded.shape[a + 1] - size[a]) // stride[a] + 1 for a in (0, 1))
    expected = np.zeros((2, rows, columns, 3))
    for y in range(rows):
        for x in range(columns):
            top, left = y * stride[0], x * stride[1]
            expected[:, y, x] = merge(padded[:, top : top + size[0], left : left + size[1]], axis=(1, 2))
    np.testing.assert_allclose(layer({}, jnp.asarray(inputs), Context()), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", [MaxPool, AveragePool])
@pytest.mark.parametrize("settings", [SETTINGS[1], SETTINGS[3]])
def test_gradients(kind: Any, settings: dict[str, Any], gradient_error: Callable[..., float]) -> None:
    draw = np.random.default_rng(0)
    assert gradient_error(kind(**settings), draw.normal(size=(2, 7, 6, 3)), Context()) < 1e-7
    mask = jnp.arange(9) < jnp.asarray([[9], [5]])
    assert gradient_error(kind(**settings), draw.normal(size=(2, 9, 3)), Context(mask=mask)) < 1e-7


@pytest.mark.parametrize(("size", "stride", "padding"), [(2, 2, 0), (3, 2, 1), (4, 1, 2)])
@pytest.mark.parametrize("steps_only", [True, False])
def test_as_pytorch(
    size: int, stride: int, padding: int, steps_only: bool, agree_with_torch: Callable[..., None]
) -> None:
    from torch.nn import functional

    order = (0, 2, 1) if steps_only else (0, 3, 1, 2)
    back = (0, 2, 1) if steps_only else (0, 2, 3, 1)
    inputs = np.random.default_rng(0).normal(size=(2, 9, 4) if steps_only else (2, 9, 8, 4))
    pool = functional.max_pool1d if steps_only else functional.max_pool2d
    mean = functional.avg_pool1d if steps_only else functional.avg_pool2d

    def max_pool(x: jax.Array) -> jax.Array:
        return MaxPool(size, stride, padding)({}, x, Context())

    def average_pool(x: jax.Array) -> jax.Array:
        return AveragePool(size, stride, padding)({}, x, Context())

    agree_with_torch(max_pool, lambda x: pool(x.permute(*order), size, stride, padding).permute(*back), {"x": inputs})
    agree_with_torch(
        average_pool,
        lambda x: mean(x.permute(*order), size, stride, padding, count_include_pad=False).permute(*back),
        {"x": inputs},
    )


def test_global_pools_take_all_places() -> None:
    inputs = jnp.asarray(np.random.default_rng(0).normal(size=(2, 4, 5, 3)), jnp.float32)
    np.testing.assert_allclose(GlobalMaxPool()({}, inputs, Context()), np.max(inputs, axis=(1, 2)))
    np.testing.assert_allclose(GlobalAveragePool()({}, inputs, Context()), np.mean(inputs, axis=(1, 2)), rtol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        *(MaxPool(3, 1, "same"), MaxPool(2), AveragePool(3, 2), AveragePool(2, 1, 1)),
        *(GlobalMaxPool(), GlobalAveragePool(), LastStep()),
    ],
)
def test_padded_sequences_as_alone(layer: Layer, padded_equals_alone: Callable[..., None]) -> None:
    padded_equals_alone(layer, (9, 6), 9, 3)


@pytest.mark.parametrize("layer", [MaxPool(2), AveragePool(2), GlobalMaxPool(), GlobalAveragePool(), LastStep()])
def test_sequences_without_a_real_step_stay_finite(layer: Layer) -> None:
    def total(inputs: jax.Array) -> jax.Array:
        return jnp.sum(layer({}, inputs, Context(mask=jnp.zeros((1, 4), bool))))

    value, gradient = jax.value_and_grad(total)(jnp.ones((1, 4, 2)))
    assert float(value) == 0.0
    assert not gradient.any()


def test_the_last_real_step_is_read_out() -> None:
    inputs = jnp.arange(24.0).reshape(2, 4, 3)
    mask = jnp.asarray([[True, True, True, True], [True, False, True, False]])
    np.testing.assert_array_equal(LastStep()({}, inputs, Context()), inputs[:, 3])
    np.testing.assert_array_equal(LastStep()({}, inputs, Context(mask=mask)), [inputs[0, 3], inputs[1, 2]])
    gradient = jax.grad(lambda x: jnp.sum(LastStep()({}, x, Context(mask=mask))))(inputs)
    np.testing.assert_array_equal(np.nonzero(gradient.any(axis=2)), [[0, 1], [3, 2]])
    with pytest.raises(SettingError, match="LastStep takes sequences"):
        LastStep().output_shape((5,))


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"MaxPool: The 'size' setting must be .* Got 0 instead\."):
        MaxPool(0)
    with pytest.raises(SettingError, match="A window of 8 does not fit 5 places"):
        AveragePool(8).output_shape((5, 5, 1))
    with pytest.raises(SettingError, match=r"MaxPool takes sequences \(T, F\) or pictures"):
        MaxPool().output_shape((5,))
