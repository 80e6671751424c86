"""Two examples made into one, and their labels with them in the same shares.

Examples are mixed with the one before them in the batch: batches are in random order, so no pair is drawn.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from piste.core.errors import SettingError
from piste.core.settings import Range
from piste.nn.augment.augmentation import PICTURE, Augmentation, as_floats, stored_as
from piste.nn.augment.cutout import boxes
from piste.nn.augment.draws import whole

QUANTILES = 4096
Alpha = Annotated[float, Range(0.01, 100.0)]
Classes = Annotated[int, Range(0)]


@dataclass(frozen=True)
class Mixup(Augmentation):
    """Replace each example by `s` of itself and `1 - s` of another, target likewise (Zhang et al. 2018).

    `s` is Beta(alpha, alpha) distributed, drawn for each example (the paper: for each batch). Any inputs (B, ...).
    Integer targets (B,) become probabilities (B, classes); `classes` must be given for them.
    """

    name: ClassVar[str] = "mixup"
    ranks: ClassVar[tuple[int, ...]] = (1, 2, 3)

    alpha: Alpha = 0.2
    classes: Classes = 0

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the mixed inputs, in the dtype of the inputs, and the soft targets."""
        kept = beta(key, (len(inputs),), self.alpha)
        part = kept.reshape(-1, *[1] * (inputs.ndim - 1))
        mixed = part * as_floats(inputs) + (1.0 - part) * as_floats(jnp.roll(inputs, 1, 0))
        return stored_as(mixed, inputs), mixed_targets(targets, kept, self.classes)


@dataclass(frozen=True)
class CutMix(Augmentation):
    """Replace a box of each picture (B, H, W, C) by the same box of another, target likewise (Yun et al. 2019).

    The box covers `1 - s` of the picture before it is cut off at the border, with `s` Beta(alpha, alpha) distributed
    for each example; the target's shares are the shares of pixels that are really seen.
    """

    name: ClassVar[str] = "cutmix"
    ranks: ClassVar[tuple[int, ...]] = PICTURE

    alpha: Alpha = 1.0
    classes: Classes = 0

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the pictures with a box of another, and the soft targets."""
        share_key, place_key = jax.random.split(key)
        size = jnp.sqrt(1.0 - beta(share_key, (len(inputs), 1), self.alpha))
        rows, columns = boxes(place_key, inputs.shape, size)
        other = rows[:, :, None, None] & columns[:, None, :, None]
        mixed = jnp.where(other, jnp.roll(inputs, 1, 0), inputs)
        kept = 1.0 - jnp.mean(rows.astype(jnp.float32), 1) * jnp.mean(columns.astype(jnp.float32), 1)
        return mixed, mixed_targets(targets, kept, self.classes)


def mixed_targets(targets: jax.Array, kept: jax.Array, classes: int) -> jax.Array:
    """Return `kept` (B,) of each target and the rest of the one before it: (B, classes) or (B, K).

    Raises `SettingError` for integer targets when the number of classes is not given.
    """
    soft = targets
    if jnp.issubdtype(targets.dtype, jnp.integer) and targets.ndim == 1:
        if classes == 0:
            raise SettingError("Mixing class numbers needs the number of classes: give classes=... to Mixup or CutMix.")
        soft = jax.nn.one_hot(targets, classes, dtype=jnp.float32)
    part = kept.reshape(-1, *[1] * (soft.ndim - 1))
    return part * soft + (1.0 - part) * jnp.roll(soft, 1, 0)


def beta(key: jax.Array, shape: tuple[int, ...], alpha: float | jax.Array) -> jax.Array:
    """Return float32 draws from Beta(alpha, alpha): one of 4096 quantiles each, looked up.

    JAX's own draw rejects in a loop, which takes longer than mixing the pictures. In place of `alpha` the quantiles
    themselves (4096,) may be given.
    """
    table = jnp.asarray(beta_quantiles(alpha) if isinstance(alpha, int | float) else alpha)
    return table[whole(key, shape, QUANTILES)]


@lru_cache(maxsize=16)
def beta_quantiles(alpha: float) -> NDArray[np.float32]:
    """Return the quantiles of Beta(alpha, alpha) in the middles of 4096 equal parts."""
    middles = (np.arange(QUANTILES) + 0.5) / QUANTILES
    quantiles: NDArray[np.float32] = betaincinv(alpha, alpha, middles).astype(np.float32)
    return quantiles
