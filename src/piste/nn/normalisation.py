"""Normalisation: sums brought to zero mean and unit variance, then to a learned scale and offset."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.nn.layer import Context, Layer, Parameters, Shape, State


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Normalise each feature over the batch (and over space), then gamma x + beta (Ioffe & Szegedy 2015, alg. 1).

    Stands between sum and activation; the bias of the layer before is redundant with beta and is dropped by
    `Sequential`. While training the batch's mean and (biased) variance are used, and running averages
    `m <- momentum m + (1 - momentum) batch` are kept, with the unbiased variance, for evaluation.
    """

    momentum: float = 0.9
    epsilon: float = 1e-5

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return gamma (ones) and beta (zeros), shape (F,)."""
        return {"gamma": jnp.ones(shape[-1:], jnp.float32), "beta": jnp.zeros(shape[-1:], jnp.float32)}

    def init_state(self, shape: Shape) -> State:
        """Return the running mean (zeros) and variance (ones), shape (F,)."""
        return {"mean": jnp.zeros(shape[-1:], jnp.float32), "variance": jnp.ones(shape[-1:], jnp.float32)}

    def run(self, parameters: Parameters, state: State, inputs: jax.Array, context: Context) -> tuple[jax.Array, State]:
        """Return the normalised inputs, of the same shape, and the running averages."""
        if not context.training:
            return self._normalise(parameters, inputs, state["mean"], state["variance"]), state
        axes = tuple(range(inputs.ndim - 1))
        mean = jnp.mean(inputs, axes)
        variance = jnp.mean(jnp.square(inputs - mean), axes)
        count = inputs.size // inputs.shape[-1]
        unbiased = variance * (count / max(count - 1, 1))
        blend = self.momentum
        averages = {
            "mean": blend * state["mean"] + (1 - blend) * mean,
            "variance": blend * state["variance"] + (1 - blend) * unbiased,
        }
        return self._normalise(parameters, inputs, mean, variance), averages

    def _normalise(self, parameters: Parameters, inputs: jax.Array, mean: jax.Array, variance: jax.Array) -> jax.Array:
        # One multiply and one add per value: the scale and offset are folded per feature first.
        scale = parameters["gamma"] * jax.lax.rsqrt(variance + self.epsilon)
        return inputs * scale + (parameters["beta"] - mean * scale)


@dataclass(frozen=True)
class Standardise(Layer):
    """Subtract `mean` and divide by `scale`, per feature or channel: fixed numbers taken from the train split.

    Takes integers (pictures of 0..255) as well, so that pictures travel as bytes up to here.
    """

    mean: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return float inputs of about zero mean and unit variance."""
        factor = 1.0 / jnp.asarray(self.scale, jnp.float32)
        return inputs.astype(jnp.float32) * factor - jnp.asarray(self.mean, jnp.float32) * factor
