"""Values disturbed a little, each by itself: a network that gives the same answer then is a smoother one."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp

from piste.core.settings import Range
from piste.nn.augment.augmentation import Augmentation, as_floats, stored_as
from piste.nn.augment.draws import bell


@dataclass(frozen=True)
class Noise(Augmentation):
    """Add noise of deviation `strength` to every value: pictures, sequences (jitter) and columns of a table (B, ...).

    The unit is the full range for uint8 pictures (so 0.05 is 12.75 of 255), and 1 for floats: one deviation of a
    number in a table, which is standardised. The noise is nearly Gaussian, never beyond 3.45 deviations.
    """

    name: ClassVar[str] = "noise"
    ranks: ClassVar[tuple[int, ...]] = (1, 2, 3)

    strength: Annotated[float, Range(0.0, 10.0, low_open=True)] = 0.05

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the disturbed inputs and the same targets."""
        unit = 255.0 if inputs.dtype == jnp.uint8 else 1.0
        return stored_as(as_floats(inputs) + unit * self.strength * bell(key, inputs.shape), inputs), targets
