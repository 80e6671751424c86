"""Normalisation against the formulas in NumPy, finite differences and PyTorch."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer
from piste.nn.normalisation import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm, Standardise

MAPS = np.random.default_rng(0).normal(1.0, 2.0, size=(3, 4, 5, 6)).astype(np.float32)


def centred(values: np.ndarray, axes: tuple[int, ...], epsilon: float = 1e-5) -> np.ndarray:
    spread = np.var(values, axes, keepdims=True, dtype=np.float64) + epsilon
    return (values - np.mean(values, axes, keepdims=True, dtype=np.float64)) / np.sqrt(spread)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (LayerNorm(), centred(MAPS, (-1,))),
        (InstanceNorm(), centred(MAPS, (1, 2))),
        (GroupNorm(3), centred(MAPS.reshape(3, 4, 5, 3, 2), (1, 2, 4)).reshape(MAPS.shape)),
        (RMSNorm(), MAPS / np.sqrt(np.mean(np.square(MAPS), -1, keepdims=True) + 1e-6)),
    ],
)
def test_as_the_formula(layer: Layer, expected: np.ndarray, initial: Callable[..., Any]) -> None:
    parameters, _ = initial(layer, MAPS.shape[1:])
    for training in (False, True):
        outputs = layer(parameters, jnp.asarray(MAPS), Context(training))
        expected_now = expected * parameters["gamma"] + parameters.get("beta", 0.0)
        np.testing.assert_allclose(outputs, expected_now, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", [LayerNorm(), InstanceNorm(), GroupNorm(2), RMSNorm(), BatchNorm()])
@pytest.mark.parametrize("masked", [False, True])
def test_gradients(layer: Layer, masked: bool, gradient_error: Callable[..., float]) -> None:
    mask = jnp.arange(5) < jnp.asarray([[5], [3], [2]]) if masked else None
    context = Context(training=True, mask=mask)
    assert gradient_error(layer, np.random.default_rng(0).normal(size=(3, 5, 4)), context) < 1e-6


@pytest.mark.parametrize("layer", [LayerNorm(), InstanceNorm(), GroupNorm(3), RMSNorm(), BatchNorm()])
def test_padded_sequences_as_alone(layer: Layer, padded_equals_alone: Callable[..., None]) -> None:
    padded_equals_alone(layer, (9, 6), 9, 6)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6), st.integers(0, 5), st.booleans())
def test_examples_that_fill_a_batch_up_change_nothing_for_the_others(count: int, more: int, masked: bool) -> None:
    layer, generator = BatchNorm(), np.random.default_rng(count)
    parameters, state = layer.init(jax.random.key(0), (5, 3)), layer.init_state((5, 3))
    inputs = jnp.asarray(generator.normal(size=(count + more, 5, 3)), jnp.float32)
    mask = jnp.asarray(np.arange(5) < generator.integers(1, 6, (count + more, 1))) if masked else None
    alone = Context(True, mask=None if mask is None else mask[:count])
    expected, after = layer.run(parameters, state, inputs[:count], alone)
    context = Context(True, mask=mask, real=jnp.arange(count + more) < count)
    found, filled = layer.run(parameters, state, inputs, context)
    np.testing.assert_allclose(found[:count], expected, rtol=1e-4, atol=1e-5)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), filled, after)


def test_batch_norm_of_a_padded_batch_counts_real_steps_alone(initial: Callable[..., Any]) -> None:
    layer = BatchNorm(momentum=0.8)
    parameters, state = initial(layer, (5, 6))
    inputs = MAPS[:, 0]
    mask = np.arange(5) < np.asarray([[5], [3], [2]])
    outputs, after = layer.run(parameters, state, jnp.asarray(inputs), Context(True, mask=jnp.asarray(mask)))
    real = inputs[mask]
    expected = centred(real, (0,)) * parameters["gamma"] + parameters["beta"]
    np.testing.assert_allclose(np.asarray(outputs)[mask], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(after["variance"], 0.8 * state["variance"] + 0.2 * np.var(real, 0, ddof=1), rtol=1e-5)
    np.testing.assert_allclose(after["mean"], 0.8 * state["mean"] + 0.2 * np.mean(real, 0), rtol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_batch_norm_as_pytorch(training: bool, agree_with_torch: Callable[..., None]) -> None:
    import torch

    layer = BatchNorm(momentum=0.9)
    draw = np.random.default_rng(2)
    state = {"mean": draw.normal(size=6).astype(np.float32), "variance": draw.uniform(1, 2, 6).astype(np.float32)}
    twin = torch.nn.BatchNorm2d(6, momentum=0.1)
    twin.running_mean, twin.running_var = (torch.tensor(state[name]) for name in ("mean", "variance"))
    twin.train(training)

    def ours(x: jax.Array, g: jax.Array, b: jax.Array) -> jax.Array:
        return layer.run({"gamma": g, "beta": b}, state, x, Context(training))[0]

    def theirs(x: Any, g: Any, b: Any) -> Any:
        changed = torch.func.functional_call(twin, {"weight": g, "bias": b}, (x.permute(0, 3, 1, 2),))
        return changed.permute(0, 2, 3, 1)

    agree_with_torch(ours, theirs, {"x": MAPS, "g": draw.normal(size=6), "b": draw.normal(size=6)})
    _, after = layer.run(layer.init(jax.random.key(0), (6,)), state, jnp.asarray(MAPS), Context(training))
    np.testing.assert_allclose(after["mean"], np.asarray(twin.running_mean), rtol=1e-5)
    np.testing.assert_allclose(after["variance"], np.asarray(twin.running_var), rtol=1e-5)


@pytest.mark.parametrize("kind", ["layer", "group", "instance", "rms"])
def test_others_as_pytorch(kind: str, agree_with_torch: Callable[..., None]) -> None:
    from torch.nn import functional

    layers: dict[str, Layer] = {
        "layer": LayerNorm(),
        "group": GroupNorm(2),
        "instance": InstanceNorm(),
        "rms": RMSNorm(),
    }

    def ours(x: jax.Array, g: jax.Array, b: jax.Array) -> jax.Array:
        return layers[kind]({"gamma": g, "beta": b}, x, Context()) + (b if kind == "rms" else 0)

    def theirs(x: Any, g: Any, b: Any) -> Any:
        if kind == "layer":
            return functional.layer_norm(x, (6,), g, b)
        if kind == "rms":
            return functional.rms_norm(x, (6,), g, 1e-6) + b
        first = x.permute(0, 3, 1, 2)
        if kind == "group":
            return functional.group_norm(first, 2, g, b).permute(0, 2, 3, 1)
        return functional.instance_norm(first, weight=g, bias=b).permute(0, 2, 3, 1)

    draw = np.random.default_rng(2)
    agree_with_torch(ours, theirs, {"x": MAPS, "g": draw.normal(size=6), "b": draw.normal(size=6)})


def test_standardise_takes_bytes_and_follows_doubles() -> None:
    layer = Standardise((10.0, 20.0), (2.0, 4.0))
    pictures = np.asarray([[[[12, 16]]]], np.uint8)
    outputs = layer({}, jnp.asarray(pictures), Context())
    assert outputs.dtype == jnp.float32
    np.testing.assert_allclose(outputs, [[[[1.0, -1.0]]]])
    with jax.enable_x64(True):
        assert layer({}, jnp.ones((1, 2), jnp.float64), Context()).dtype == jnp.float64


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"BatchNorm: The 'epsilon' setting must be a number above 0\. Got 0"):
        BatchNorm(epsilon=0)
    with pytest.raises(SettingError, match="6 features are no multiple of groups = 4"):
        GroupNorm(4).init(jax.random.key(0), (5, 6))
    with pytest.raises(SettingError, match="InstanceNorm takes sequences or pictures"):
        InstanceNorm().init(jax.random.key(0), (6,))
