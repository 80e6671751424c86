"""The layer of neurons: weighted sums of all inputs plus a bias."""

from dataclasses import dataclass

import jax

from piste.core.errors import SettingError
from piste.nn.initialisers import INITIALISERS, initial_bias
from piste.nn.layer import Context, Layer, Parameters, Shape
from piste.nn.small_products import product
from piste.nn.traced import chosen


@dataclass(frozen=True)
class Dense(Layer):
    """`units` neurons: inputs (..., F) times weight (F, units) plus bias (units,).

    `initialiser` is a name from `INITIALISERS`; "auto" is resolved from the activation that follows when the
    layer stands in a `Sequential`.
    """

    units: int
    bias: bool = True
    initialiser: str = "auto"

    def __post_init__(self) -> None:
        if not isinstance(self.units, int) or self.units < 1:
            raise SettingError(f"Dense needs a whole number of units of at least 1. Got {self.units!r} instead.")

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (F, units) and bias (units,), drawn as `initialisers.initial_bias` says."""
        name = "he_normal" if self.initialiser == "auto" else self.initialiser
        parameters = {"weight": chosen(INITIALISERS, name)(key, (shape[-1], self.units))}
        if self.bias:
            parameters["bias"] = initial_bias(jax.random.fold_in(key, 1), name, (shape[-1], self.units))
        return parameters

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the weighted sums, shape (..., units)."""
        outputs = product(inputs, parameters["weight"])
        return outputs + parameters["bias"] if self.bias else outputs
