"""Normalisation: sums brought to zero mean and unit variance, then to a learned scale and offset.

All follow `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` with one gamma and beta per feature, and differ
in what mean and variance are taken over: the batch and all places (batch norm), the features of one place (layer
norm), a group of features over all places of one example (group norm), one feature over all places of one example
(instance norm). RMS norm leaves mean and beta out. Variances are the biased ones. Masked steps of a sequence, and
examples that only fill a batch up, are left out of every mean. Inputs narrower than float32 are normalised in float32,
and returned as narrow as they came.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.batch_statistics import normalise_batch, normalised_by
from piste.nn.constraints import Checked, Count, Positive, Share
from piste.nn.layer import Context, Layer, Parameters, Shape, State
from piste.nn.precision import widened


@dataclass(frozen=True)
class BatchNorm(Checked):
    """Normalise each feature over the batch (and over space), then gamma x + beta (Ioffe & Szegedy 2015, alg. 1).

    Stands between sum and activation; the bias of the layer before is redundant with beta and is dropped by
    `Sequential`. While training the batch's mean and (biased) variance are used, and running averages
    `m <- momentum m + (1 - momentum) batch` are kept, with the unbiased variance, for evaluation.
    """

    momentum: Share = 0.9
    epsilon: Positive = 1e-5

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return gamma (ones) and beta (zeros), shape (F,)."""
        return _scale_and_offset(shape)

    def init_state(self, shape: Shape) -> State:
        """Return the running mean (zeros) and variance (ones), shape (F,)."""
        return {"mean": jnp.zeros(shape[-1:], jnp.float32), "variance": jnp.ones(shape[-1:], jnp.float32)}

    def run(self, parameters: Parameters, state: State, inputs: jax.Array, context: Context) -> tuple[jax.Array, State]:
        """Return the normalised inputs, of the same shape, and the running averages."""
        if not context.training:
            return self._normalise(parameters, inputs, state["mean"], state["variance"]), state
        kind, inputs = inputs.dtype, widened(inputs)
        axes = tuple(range(inputs.ndim - 1))
        mask, rows = _step_mask(inputs, context), context.real
        if mask is None:
            gamma, beta = parameters["gamma"], parameters["beta"]
            outputs, mean, variance = normalise_batch(inputs, gamma, beta, self.epsilon, rows)
            unbiased = variance * _unbiased(inputs, rows)
        else:
            mask = mask if rows is None else mask & rows[:, None, None]
            mean, variance = (moment[0, 0] for moment in _moments(inputs, axes, mask))
            outputs = self._normalise(parameters, inputs, mean, variance)
            real = jnp.sum(mask).astype(inputs.dtype)
            unbiased = variance * (real / jnp.maximum(real - 1, 1))
        blend = self.momentum
        averages = {
            "mean": blend * state["mean"] + (1 - blend) * mean,
            "variance": blend * state["variance"] + (1 - blend) * unbiased,
        }
        return outputs.astype(kind), averages

    def _normalise(self, parameters: Parameters, inputs: jax.Array, mean: jax.Array, variance: jax.Array) -> jax.Array:
        gamma, beta = parameters["gamma"], parameters["beta"]
        return normalised_by(mean, variance, widened(inputs), gamma, beta, self.epsilon).astype(inputs.dtype)


@dataclass(frozen=True)
class LayerNorm(Checked):
    """Normalise the features of each place by themselves (Ba et al. 2016, eq. 4): (B, ..., F), same shape."""

    epsilon: Positive = 1e-5

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return gamma (ones) and beta (zeros), shape (F,)."""
        return _scale_and_offset(shape)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the normalised inputs."""
        normal = _normalised(inputs, (-1,), None, self.epsilon)
        return (normal * parameters["gamma"] + parameters["beta"]).astype(inputs.dtype)


@dataclass(frozen=True)
class RMSNorm(Checked):
    """Divide by the root mean square of the features of each place (Zhang & Sennrich 2019, eq. 4), no offset:

    `y = gamma x / sqrt(mean(x^2) + epsilon)`; (B, ..., F), same shape.
    """

    epsilon: Positive = 1e-6

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return gamma (ones), shape (F,)."""
        return {"gamma": jnp.ones(shape[-1:], jnp.float32)}

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the scaled inputs."""
        values = widened(inputs)
        power = jnp.mean(jnp.square(values), axis=-1, keepdims=True)
        return (values * jax.lax.rsqrt(power + self.epsilon) * parameters["gamma"]).astype(inputs.dtype)


