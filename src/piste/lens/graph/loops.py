"""A loop of the graph, unrolled: what goes into each round, and the gradient that reaches what comes out of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import ClosedJaxpr, JaxprEqn, jaxpr_as_fun

from piste.nn.operations import differentiable, pulled


@dataclass(frozen=True, eq=False)
class Loop:
    """`length` rounds of `body`: constants, carry and slices give a new carry and outputs.

    `slices` lie in the order of the rounds, and so do the outputs here; `backwards` says that the loop goes through its
    slices from the last to the first.
    """

    body: ClosedJaxpr
    constants: tuple[Any, ...]
    start: tuple[Any, ...]
    slices: tuple[Any, ...]
    length: int
    backwards: bool = False

    def round(self, carry: Sequence[Any], slices: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Return the carry and the outputs of one round."""
        made = jaxpr_as_fun(self.body)(*self.constants, *carry, *slices)
        return list(made[: len(self.start)]), list(made[len(self.start) :])

    def from_round(self, first: int, carry: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Return the last carry and the outputs of the rounds from `first` on."""
        left = [one[first:] for one in self.slices]
        return lax.scan(lambda c, x: self.round(c, x), list(carry), left, length=self.length - first)

    def entering(self) -> list[Any]:
        """Return what the carry is before each round, (rounds, ...) for each part."""

        def one(carry: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
            return self.round(carry, slices)[0], carry

        return lax.scan(one, list(self.start), list(self.slices), length=self.length)[1]

    def reaching(self, entering: Sequence[Any], gradients: Sequence[Any]) -> list[Any]:
        """Return the gradient that reaches the carry after each round; None for parts of whole numbers.

        `gradients` are those of the loop's own outputs: the last carry, then the outputs in the order of the rounds.
        """
        parts, first = len(self.start), len(self.constants)
        real = [place for place, one in enumerate(self.start) if differentiable(one)]
        last = [_or_zeros(gradients[place], self.start[place].shape, self.start[place].dtype) for place in real]
        brought = [one for one in gradients[parts:] if one is not None]

        def back(after: list[Any], given: Any) -> tuple[list[Any], list[Any]]:
            carry, slices, outputs = given
            left = iter(outputs)
            carried: list[Any] = [None] * parts
            for place, one in zip(real, after, strict=True):
                carried[place] = one
            arriving = [*carried, *(next(left) if one is not None else None for one in gradients[parts:])]
            inputs = [*self.constants, *carry, *slices]
            wanted = [first + place for place in real]
            return pulled(self._flat, inputs, wanted, arriving), after

        after = lax.scan(back, last, (list(entering), list(self.slices), brought), length=self.length, reverse=True)[1]
        found = iter(after)
        return [next(found) if place in real else None for place in range(parts)]

    def _flat(self, *inputs: Any) -> list[Any]:
        return list(jaxpr_as_fun(self.body)(*inputs))


def loop_of(eqn: JaxprEqn, inputs: Sequence[Any], trips: Callable[[], int]) -> Loop:
    """Return a `scan`, or a `while` loop that makes `trips()` rounds."""
    parameters = eqn.params
    if eqn.primitive.name == "while":
        first = parameters["cond_nconsts"]
        second = first + parameters["body_nconsts"]
        return Loop(
            parameters["body_jaxpr"], tuple(inputs[first:second]), tuple(map(jnp.asarray, inputs[second:])), (), trips()
        )
    first = parameters["num_consts"]
    second = first + parameters["num_carry"]
    slices = tuple(jnp.flip(one, 0) if parameters["reverse"] else one for one in inputs[second:])
    start = tuple(map(jnp.asarray, inputs[first:second]))
    return Loop(parameters["jaxpr"], tuple(inputs[:first]), start, slices, parameters["length"], parameters["reverse"])


def turned(loop: Loop, outputs: Sequence[Any]) -> list[Any]:
    """Return stacked outputs in the order of the rounds, or back in the order of the slices; None stays None."""
    return [jnp.flip(one, 0) if loop.backwards and one is not None else one for one in outputs]


def _or_zeros(array: Any, shape: tuple[int, ...], dtype: Any) -> jax.Array:
    return jnp.zeros(shape, dtype) if array is None else array
