"""Activations: the non-linearity of a neuron, by name.

Each acts on one number at a time except softmax, which acts on the last axis. Formulas, ranges and weaknesses:
sigmoid and tanh saturate (their derivative vanishes for large inputs), ReLU can die (zero output and zero
derivative for every example), the others were made against one or both.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer, Parameters, Shape
from piste.nn.traced import chosen


def linear(x: jax.Array) -> jax.Array:
    """x."""
    return x


def relu(x: jax.Array) -> jax.Array:
    """max(x, 0); its derivative at exactly 0 is 1/2, between those of the two sides (PyTorch takes 0)."""
    return jnp.maximum(x, 0)


def relu6(x: jax.Array) -> jax.Array:
    """min(max(x, 0), 6) (Howard et al. 2017)."""
    return jnp.clip(x, 0.0, 6.0)


def leaky_relu(x: jax.Array) -> jax.Array:
    """x where positive, 0.01 x elsewhere (Maas et al. 2013)."""
    return jnp.where(x > 0, x, 0.01 * x)


def hard_tanh(x: jax.Array) -> jax.Array:
    """x cut to [-1, 1]."""
    return jnp.clip(x, -1.0, 1.0)


def gelu(x: jax.Array) -> jax.Array:
    """x Phi(x) with the exact normal distribution function (Hendrycks & Gimpel 2016)."""
    return jax.nn.gelu(x, approximate=False)


def gelu_tanh(x: jax.Array) -> jax.Array:
    """GELU by the authors' approximation with tanh, as GPT-2 and BERT use it (Hendrycks & Gimpel 2016)."""
    return jax.nn.gelu(x, approximate=True)


def hard_sigmoid(x: jax.Array) -> jax.Array:
    """min(max(x + 3, 0), 6) / 6."""
    return jax.nn.hard_sigmoid(x)


def hard_swish(x: jax.Array) -> jax.Array:
    """x hard_sigmoid(x) (Howard et al. 2019)."""
    return jax.nn.hard_swish(x)


ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "linear": linear,
    "sigmoid": jax.nn.sigmoid,  # 1 / (1 + exp(-x))
    "tanh": jnp.tanh,
    "relu": relu,
    "relu6": relu6,
    "leaky_relu": leaky_relu,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "silu": jax.nn.silu,  # x sigmoid(x) (Elfwing et al. 2017)
    "elu": jax.nn.elu,  # x where positive, exp(x) - 1 elsewhere (Clevert et al. 2015)
    "selu": jax.nn.selu,  # scaled ELU (Klambauer et al. 2017)
    "softplus": jax.nn.softplus,  # log(1 + exp(x))
    "softsign": jax.nn.soft_sign,  # x / (1 + |x|)
    "mish": jax.nn.mish,  # x tanh(softplus(x)) (Misra 2019)
    "hard_sigmoid": hard_sigmoid,
    "hard_tanh": hard_tanh,
    "hard_swish": hard_swish,
    "softmax": jax.nn.softmax,
}


@dataclass(frozen=True)
class Activation(Layer):
    """Apply the activation called `name`; input and output (B, ...) of the same shape."""

    name: str = "relu"

    def __post_init__(self) -> None:
        if self.name not in ACTIVATIONS:
            raise SettingError(
                f"The activation must be one of {', '.join(ACTIVATIONS)} (or the layer PReLU). "
                f"Got {self.name!r} instead."
            )

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the activation of `inputs`."""
        return chosen(ACTIVATIONS, self.name)(inputs)


@dataclass(frozen=True)
class PReLU(Layer):
    """x where positive, slope x elsewhere, one learned slope per feature (He et al. 2015)."""

    start: float = 0.25

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the slopes, shape (F,)."""
        return {"slope": jnp.full(shape[-1:], self.start, jnp.float32)}

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the activation of `inputs`."""
        return jnp.where(inputs > 0, inputs, parameters["slope"] * inputs)
