"""Optimisers: from a gradient to a direction. The learning rate is applied by the training step itself.

Each entry is an Optax transformation without its rate, on the parts of a layout; the step is
`weights -= rate * direction`. A rate per step is data, so a new schedule never recompiles a program.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from piste.core.errors import SettingError
from piste.nn.traced import is_off
from piste.train.adam import scale_by_adam
from piste.train.by_tensor import trust_ratio, with_muon
from piste.train.layout import Layout, Parts, norm

Make = Callable[["Optimiser", Layout], optax.GradientTransformation]

# With m the momentum (beta 1), b the second average (beta 2), g the gradient.
OPTIMISERS: dict[str, Make] = {
    "sgd": lambda one, layout: optax.identity(),  # g
    "momentum": lambda one, layout: optax.trace(one.beta1),  # v = m v + g
    "nesterov": lambda one, layout: optax.trace(one.beta1, nesterov=True),
    "adagrad": lambda one, layout: optax.scale_by_rss(initial_accumulator_value=0.0),
    "rmsprop": lambda one, layout: optax.scale_by_rms(decay=one.second),
    "adadelta": lambda one, layout: optax.scale_by_adadelta(rho=one.second),
    "adam": lambda one, layout: scale_by_adam(one.beta1, one.second),
    "adamw": lambda one, layout: scale_by_adam(one.beta1, one.second),  # as adam: decay is always decoupled
    "nadam": lambda one, layout: scale_by_adam(one.beta1, one.second, nesterov=True),
    "lion": lambda one, layout: optax.scale_by_lion(one.beta1, one.second),
    "lamb": lambda one, layout: scale_by_adam(one.beta1, one.second, 1e-6),  # and `trust_ratio` at the end
    "muon": lambda one, layout: with_muon(one.beta1, one.second, layout),
}
LBFGS = "lbfgs"  # needs the objective itself: `piste.train.full_batch` makes its steps
NAMES = (*OPTIMISERS, LBFGS)

MOMENTUM = {
    "momentum": 0.9, "nesterov": 0.9, "adam": 0.9, "adamw": 0.9, "nadam": 0.9, "lion": 0.9, "lamb": 0.9, "muon": 0.95
}  # fmt: skip
"""The usual share of the past in the running mean of gradients, of those optimisers that have one."""

BETA2 = {
    "rmsprop": 0.9, "adadelta": 0.9, "adam": 0.999, "adamw": 0.999, "nadam": 0.999, "lion": 0.99, "lamb": 0.999,
    "muon": 0.999,
}  # fmt: skip
"""The usual share of the past in the running mean of squared gradients (Lion: in its second mean of gradients)."""


@dataclass(frozen=True)
class Optimiser:
    """One named optimiser with its safeguards.

    Attributes
    ----------
    weight_decay
        Decoupled (Loshchilov & Hutter 2019): `rate * weight_decay * w` is subtracted. For LAMB it is part of the
        direction whose length is matched to the weights' (You et al. 2020).
    clip, clip_value
        The gradient's global 2-norm, or each of its numbers, is cut to this; 0 never.
    momentum, beta2
        Averaging coefficients; None for the optimiser's usual ones.
    l1, l2
        Penalties `l1 |w|_1 + l2 / 2 |w|_2^2` on top of the loss, as gradients, after clipping.
    decay_all
        Whether decay and penalties also reach biases and scales, not only matrices and kernels.
    """

    name: str = "adamw"
    weight_decay: float = 0.0
    clip: float = 0.0
    momentum: float | None = None
    beta2: float | None = None
    clip_value: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    decay_all: bool = False

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise SettingError(f"The optimiser must be one of {', '.join(NAMES)}. Got {self.name!r} instead.")
        for setting, value, usual in (("momentum", self.momentum, MOMENTUM), ("beta2", self.beta2, BETA2)):
            if value and self.name not in usual:
                raise SettingError(
                    f"The optimiser '{self.name}' has no {setting}. Leave {setting} out, or choose one of "
                    f"{', '.join(usual)}."
                )

    @property
    def beta1(self) -> float:
        """The momentum in use."""
        return MOMENTUM[self.name] if self.momentum is None else self.momentum

    @property
    def second(self) -> float:
        """The second averaging coefficient in use."""
        return BETA2[self.name] if self.beta2 is None else self.beta2

    @property
    def pulls(self) -> bool:
        """Whether anything but the loss moves the weights."""
        return max(self.weight_decay, self.l1, self.l2) > 0

    def init(self, weights: Parts, layout: Layout | None = None) -> Any:
        """Return the optimiser's state before the first step; without a layout every part is one parameter."""
        if self.name == LBFGS:
            return optax.lbfgs().init(weights)
        return OPTIMISERS[self.name](self, layout or Layout.of(weights)).init(weights)

    def direction(
        self,
        gradient: Parts,
        state: Any,
        weights: Parts,
        decayed: Parts,
        layout: Layout | None = None,
    ) -> tuple[Parts, Any]:
        """Return the direction to subtract, and the new state.

        `decayed` is 1 where decay and penalties apply. `gradient`, `weights` and `decayed`
        are parts of one layout, or any trees of one structure.
        """
        layout = layout or Layout.of(weights)
        gradient = self.penalised(self._clipped(gradient), weights, decayed)
        direction, state = OPTIMISERS[self.name](self, layout).update(gradient, state, weights)
        if not is_off(self.weight_decay):
            direction = self._added(self.weight_decay, direction, weights, decayed)
        if self.name == "lamb":
            direction = trust_ratio(direction, weights, layout)
        return direction, state

    def _clipped(self, gradient: Parts) -> Parts:
        if not is_off(self.clip):
            scale = jnp.minimum(1.0, self.clip / jnp.maximum(norm(gradient), 1e-12))
            gradient = jax.tree.map(lambda part: part * scale, gradient)
        if not is_off(self.clip_value):
            gradient = jax.tree.map(lambda part: jnp.clip(part, -self.clip_value, self.clip_value), gradient)
        return gradient

    def penalised(self, gradient: Parts, weights: Parts, decayed: Parts) -> Parts:
        """Return the gradient of loss and penalties."""
        if not is_off(self.l2):
            gradient = self._added(self.l2, gradient, weights, decayed)
        if not is_off(self.l1):
            gradient = self._added(self.l1, gradient, jax.tree.map(jnp.sign, weights), decayed)
        return gradient

    def penalty(self, weights: Parts, decayed: Parts) -> jax.Array:
        """Return what the penalties add to the loss."""
        masked = jax.tree.leaves(jax.tree.map(lambda mask, part: self._mask(mask) * part, decayed, weights))
        return sum(
            (self.l1 * jnp.sum(jnp.abs(part)) + 0.5 * self.l2 * jnp.sum(jnp.square(part)) for part in masked),
            start=jnp.zeros(()),
        )

    def _added(self, share: float, parts: Parts, pull: Parts, decayed: Parts) -> Parts:
        def add(part: jax.Array, more: jax.Array, mask: jax.Array) -> jax.Array:
            return part + share * self._mask(mask) * more

        return jax.tree.map(add, parts, pull, decayed)

    def _mask(self, decayed: jax.Array) -> jax.Array | float:
        return 1.0 if self.decay_all else decayed
