"""Where few digits are not enough: sums over many values, inside layers that may compute in half precision."""

import jax
import jax.numpy as jnp


def widened(values: jax.Array) -> jax.Array:
    """Return floats narrower than float32 as float32, anything else as it is.

    Means, variances and softmaxes are computed so (Micikevicius et al. 2018, sec. 3.3): bfloat16 keeps 8 binary digits.
    """
    return values.astype(jnp.promote_types(values.dtype, jnp.float32))
