"""From tokens to vectors, and where each stands in its sequence."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.constraints import Checked, Count, Positive, Whole
from piste.nn.layer import Context, Parameters, Shape


@dataclass(frozen=True)
class Embedding(Checked):
    """A learned vector per token: tokens (B, T), whole numbers from 0 below `tokens`, to (B, T, width).

    Where a token equals `padding` the vector is zero, learns nothing, and the step is masked for all that follows
    (see `layer`). A token out of range gives NaN, so that it shows. Takes any shape (B, ...), and whole numbers kept
    as floats as well.
    """

    tokens: Count
    width: Count
    padding: Whole | None = None
    deviation: Positive = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.padding is not None and self.padding >= self.tokens:
            raise SettingError(f"Embedding: padding = {self.padding} must be below tokens = {self.tokens}.")

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the vectors, weight (tokens, width), normal with `deviation`."""
        return {"weight": self.deviation * jax.random.normal(key, (self.tokens, self.width), jnp.float32)}

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the vectors of the tokens."""
        tokens = inputs.astype(jnp.int32)
        # A negative token would count from the end: it is sent out of range instead.
        vectors = jnp.take(parameters["weight"], jnp.where(tokens < 0, self.tokens, tokens), axis=0)
        if self.padding is None:
            return vectors
        return jnp.where((tokens == self.padding)[..., None], jnp.zeros_like(vectors), vectors)

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return true where a token is no padding."""
        if self.padding is None or inputs.ndim != 2:
            return mask
        real = inputs.astype(jnp.int32) != self.padding
        return real if mask is None else mask & real


@dataclass(frozen=True)
class Masking(Checked):
    """Mark the steps of (B, T, F) whose values all equal `value` as filling; the inputs go on as they are."""

    value: float = 0.0

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the inputs."""
        if inputs.ndim != 3:
            raise SettingError(f"Masking takes sequences of shape (steps, features). Got {inputs.shape[1:]} instead.")
        return inputs

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return true where a step holds anything else."""
        real = jnp.any(inputs != self.value, axis=-1)
        return real if mask is None else mask & real


@dataclass(frozen=True)
class LearnedPositions(Checked):
    """Add a learned vector per position to (B, T, F), T at most `steps` (Gehring et al. 2017, sec. 3.1)."""

    steps: Count

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the vectors, weight (steps, F), normal of deviation 0.02."""
        return {"weight": 0.02 * jax.random.normal(key, (self.steps, shape[-1]), jnp.float32)}

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the inputs, each step moved by its position's vector."""
        if inputs.shape[1] > self.steps:
            raise SettingError(
                f"LearnedPositions knows {self.steps} steps. Got a sequence of {inputs.shape[1]}; make `steps` larger."
            )
        return inputs + parameters["weight"][: inputs.shape[1]]


@dataclass(frozen=True)
class SinusoidalPositions(Checked):
    """Add fixed waves to (B, T, F), F even (Vaswani et al. 2017, sec. 3.5); no parameters, any length.

    `wave[t, 2i] = sin(t / period^(2i / F))`, `wave[t, 2i + 1] = cos(t / period^(2i / F))`.
    """

    period: Positive = 10000.0

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the inputs, each step moved by its position's waves."""
        steps, features = inputs.shape[1:]
        if features % 2:
            raise SettingError(f"SinusoidalPositions needs an even number of features. Got {features} instead.")
        angles = position_angles(steps, features, self.period, inputs.dtype)
        waves = jnp.stack([jnp.sin(angles), jnp.cos(angles)], axis=-1)
        return inputs + waves.reshape(steps, features).astype(inputs.dtype)


def position_angles(steps: int, features: int, period: float, kind: jnp.dtype) -> jax.Array:
    """Return `t / period^(2i / features)`, shape (steps, features / 2); float32 for a narrower kind."""
    kind = jnp.promote_types(kind, jnp.float32)  # bfloat16 has no 257
    rates = period ** (-jnp.arange(0, features, 2, dtype=kind) / features)
    return jnp.arange(steps, dtype=kind)[:, None] * rates
