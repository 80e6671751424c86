"""Dropout: parts silenced at random while training, the rest scaled up so that expectations agree.

With probability `keep` a part is kept and divided by `keep`, otherwise it is zero; outside training nothing happens
(Srivastava et al. 2014, in the inverted form of their section 10). Parts are single inputs (`Dropout`, also as the
first layer of a network, on the inputs themselves), whole feature maps (`ChannelDropout`) or whole branches of one
example (`StochasticDepth`). Each draws from the context's key, which must be given while training.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.constraints import Checked, Share
from piste.nn.draws import hashed
from piste.nn.layer import Context, Parameters
from piste.nn.traced import is_known, rounded

_LEVELS = 1 << 16


Draw = Callable[[jax.Array, tuple[int, ...]], jax.Array]


def drop(inputs: jax.Array, keep: float, shape: tuple[int, ...], context: Context, draw: Draw = hashed) -> jax.Array:
    """Return inputs with parts silenced; `shape` broadcasts against the inputs and has one place per part.

    `draw(key, shape)` gives uint32 random numbers. The probability is rounded to 1/65536, and the scale with it.
    """
    if not context.training or (is_known(keep) and round(keep * _LEVELS) == _LEVELS):
        return inputs
    if context.key is None:
        raise SettingError("Dropout needs a random key while training: give Context(training=True, key=...).")
    level = rounded(keep * _LEVELS)
    level = max(level, 1) if is_known(level) else jnp.maximum(level, 1).astype(jnp.uint32)
    scale = level / _LEVELS if is_known(level) else (level / _LEVELS).astype(inputs.dtype)
    return jnp.where(draw(context.key, shape) >> 16 < level, inputs / scale, jnp.zeros_like(inputs))


@dataclass(frozen=True)
class Dropout(Checked):
    """Keep each input with probability `keep`: (B, ...), same shape."""

    keep: Share = 0.5

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the thinned inputs."""
        return drop(inputs, self.keep, inputs.shape, context)


@dataclass(frozen=True)
class ChannelDropout(Checked):
    """Keep each feature map of each example, as a whole, with probability `keep` (Tompson et al. 2015, sec. 3.2).

    (B, ..., F), same shape. Neighbouring places are alike, so dropping single ones would hide little.
    """

    keep: Share = 0.8

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the thinned feature maps."""
        return drop(inputs, self.keep, (inputs.shape[0], *(1,) * (inputs.ndim - 2), inputs.shape[-1]), context)


@dataclass(frozen=True)
class StochasticDepth(Checked):
    """Keep each example's values, all together, with probability `keep` (Huang et al. 2016, eq. 2).

    (B, ...), same shape; the last layer of a `Residual`'s body, so that the block is skipped for some examples.
    Scaled while training, where the paper scales in evaluation.
    """

    keep: Share = 0.9

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the branch, zero for the examples that skip it."""
        return drop(inputs, self.keep, (inputs.shape[0], *(1,) * (inputs.ndim - 1)), context)
