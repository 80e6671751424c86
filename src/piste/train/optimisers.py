"""Optimisers: from a gradient to a direction. The learning rate is applied by the training step itself.

Each entry is an Optax transformation without its rate, on the vector of all parameters; the step is
`parameters -= rate * direction`. A rate per step is data, so a new schedule never recompiles a program.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from piste.core.errors import SettingError

OPTIMISERS: dict[str, Callable[[], optax.GradientTransformation]] = {
    "sgd": optax.identity,  # g
    "momentum": lambda: optax.trace(0.9),  # v = 0.9 v + g
    "nesterov": lambda: optax.trace(0.9, nesterov=True),
    "adagrad": lambda: optax.scale_by_rss(initial_accumulator_value=0.0),
    "rmsprop": lambda: optax.scale_by_rms(decay=0.9),
    "adadelta": lambda: optax.scale_by_adadelta(),
    "adam": lambda: optax.scale_by_adam(),
    "adamw": lambda: optax.scale_by_adam(),  # decay is always decoupled, so only its default differs from adam
    "nadam": lambda: optax.scale_by_adam(nesterov=True),
    "lion": lambda: optax.scale_by_lion(),
}


@dataclass(frozen=True)
class Optimiser:
    """One named optimiser with its safeguards.

    The gradient's global 2-norm is cut to `clip` (0: never). `weight_decay` is decoupled (Loshchilov & Hutter
    2019): `rate * weight_decay * parameter` is subtracted from matrices, never from biases and scales.
    """

    name: str = "adamw"
    weight_decay: float = 0.0
    clip: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in OPTIMISERS:
            raise SettingError(f"The optimiser must be one of {', '.join(OPTIMISERS)}. Got {self.name!r} instead.")

    def init(self, vector: jax.Array) -> Any:
        """Return the optimiser's state before the first step."""
        return OPTIMISERS[self.name]().init(vector)

    def direction(
        self, gradient: jax.Array, norm: jax.Array, state: Any, vector: jax.Array, decayed: jax.Array
    ) -> tuple[jax.Array, Any]:
        """Return the direction to subtract, and the new state. `decayed` is 1 where weight decay applies."""
        if self.clip > 0:
            gradient = gradient * jnp.minimum(1.0, self.clip / jnp.maximum(norm, 1e-12))
        direction, state = OPTIMISERS[self.name]().update(gradient, state, vector)
        if self.weight_decay > 0:
            direction = direction + self.weight_decay * decayed * vector
        return direction, state
