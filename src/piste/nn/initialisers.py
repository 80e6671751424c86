"""Random initialisation of weights, chosen for the activation that follows.

With `fan_in` inputs to a unit, weights of variance `gain / fan_in` keep the scale of activations through depth:
gain 2 for the ReLU family, which halves the second moment (He et al. 2015, eq. 10), gain 1 for
self-normalising and linear units (LeCun et al. 1998, section 4.6), and `2 / (fan_in + fan_out)` as the
compromise between forward and backward pass for saturating units (Glorot & Bengio 2010, eq. 12).
"""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp

from piste.nn.layer import Shape

Initialiser = Callable[[jax.Array, Shape], jax.Array]

# A normal cut at two deviations has a smaller spread; dividing by this restores a unit deviation.
_TRUNCATION = 0.87962566103423978


def fans(shape: Shape) -> tuple[int, int]:
    """Return (inputs, outputs) of one unit for a weight of `shape` (..., inputs, outputs)."""
    receptive = math.prod(shape[:-2])
    return shape[-2] * receptive, shape[-1] * receptive


def _normal(key: jax.Array, shape: Shape, variance: float) -> jax.Array:
    draw = jax.random.truncated_normal(key, -2.0, 2.0, shape, jnp.float32)
    return draw * (math.sqrt(variance) / _TRUNCATION)


def he_normal(key: jax.Array, shape: Shape) -> jax.Array:
    """Variance 2 / fan_in: for ReLU and its kin (He et al. 2015)."""
    return _normal(key, shape, 2.0 / fans(shape)[0])


def lecun_normal(key: jax.Array, shape: Shape) -> jax.Array:
    """Variance 1 / fan_in: for linear and self-normalising units (LeCun et al. 1998)."""
    return _normal(key, shape, 1.0 / fans(shape)[0])


def glorot_uniform(key: jax.Array, shape: Shape) -> jax.Array:
    """Uniform of variance 2 / (fan_in + fan_out): for sigmoid, tanh and softmax (Glorot & Bengio 2010)."""
    limit = math.sqrt(6.0 / sum(fans(shape)))
    return jax.random.uniform(key, shape, jnp.float32, -limit, limit)


def orthogonal(key: jax.Array, shape: Shape) -> jax.Array:
    """Rows or columns orthonormal (Saxe et al. 2014): for recurrent weights."""
    return jax.nn.initializers.orthogonal()(key, shape, jnp.float32)


def small_normal(key: jax.Array, shape: Shape) -> jax.Array:
    """Variance 0.01 / fan_in: for the last layer, so that the first loss is what the bias alone gives."""
    return _normal(key, shape, 0.01 / fans(shape)[0])


def zeros(key: jax.Array, shape: Shape) -> jax.Array:
    """All zero: for the last layer of a residual branch."""
    return jnp.zeros(shape, jnp.float32)


INITIALISERS: dict[str, Initialiser] = {
    "he_normal": he_normal,
    "lecun_normal": lecun_normal,
    "glorot_uniform": glorot_uniform,
    "orthogonal": orthogonal,
    "small_normal": small_normal,
    "zeros": zeros,
}

# The initialiser that suits the activation a weight feeds.
FOR_ACTIVATION = {
    **dict.fromkeys(
        (
            *("relu", "relu6", "leaky_relu", "prelu", "gelu", "gelu_tanh"),
            *("silu", "elu", "softplus", "hard_swish", "mish"),
        ),
        "he_normal",
    ),
    **dict.fromkeys(("sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "softmax", "softsign"), "glorot_uniform"),
    **dict.fromkeys(("selu", "linear"), "lecun_normal"),
}
