"""Activations against their formulas, finite differences and PyTorch."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.activations import ACTIVATIONS, Activation, PReLU
from piste.nn.initialisers import FOR_ACTIVATION, INITIALISERS
from piste.nn.layer import Context

X = np.concatenate([np.linspace(-7.13, 7.17, 30), [-0.5, -1e-3, 1e-3, 0.5]])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def gelu_tanh(x: float) -> float:
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


FORMULAS: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "sigmoid": sigmoid,
    "tanh": math.tanh,
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "gelu": lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))),
    "gelu_tanh": gelu_tanh,
    "silu": lambda x: x * sigmoid(x),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
    "hard_sigmoid": lambda x: min(max(x + 3, 0.0), 6.0) / 6,
    "hard_tanh": lambda x: min(max(x, -1.0), 1.0),
    "hard_swish": lambda x: x * min(max(x + 3, 0.0), 6.0) / 6,
}
TORCH = {
    "linear": "Identity",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "elu": "ELU",
    "selu": "SELU",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "mish": "Mish",
    "hard_sigmoid": "Hardsigmoid",
    "hard_tanh": "Hardtanh",
    "hard_swish": "Hardswish",
}


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax"}))
def test_as_the_formula(name: str) -> None:
    outputs = Activation(name)({}, jnp.asarray(X, jnp.float32), Context())
    np.testing.assert_allclose(outputs, [FORMULAS[name](x) for x in X], rtol=2e-6, atol=2e-6)


def test_softmax_as_the_formula_and_stable() -> None:
    rows = np.asarray([[1.0, 2.0, 4.0], [1e4, 0.0, -1e4]], np.float32)
    powers = np.exp([1.0, 2.0, 4.0])
    outputs = Activation("softmax")({}, jnp.asarray(rows), Context())
    np.testing.assert_allclose(outputs, [powers / powers.sum(), [1.0, 0.0, 0.0]], rtol=1e-6)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_gradients(name: str, gradient_error: Callable[..., float]) -> None:
    assert gradient_error(Activation(name), X.reshape(2, -1), Context()) < 1e-7


@pytest.mark.parametrize("name", sorted(TORCH))
def test_as_pytorch(name: str, agree_with_torch: Callable[..., None]) -> None:
    import torch

    twin = getattr(torch.nn, TORCH[name])()
    agree_with_torch(lambda x: Activation(name)({}, x, Context()), lambda x: twin(x), {"x": X})


def test_prelu_learns_a_slope_per_feature(gradient_error: Callable[..., float]) -> None:
    outputs = PReLU()({"slope": jnp.asarray([0.5, 2.0])}, jnp.asarray([[-2.0, -2.0], [3.0, 3.0]]), Context())
    np.testing.assert_allclose(outputs, [[-1.0, -4.0], [3.0, 3.0]])
    assert PReLU(0.1).init(jax.random.key(0), (4, 3))["slope"].tolist() == pytest.approx([0.1] * 3)
    assert gradient_error(PReLU(), np.random.default_rng(0).normal(size=(3, 4, 5)), Context()) < 1e-8


def test_prelu_as_pytorch(agree_with_torch: Callable[..., None]) -> None:
    from torch.nn import functional

    def ours(x: jax.Array, slope: jax.Array) -> jax.Array:
        return PReLU()({"slope": slope}, x, Context())

    def theirs(x: Any, slope: Any) -> Any:
        return functional.prelu(x, slope)

    draw = np.random.default_rng(0)
    agree_with_torch(ours, theirs, {"x": draw.normal(size=(5, 4)), "slope": draw.normal(size=4)})


def test_every_activation_has_its_initialiser() -> None:
    assert set(FOR_ACTIVATION) == {*ACTIVATIONS, "prelu"}
    assert set(FOR_ACTIVATION.values()) <= set(INITIALISERS)


def test_an_unknown_name_lists_those_known() -> None:
    with pytest.raises(SettingError, match=r"one of linear, sigmoid, .* Got 'reul' instead"):
        Activation("reul")
