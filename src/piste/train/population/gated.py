"""A network with room for more blocks than it has: members of different depth in one program.

Blocks that a member does not have give their inputs on as they are; their parameters are zeros, and so are their
gradients, so that they stay so. Every other layer has the key of its number in the member's own network: its weights
and its draws are those of the network alone.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from piste.nn.layer import Context, Parameters, Shape, State
from piste.nn.sequential import Sequential, child_name
from piste.nn.traced import is_known

Given = tuple[Parameters, State, jax.Array, jax.Array | None]  # parameters, state, inputs, mask


@dataclass(frozen=True)
class Gated(Sequential):
    """`layers` in which, from number `first` on, `blocks` times the same `size` layers stand, of which `live` count."""

    first: int = 0
    size: int = 1
    blocks: int = 1
    live: Any = 1

    def place(self, number: int, live: int) -> int:
        """Return where layer `number` of a network with `live` blocks stands among `layers`."""
        return number if number < self.first + live * self.size else number + (self.blocks - live) * self.size

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the parameters of every layer that has some, by name; zeros in blocks that do not count."""
        parameters = {}
        for index, layer in enumerate(self.layers):
            drawn = layer.init(jax.random.fold_in(key, self._number(index)), shape)
            block = self._block(index)
            if block > 0:
                drawn = jax.tree.map(lambda leaf, block=block: _if(block < self.live, leaf), drawn)
            parameters[child_name(index, layer)] = drawn
            shape = layer.output_shape(shape)
        return {name: value for name, value in parameters.items() if value}

    def flow(
        self, parameters: Parameters, state: State, inputs: jax.Array, context: Context
    ) -> tuple[jax.Array, State, Context]:
        """Return the last layer's outputs, the new state and the context with the mask of the outputs."""
        states: State = {}
        end, mask = self.first + self.blocks * self.size, context.mask
        parts = [range(self.first + self.size)]
        parts += [range(start, start + self.size) for start in range(parts[0].stop, end, self.size)]
        for numbers in [*parts, range(end, len(self.layers))]:
            names = [child_name(number, self.layers[number]) for number in numbers]
            own, old = ({name: tree[name] for name in names if name in tree} for tree in (parameters, state))
            given = (own, old, inputs, mask)
            gated = self._block(numbers.start) > 0 if numbers else False
            go = self._gate if gated else self._through
            inputs, new, mask = go(numbers, given, context)
            states |= new
        return inputs, states, context.masked(mask)

    def _gate(self, numbers: range, given: Given, context: Context) -> tuple[jax.Array, State, jax.Array | None]:
        """Return what a block makes of what is `given`, or that as it is where the block does not count."""
        counts = self._block(numbers.start) < self.live
        through = partial(self._through, numbers, context=context)
        if is_known(self.live):
            return through(given) if counts else _past(given)
        return lax.cond(counts, through, _past, given)

    def _through(self, numbers: range, given: Given, context: Context) -> tuple[jax.Array, State, jax.Array | None]:
        parameters, state, inputs, mask = given
        states = {}
        for number in numbers:
            layer = self.layers[number]
            name, inner = child_name(number, layer), context.masked(mask).child(self._number(number))
            with jax.named_scope(name):
                inputs, states[name], after = layer.flow(parameters.get(name, {}), state.get(name, {}), inputs, inner)
            mask = after.mask
        return inputs, {name: value for name, value in states.items() if value}, mask

    def _block(self, index: int) -> int:
        """Return the number of the block to which layer `index` belongs, -1 where to none."""
        block = (index - self.first) // self.size
        return block if index >= self.first and block < self.blocks else -1

    def _number(self, index: int) -> Any:
        """Return the number that layer `index` has in the member's own network."""
        after = index >= self.first + self.blocks * self.size
        return index - (self.blocks - self.live) * self.size if after else index


def _past(given: Given) -> tuple[jax.Array, State, jax.Array | None]:
    return given[2], given[1], given[3]


def _if(counts: Any, leaf: jax.Array) -> jax.Array:
    return jnp.where(counts, leaf, jnp.zeros_like(leaf))
