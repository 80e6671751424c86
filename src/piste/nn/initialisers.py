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
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from piste.nn import draws
from piste.nn.layer import Shape
from piste.nn.traced import chosen

Initialiser = Callable[..., jax.Array]
"""`(key, shape)` gives the weights; `(key, shape, live)` gives those of a `Live` shape, padded with zeros."""

TANH_GAIN = 5 / 3

# A normal cut at two deviations has a smaller spread; dividing by this restores a unit deviation.
_TRUNCATION = 0.87962566103423978


def fans(shape: Shape) -> tuple[int, int]:
    """Return (inputs, outputs) of one unit for a weight of `shape` (..., inputs, outputs)."""
    receptive = math.prod(shape[:-2])
    return shape[-2] * receptive, shape[-1] * receptive


class Live(NamedTuple):
    """The live corner of padded weights: its sizes along all axes, and the fans of one unit, known while running."""

    sizes: tuple[Any, ...]
    fans: tuple[Any, Any]


def _fans(shape: Shape, live: Live | None) -> tuple[Any, Any]:
    return fans(shape) if live is None else (jnp.float32(live.fans[0]), jnp.float32(live.fans[1]))


def _normal(key: jax.Array, shape: Shape, variance: Any, live: Live | None = None) -> jax.Array:
    if live is None:
        draw = jax.random.truncated_normal(key, -2.0, 2.0, shape, jnp.float32)
        return draw * (math.sqrt(variance) / _TRUNCATION)
    draw = draws.truncated_normal(key, shape, live.sizes) * (jnp.sqrt(variance) / _TRUNCATION)
    return jnp.where(draws.inside(shape, live.sizes), draw, 0.0)


def he_normal(key: jax.Array, shape: Shape, live: Live | None = None) -> jax.Array:
    """Variance 2 / fan_in: for ReLU and its kin (He et al. 2015)."""
    return _normal(key, shape, 2.0 / _fans(shape, live)[0], live)


def lecun_normal(key: jax.Array, shape: Shape, live: Live | None = None) -> jax.Array:
    """Variance 1 / fan_in: for linear and self-normalising units (LeCun et al. 1998)."""
    return _normal(key, shape, 1.0 / _fans(shape, live)[0], live)


def tanh_normal(key: jax.Array, shape: Shape, live: Live | None = None) -> jax.Array:
    """Variance (5/3)^2 / fan_in: for tanh, whose outputs then keep a spread of about 2/3 through depth."""
    return _normal(key, shape, TANH_GAIN**2 / _fans(shape, live)[0], live)


def sigmoid_normal(key: jax.Array, shape: Shape, live: Live | None = None) -> jax.Array:
    """Variance (4 * 5/3)^2 / fan_in: for the sigmoid, which is `(1 + tanh(z / 2)) / 2` and has a slope of 1/4."""
    return _normal(key, shape, (4 * TANH_GAIN) ** 2 / _fans(shape, live)[0], live)


def glorot_uniform(key: jax.Array, shape: Shape, live: Live | None = None) -> jax.Array:
    """Uniform of variance 2 / (fan_in + fan_out): for softmax and attention (Glorot & Bengio 2010)."""
    if live is None:
        limit = math.sqrt(6.0 / sum(fans(shape)))
        return jax.random.uniform(key, shape, jnp.float32, -limit, limit)
    wide = jnp.sqrt(6.0 / sum(_fans(shape, live)))
    draw = draws.uniform(key, shape, live.sizes, -wide, wide)
    return jnp.where(draws.inside(shape, live.sizes), draw, 0.0)


def orthogonal(key: jax.Array, shape: Shape) -> jax.Array:
    """Rows or columns orthonormal (Saxe et al. 2014): for recurrent weights."""
    return jax.nn.initializers.orthogonal()(key, shape, jnp.float32)


def small_normal(key: jax.Array, shape: Shape, live: Live | None = None) -> jax.Array:
    """Variance 0.01 / fan_in: for the last layer, so that the first loss is what the bias alone gives."""
    return _normal(key, shape, 0.01 / _fans(shape, live)[0], live)


def zeros(key: jax.Array, shape: Shape, live: Live | None = None) -> jax.Array:
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


def initial_bias(key: jax.Array, name: str, shape: Shape, live: Live | None = None) -> jax.Array:
    """Return the biases (units,) that go with weights of `shape` (inputs, units) from the initialiser `name`.

    They are drawn, of variance `gain / fan_in^2`, where the name is one for units that bend, and zero elsewhere.
    """
    biases = {one: partial(_drawn_bias, _GAINS.get(one, 0.0)) for one in INITIALISERS}
    return chosen(biases, name)(key, shape, live)


def _drawn_bias(gain: float, key: jax.Array, shape: Shape, live: Live | None) -> jax.Array:
    if not gain:
        return jnp.zeros(shape[-1:], jnp.float32)
    own = Live(live.sizes[-1:], live.fans) if live else None
    return _normal(key, shape[-1:], gain / _fans(shape, live)[0] ** 2, own)