@dataclass(frozen=True)
class GroupNorm(Checked):
    """Normalise each of `groups` groups of features over all places of one example (Wu & He 2018, eq. 7).

    (B, ..., F), same shape; independent of the batch. F must be a multiple of `groups`.
    """

    groups: Count = 32
    epsilon: Positive = 1e-5

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return gamma (ones) and beta (zeros), shape (F,)."""
        if shape[-1] % self.groups:
            raise SettingError(
                f"GroupNorm: {shape[-1]} features are no multiple of groups = {self.groups}; change one of them."
            )
        return _scale_and_offset(shape)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the normalised inputs."""
        mask = _step_mask(inputs, context)
        parts = inputs.reshape(*inputs.shape[:-1], self.groups, -1)
        axes = (*range(1, inputs.ndim - 1), inputs.ndim)
        normal = _normalised(parts, axes, None if mask is None else mask[..., None], self.epsilon)
        return (normal.reshape(inputs.shape) * parameters["gamma"] + parameters["beta"]).astype(inputs.dtype)


@dataclass(frozen=True)
class InstanceNorm(Checked):
    """Normalise each feature over all places of one example (Ulyanov et al. 2016): (B, ..., F), same shape."""

    epsilon: Positive = 1e-5

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return gamma (ones) and beta (zeros), shape (F,)."""
        if len(shape) < 2:
            raise SettingError(
                f"InstanceNorm takes sequences or pictures. Got examples of shape {tuple(shape)} instead."
            )
        return _scale_and_offset(shape)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the normalised inputs."""
        axes = tuple(range(1, inputs.ndim - 1))
        normal = _normalised(inputs, axes, _step_mask(inputs, context), self.epsilon)
        return (normal * parameters["gamma"] + parameters["beta"]).astype(inputs.dtype)


def _unbiased(inputs: jax.Array, rows: jax.Array | None) -> float | jax.Array:
    """Return N / (N - 1) for N values of each feature."""
    count = inputs.size // inputs.shape[-1]
    if rows is None:
        return count / max(count - 1, 1)
    real = jnp.sum(rows).astype(inputs.dtype) * (count // len(rows))
    return real / jnp.maximum(real - 1, 1)


def _scale_and_offset(shape: Shape) -> Parameters:
    return {"gamma": jnp.ones(shape[-1:], jnp.float32), "beta": jnp.zeros(shape[-1:], jnp.float32)}


def _step_mask(inputs: jax.Array, context: Context) -> jax.Array | None:
    return context.mask[:, :, None] if context.mask is not None and inputs.ndim == 3 else None


def _moments(inputs: jax.Array, axes: tuple[int, ...], mask: jax.Array | None) -> tuple[jax.Array, jax.Array]:
    """Return mean and biased variance over `axes`, those kept with length 1."""
    real = None if mask is None else jnp.broadcast_to(mask, inputs.shape)
    mean = jnp.mean(inputs, axes, keepdims=True, where=_some(real, axes))
    return mean, jnp.mean(jnp.square(inputs - mean), axes, keepdims=True, where=_some(real, axes))


def _some(real: jax.Array | None, axes: tuple[int, ...]) -> jax.Array | None:
    # Where nothing is real all counts, so that no mean is taken over nothing.
    return None if real is None else real | ~jnp.any(real, axes, keepdims=True)


def _normalised(inputs: jax.Array, axes: tuple[int, ...], mask: jax.Array | None, epsilon: float) -> jax.Array:
    inputs = widened(inputs)
    mean, variance = _moments(inputs, axes, mask)
    return (inputs - mean) * jax.lax.rsqrt(variance + epsilon)


@dataclass(frozen=True)
class Standardise(Layer):
    """Subtract `mean` and divide by `scale`, per feature or channel: fixed numbers taken from the train split.

    Takes integers (pictures of 0..255) as well, so that pictures travel as bytes up to here.
    """

    mean: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return float inputs of about zero mean and unit variance; integers become float32."""
        values = widened(inputs) if jnp.issubdtype(inputs.dtype, jnp.floating) else inputs.astype(jnp.float32)
        factor = 1.0 / jnp.asarray(self.scale, values.dtype)
        normal = values * factor - jnp.asarray(self.mean, values.dtype) * factor
        return normal.astype(inputs.dtype) if jnp.issubdtype(inputs.dtype, jnp.floating) else normal
