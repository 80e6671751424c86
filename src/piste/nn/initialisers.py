"""Random initialisation of weights, chosen for the activation that follows.

With `fan_in` inputs to a unit, weights of variance `gain / fan_in` keep the scale of activations through depth:
gain 2 for the ReLU family, which halves the second moment (He et al. 2015, eq. 10), gain 1 for
self-normalising and linear units (LeCun et al. 1998, section 4.6). Saturating units must be bent by what they are
given: tanh has the gain (5/3)^2, and the sigmoid, whose slope at 0 is a quarter of tanh's, sixteen times that.
`2 / (fan_in + fan_out)`, the compromise between forward and backward pass (Glorot & Bengio 2010, eq. 12), gives a layer
with few inputs and many units weights so small that every unit is a straight line over the data.

Biases of units that bend have the variance `gain / fan_in^2`. Without them every unit bends where its inputs are
zero, so that units with one input differ in size alone. That is a matter of few inputs: with more, units differ in
direction, and biases of the weights' own size were measured to cost accuracy (docs/log.md).
"""

import math
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp

from piste.nn.layer import Shape
from piste.nn.traced import chosen

Initialiser = Callable[[jax.Array, Shape], jax.Array]

TANH_GAIN = 5 / 3

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


def tanh_normal(key: jax.Array, shape: Shape) -> jax.Array:
    """Variance (5/3)^2 / fan_in: for tanh, whose outputs then keep a spread of about 2/3 through depth."""
    return _normal(key, shape, TANH_GAIN**2 / fans(shape)[0])


def sigmoid_normal(key: jax.Array, shape: Shape) -> jax.Array:
    """Variance (4 * 5/3)^2 / fan_in: for the sigmoid, which is `(1 + tanh(z / 2)) / 2` and has a slope of 1/4."""
    return _normal(key, shape, (4 * TANH_GAIN) ** 2 / fans(shape)[0])


def glorot_uniform(key: jax.Array, shape: Shape) -> jax.Array:
    """Uniform of variance 2 / (fan_in + fan_out): for softmax and attention (Glorot & Bengio 2010)."""
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
    "tanh_normal": tanh_normal,
    "sigmoid_normal": sigmoid_normal,
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
    **dict.fromkeys(("tanh", "hard_tanh", "softsign"), "tanh_normal"),
    **dict.fromkeys(("sigmoid", "hard_sigmoid"), "sigmoid_normal"),
    "softmax": "glorot_uniform",
    **dict.fromkeys(("selu", "linear"), "lecun_normal"),
}

SATURATING = ("tanh_normal", "sigmoid_normal")
_GAINS = {"he_normal": 2.0, "tanh_normal": TANH_GAIN**2, "sigmoid_normal": (4 * TANH_GAIN) ** 2}


def initial_bias(key: jax.Array, name: str, shape: Shape) -> jax.Array:
    """Return the biases (units,) that go with weights of `shape` (inputs, units) from the initialiser `name`.

    They are drawn, of variance `gain / fan_in^2`, where the name is one for units that bend, and zero elsewhere.
    """
    biases = {one: partial(_drawn_bias, _GAINS.get(one, 0.0)) for one in INITIALISERS}
    return chosen(biases, name)(key, shape)


def _drawn_bias(gain: float, key: jax.Array, shape: Shape) -> jax.Array:
    if not gain:
        return jnp.zeros(shape[-1:], jnp.float32)
    return _normal(key, shape[-1:], gain / fans(shape)[0] ** 2)
