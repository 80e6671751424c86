"""The local derivative along one edge of the graph."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import JaxprEqn
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.lens.graph.sweep import quickly
from piste.lens.graph.width import width
from piste.nn.operations import computed, pulled

MOST = 1 << 24  # entries of a derivative that is written out


@dataclass(frozen=True, eq=False)
class Local:
    """How one output of an operation moves with one of its inputs, the other inputs held.

    Where the input enters several times, as in x * x, its entrances are added up.
    """

    eqn: JaxprEqn
    inputs: tuple[Any, ...]
    places: tuple[int, ...]
    output: int
    trips: int | None = None
    wide: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the output, then of the input."""
        return (*self._target.shape, *self.inputs[self.places[0]].shape)

    def back(self, gradient: Any) -> NDArray[Any]:
        """Return what a gradient of the output, of its shape, gives to the input: the chain rule's product."""
        with width(self.wide):
            return np.asarray(self._back(jnp.asarray(gradient, self._target.dtype)))

    @cached_property
    def matrix(self) -> NDArray[Any]:
        """All partial derivatives: output's axes, then input's.

        Raises `SettingError` for more than 16.7 million, where `back` still works.
        """
        if math.prod(self.shape) > MOST:
            raise SettingError(
                f"This derivative has {math.prod(self.shape):,} entries, more than {MOST:,}: use back(gradient)."
            )
        return matrices([self])[0]

    def between(self, output: Sequence[int], place: Sequence[int]) -> float:
        """Return the derivative of one number of the output by one number of the input."""
        with width(self.wide):
            seed = jnp.zeros(self._target.shape, self._target.dtype).at[tuple(output)].set(1)
            return float(self._back(seed)[tuple(place)])

    @property
    def _target(self) -> Any:
        return self.eqn.outvars[self.output].aval

    def _rows(self) -> Any:
        size = math.prod(self._target.shape)
        rows = jnp.eye(size, dtype=self._target.dtype).reshape(size, *self._target.shape)
        return jax.vmap(self._back)(rows)

    def _back(self, gradient: Any) -> Any:
        reaching = [gradient if place == self.output else None for place in range(len(self.eqn.outvars))]
        total: Any = 0
        for part in pulled(computed(self.eqn, self.trips), self.inputs, self.places, reaching):
            total = total + part
        return total


def matrices(locals_: Sequence[Local]) -> list[NDArray[Any]]:
    """Return the `matrix` of each, all computed by one program."""

    def run(inputs: list[Any]) -> list[Any]:
        return [replace(one, inputs=given)._rows() for one, given in zip(locals_, inputs, strict=True)]

    with width(any(one.wide for one in locals_)):
        whole = jax.jit(run, compiler_options=quickly())([one.inputs for one in locals_])
        return [np.asarray(rows).reshape(one.shape) for one, rows in zip(locals_, whole, strict=True)]
