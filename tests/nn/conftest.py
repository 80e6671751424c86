"""Second opinions that the tests of all layers share: finite differences, PyTorch, and sequences alone."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.layer import Context, Layer

_STEP = 1e-6


@pytest.fixture(scope="module", autouse=True)
def all_compiled_quickly(quick_compilation: None) -> None:
    """Layers are tested in many small programs."""


def _initial(layer: Layer, shape: tuple[int, ...], seed: int = 0) -> tuple[Any, Any]:
    """Parameters and (positive) state of the layer's shapes, drawn by NumPy: quicker than compiling `init`."""
    draw = np.random.default_rng(seed)
    shapes = jax.eval_shape(lambda key: (layer.init(key, shape), layer.init_state(shape)), jax.random.key(0))
    parameters, state = jax.tree.map(lambda leaf: draw.normal(size=leaf.shape).astype(leaf.dtype), shapes)
    return jax.tree.map(lambda leaf: 0.4 * leaf, parameters), jax.tree.map(lambda leaf: 0.5 + np.abs(leaf), state)


@pytest.fixture(scope="session")
def initial() -> Callable[..., tuple[Any, Any]]:
    return _initial


def _gradient_error(layer: Layer, inputs: np.ndarray, context: Context, seed: int = 0) -> float:
    """The largest relative error of the derivative along random directions against central differences."""
    draw = np.random.default_rng(seed)
    parameters, state = jax.tree.map(lambda leaf: leaf.astype(np.float64), _initial(layer, inputs.shape[1:], seed))
    point = {"parameters": parameters, "inputs": inputs}
    if np.issubdtype(inputs.dtype, np.integer):
        del point["inputs"]
    with jax.enable_x64(True):

        def outputs(at: dict[str, Any]) -> jax.Array:
            return layer.run(at["parameters"], state, at.get("inputs", jnp.asarray(inputs)), context)[0]

        upstream = draw.normal(size=jax.eval_shape(outputs, point).shape)

        @jax.jit
        def value_and_gradient(at: dict[str, Any]) -> tuple[jax.Array, dict[str, Any]]:
            return jax.value_and_grad(lambda at: jnp.sum(outputs(at) * upstream))(at)

        value, gradient = value_and_gradient(point)
        assert value.dtype == jnp.float64
        errors = []
        for _ in range(3):
            way = jax.tree.map(lambda leaf: _STEP * draw.normal(size=leaf.shape), point)
            there = value_and_gradient(jax.tree.map(np.add, point, way))[0]
            back = value_and_gradient(jax.tree.map(np.subtract, point, way))[0]
            pairs = zip(jax.tree.leaves(gradient), jax.tree.leaves(way), strict=True)
            slope = sum(np.sum(np.asarray(one) * other) for one, other in pairs) / _STEP
            errors.append(abs(float(there - back) / (2 * _STEP) - slope) / max(1.0, abs(slope)))
        return max(errors)


@pytest.fixture(scope="session")
def gradient_error() -> Callable[..., float]:
    return _gradient_error


def _agree(
    ours: Callable[..., jax.Array], theirs: Callable[..., Any], arrays: Mapping[str, np.ndarray], close: float = 1e-5
) -> None:
    """Compare outputs, and the gradients of all float arrays, of two functions of the same named arrays."""
    import torch

    floats = {name: np.asarray(a, np.float32) for name, a in arrays.items() if np.issubdtype(a.dtype, np.floating)}
    others = {name: value for name, value in arrays.items() if name not in floats}
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in floats.items()}
    expected = theirs(**tensors, **{name: torch.tensor(value) for name, value in others.items()})
    upstream = np.random.default_rng(1).normal(size=tuple(expected.shape)).astype(np.float32)
    expected.backward(torch.tensor(upstream))

    @jax.jit
    def computed(given: dict[str, Any]) -> tuple[jax.Array, dict[str, Any]]:
        outputs, pull = jax.vjp(lambda given: ours(**given, **others), given)
        return outputs, pull(jnp.asarray(upstream).reshape(outputs.shape))[0]

    outputs, gradients = computed(floats)
    _near(outputs, expected.detach().numpy(), close)
    for name, gradient in gradients.items():
        _near(gradient, np.asarray(tensors[name].grad), close)


def _near(got: jax.Array, expected: np.ndarray, close: float) -> None:
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=close, atol=close * max(1.0, float(np.abs(expected).max())))


@pytest.fixture(scope="session")
def agree_with_torch() -> Callable[..., None]:
    pytest.importorskip("torch")
    return _agree


def _padded_equals_alone(layer: Layer, lengths: tuple[int, ...], steps: int, features: int) -> None:
    """Compare each sequence of a padded batch, at its real outputs, with the sequence run by itself."""
    inputs = np.random.default_rng(3).normal(size=(len(lengths), steps, features)).astype(np.float32)
    parameters, state = _initial(layer, (steps, features))

    @jax.jit
    def both(inputs: jax.Array) -> tuple[jax.Array, jax.Array | None, list[jax.Array]]:
        mask = jnp.arange(steps) < jnp.asarray(lengths)[:, None]
        together, _, context = layer.flow(parameters, state, inputs, Context(mask=mask))
        alone = [
            layer.run(parameters, state, inputs[row : row + 1, :length], Context())[0][0]
            for row, length in enumerate(lengths)
        ]
        return together, context.mask, alone

    together, mask, alone = both(inputs)
    for row, expected in enumerate(alone):
        real = together[row] if mask is None else np.asarray(together[row])[np.asarray(mask[row])]
        np.testing.assert_allclose(real, expected, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="session")
def padded_equals_alone() -> Callable[..., None]:
    return _padded_equals_alone
