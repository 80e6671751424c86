"""What a loss is, and what all losses share."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.settings import check

Loss = Callable[[jax.Array, jax.Array], jax.Array]
Values = NDArray[np.float64]


class StandardLoss(ABC):
    """A loss with settings, checked when it is made. Subclasses are frozen dataclasses."""

    def __post_init__(self) -> None:
        try:
            check(self)
        except SettingError as error:
            raise SettingError(f"{type(self).__name__}: {error}") from None

    @abstractmethod
    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example (B,)."""

    @abstractmethod
    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the constant answer (outputs,) with the least loss on `targets`, or close to it, always finite."""


def check_shapes(loss: StandardLoss, outputs: jax.Array, targets: jax.Array) -> None:
    """Raise `SettingError` where shapes would broadcast: a silent mistake that still trains."""
    if outputs.shape != targets.shape:
        raise SettingError(
            f"{type(loss).__name__} needs outputs and targets of one shape. Got {outputs.shape} and {targets.shape}."
        )
