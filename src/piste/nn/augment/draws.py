"""Random draws that are cheap inside a compiled step: few bits for each example, a hash for each value.

JAX's own generator takes 5 to 10 ns per number on a CPU: nothing for a number or two per example, but 1 to 3 ms for
the 200,000 values of 64 colour pictures.
"""

import jax
import jax.numpy as jnp
from jax import lax

_LEVELS = 1 << 16


def whole(key: jax.Array, shape: tuple[int, ...], count: int) -> jax.Array:
    """Return int32 numbers, 0 to `count` - 1 alike; count is at most 65536, and probabilities are exact to 1/65536."""
    bits = jax.random.bits(key, shape, jnp.uint16).astype(jnp.uint32)
    return ((bits * jnp.asarray(count, jnp.uint32)) >> 16).astype(jnp.int32)


def share(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Return float32 numbers from the middles of 65536 equal parts of (0, 1)."""
    return (jax.random.bits(key, shape, jnp.uint16).astype(jnp.float32) + 0.5) / _LEVELS


def about(key: jax.Array, shape: tuple[int, ...], reach: float) -> jax.Array:
    """Return float32 numbers, uniform in (-reach, reach)."""
    return reach * (2.0 * share(key, shape) - 1.0)


def hashed(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Return uint32 numbers, one per value: the place's number and the key's two words, scrambled.

    A multiply-and-shift hash with the constants that C. Wellons found by search (lowbias32, 2018), applied once for
    each word of the key. Good enough for noise, and 5 to 20 times as fast as the generator.
    """
    words = jax.random.key_data(key).astype(jnp.uint32).reshape(-1)
    size = 1
    for length in shape:
        size *= length
    places = lax.iota(jnp.uint32, size)
    return _scrambled(_scrambled(places + words[0]) ^ words[-1]).reshape(shape)


def bell(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Return float32 numbers of mean 0 and deviation 1, nearly Gaussian: the sum of four hashed bytes.

    Their kurtosis is 2.7, not 3, and none is beyond 3.45: noise needs no tails.
    """
    bits = hashed(key, shape)
    total = sum(((bits >> shift) & 255).astype(jnp.int32) for shift in (0, 8, 16, 24))
    deviation = (4 * (256**2 - 1) / 12) ** 0.5
    return (jnp.asarray(total, jnp.float32) - 510.0) / deviation


def _scrambled(values: jax.Array) -> jax.Array:
    values = (values ^ (values >> 16)) * jnp.uint32(0x7FEB352D)
    values = (values ^ (values >> 15)) * jnp.uint32(0x846CA68B)
    return values ^ (values >> 16)
