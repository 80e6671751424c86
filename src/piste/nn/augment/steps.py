"""Sequences (B, T) or (B, T, F) seen in part: windows of them, and with a stretch of steps hidden."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
from jax import lax

from piste.core.settings import Range
from piste.nn.augment.augmentation import STEPS, Augmentation
from piste.nn.augment.draws import share
from piste.nn.augment.scale import window
from piste.nn.augment.shift import picked
from piste.nn.traced import rounded


@dataclass(frozen=True)
class StepCrop(Augmentation):
    """Cut a window out of each sequence and stretch it to the sequence's length.

    The window is a share of the steps, uniform from `smallest` to 1, and lies anywhere inside (Le Guennec et al. 2016).
    Floats are interpolated; integers, such as tokens, are repeated.
    """

    name: ClassVar[str] = "step-crop"
    ranks: ClassVar[tuple[int, ...]] = STEPS

    smallest: Annotated[float, Range(0.0, 1.0, low_open=True, high_open=True)] = 0.8

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the stretched windows and the same targets."""
        count, length = inputs.shape[:2]
        draws = share(key, (2, count, 1))
        part = self.smallest + (1.0 - self.smallest) * draws[0]
        steps = window(length, part, draws[1])
        if jnp.issubdtype(inputs.dtype, jnp.integer):
            return picked(inputs, jnp.argmax(steps, 2), 1), targets
        values = inputs.reshape(count, length, -1)
        seen = jnp.einsum("bnt,btf->bnf", steps, values, precision=lax.Precision.HIGHEST)
        return seen.reshape(inputs.shape).astype(inputs.dtype), targets


@dataclass(frozen=True)
class StepMask(Augmentation):
    """Set a run of steps of each sequence to `value` (the time mask of Park et al. 2019).

    Its length is uniform from none to the share `longest` of all steps. NaN, which fills up shorter sequences, stays;
    sequences that are padded otherwise must be padded with the same value, or the filling would be taken for steps.
    """

    name: ClassVar[str] = "step-mask"
    ranks: ClassVar[tuple[int, ...]] = STEPS

    longest: Annotated[float, Range(0.0, 1.0, low_open=True)] = 0.2
    value: float = 0.0

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the sequences with a run of steps hidden, and the same targets."""
        count, length = inputs.shape[:2]
        draws = share(key, (2, count, 1))
        run = jnp.floor(draws[0] * (rounded(self.longest * length) + 1))
        first = jnp.floor(draws[1] * (length - run + 1))
        steps = jnp.arange(length, dtype=jnp.float32)[None, :]
        hidden = ((steps >= first) & (steps < first + run)).reshape(count, length, *[1] * (inputs.ndim - 2))
        hidden = hidden & (inputs == inputs)
        return jnp.where(hidden, jnp.asarray(self.value, inputs.dtype), inputs), targets
