"""Several losses at once: a network with outputs of different kinds."""

from dataclasses import dataclass
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.settings import Range
from piste.nn.losses.classes import ClassLoss
from piste.nn.losses.loss import StandardLoss, Values


@dataclass(frozen=True)
class Part:
    """One loss of a mixture: the next `outputs` columns of the network against the next `targets` columns.

    A loss of classes has one target column, which holds the class numbers (or C columns of probabilities).
    """

    loss: StandardLoss
    outputs: int
    targets: int
    weight: Annotated[float, Range(0)] = 1.0


@dataclass(frozen=True)
class Mixture(StandardLoss):
    """`sum_i weight_i loss_i`, each on its own columns: outputs (B, O) against targets float (B, T).

    Class numbers up to 2^24 are exact in the float32 targets.

    >>> from piste.nn.losses import CrossEntropy, SquaredError
    >>> loss = Mixture((Part(CrossEntropy(), outputs=3, targets=1), Part(SquaredError(), 1, 1, weight=0.5)))
    >>> float(loss(jnp.zeros((1, 4)), jnp.asarray([[2.0, 2.0]]))[0])  # log 3 + 0.5 * 4
    3.0986123085021973
    """

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.parts:
            raise SettingError("A Mixture needs at least one part.")

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the weighted sum of the parts' losses for each example."""
        wanted = sum(part.outputs for part in self.parts), sum(part.targets for part in self.parts)
        if (outputs.shape[-1], targets.shape[-1]) != wanted:
            raise SettingError(
                f"The parts of this Mixture take {wanted[0]} outputs and {wanted[1]} target columns. "
                f"Got {outputs.shape[-1]} and {targets.shape[-1]}."
            )
        total = jnp.zeros(outputs.shape[0], outputs.dtype)
        output = target = 0
        for part in self.parts:
            theirs = targets[:, target : target + part.targets]
            given = theirs[:, 0].astype(jnp.int32) if _by_number(part) else theirs
            total = total + part.weight * part.loss(outputs[:, output : output + part.outputs], given)
            output, target = output + part.outputs, target + part.targets
        return total

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the best constants of the parts, one after another."""
        answers, column = [], 0
        for part in self.parts:
            theirs = targets[:, column : column + part.targets]
            answers.append(part.loss.best_constant(theirs[:, 0] if _by_number(part) else theirs, part.outputs, weights))
            column += part.targets
        return np.concatenate(answers)


def _by_number(part: Part) -> bool:
    return isinstance(part.loss, ClassLoss) and part.targets == 1
