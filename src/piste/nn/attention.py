"""Attention: every step looks at every other and takes a weighted mean of what it finds there.

    attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V        (Vaswani et al. 2017, eq. 1)

with queries Q, keys K and values V of d features per head. Masked steps are never looked at, later ones neither when
`causal`. The products are left to the compiler: B heads T^2 numbers are formed.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.constraints import Checked, Count, Share
from piste.nn.dropout import drop
from piste.nn.embedding import position_angles
from piste.nn.initialisers import glorot_uniform
from piste.nn.layer import Context, Parameters, Shape
from piste.nn.precision import widened


@dataclass(frozen=True)
class MultiHeadAttention(Checked):
    """Self-attention with `heads` heads of `head_width` features (F / heads when left out): (B, T, F), same shape.

    `rotary` turns queries and keys by their position (Su et al. 2021, sec. 3.4.2; feature i is paired with
    i + d / 2), so that scores depend on distances alone. `keep` is the dropout of the attention weights. Weights:
    weight (F, 3 heads d) for queries, keys and values side by side, output (heads d, F), and their biases.
    """

    heads: Count
    head_width: Count | None = None
    causal: bool = False
    rotary: bool = False
    keep: Share = 1.0
    bias: bool = True

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the weights, Glorot uniform, and the biases, zero."""
        if len(shape) != 2:
            raise SettingError(f"MultiHeadAttention takes sequences (steps, features). Got {tuple(shape)} instead.")
        features = shape[-1]
        inner = self.heads * self._width(features)
        keys = jax.random.split(key, 4)
        parameters = {
            "weight": jnp.concatenate([glorot_uniform(one, (features, inner)) for one in keys[:3]], axis=1),
            "output": glorot_uniform(keys[3], (inner, features)),
        }
        if self.bias:
            parameters["bias"] = jnp.zeros(3 * inner, jnp.float32)
            parameters["output_bias"] = jnp.zeros(features, jnp.float32)
        return parameters

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return what each step has gathered."""
        batch, steps, features = inputs.shape
        width = self._width(features)
        projected = inputs @ parameters["weight"]
        projected = projected + parameters["bias"] if self.bias else projected
        queries, keys, values = jnp.moveaxis(projected.reshape(batch, steps, 3, self.heads, width), 2, 0)
        if self.rotary:
            queries, keys = rotate(queries), rotate(keys)
        scores = jnp.einsum("bqhd,bkhd->bhqk", queries, keys) / width**0.5
        weights = jax.nn.softmax(self._hide(widened(scores), context.mask), axis=-1).astype(scores.dtype)
        weights = drop(weights, self.keep, weights.shape, context)
        gathered = jnp.einsum("bhqk,bkhd->bqhd", weights, values).reshape(batch, steps, -1)
        outputs = gathered @ parameters["output"]
        return outputs + parameters["output_bias"] if self.bias else outputs

    def _width(self, features: int) -> int:
        if self.head_width is None and features % self.heads:
            raise SettingError(
                f"MultiHeadAttention: {features} features are no multiple of heads = {self.heads}; give head_width."
            )
        width = self.head_width or features // self.heads
        if self.rotary and width % 2:
            raise SettingError(f"MultiHeadAttention: rotary positions need an even head width. Got {width} instead.")
        return width

    def _hide(self, scores: jax.Array, mask: jax.Array | None) -> jax.Array:
        # A finite lowest score: a row with nothing to look at stays a mean, not NaN.
        lowest = jnp.finfo(scores.dtype).min  # type: ignore[no-untyped-call]
        if mask is not None:
            scores = jnp.where(mask[:, None, None, :], scores, lowest)
        if self.causal:
            scores = jnp.where(jnp.tril(jnp.ones(scores.shape[-2:], bool)), scores, lowest)
        return scores


def rotate(vectors: jax.Array, period: float = 10000.0) -> jax.Array:
    """Return (B, T, heads, d) with each pair of features (i, i + d / 2) turned by the angle `t / period^(2i / d)`."""
    width = vectors.shape[-1]
    angles = position_angles(vectors.shape[1], width, period, vectors.dtype)[:, None, :]
    first, second = vectors[..., : width // 2], vectors[..., width // 2 :]
    cosine, sine = jnp.cos(angles).astype(vectors.dtype), jnp.sin(angles).astype(vectors.dtype)
    return jnp.concatenate([first * cosine - second * sine, first * sine + second * cosine], axis=-1)
