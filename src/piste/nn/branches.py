"""Layers side by side: the same inputs go several ways, and the outputs are joined."""

from dataclasses import dataclass
from functools import reduce

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.constraints import Checked
from piste.nn.layer import Context, Layer, Nested, Parameters, Shape, State
from piste.nn.sequential import child_name


@dataclass(frozen=True)
class Branches(Nested, Checked):
    """`layers` that all read the same inputs; the final classes say how the outputs are joined.

    An empty `Sequential` is the branch that hands the inputs on. The mask that goes on is the first branch's.
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.layers:
            raise SettingError(f"{type(self).__name__} needs at least one layer. Got none.")

    def join(self, outputs: list[jax.Array]) -> jax.Array:
        """Return the outputs of the branches as one array."""
        raise NotImplementedError(f"{type(self).__name__} must define join(outputs).")

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the parameters of every branch that has some, by name."""
        drawn = {
            child_name(index, layer): layer.init(jax.random.fold_in(key, index), shape)
            for index, layer in enumerate(self.layers)
        }
        return {name: value for name, value in drawn.items() if value}

    def init_state(self, shape: Shape) -> State:
        """Return the running state of every branch that has some, by name."""
        states = {child_name(index, layer): layer.init_state(shape) for index, layer in enumerate(self.layers)}
        return {name: value for name, value in states.items() if value}

    def flow(
        self, parameters: Parameters, state: State, inputs: jax.Array, context: Context
    ) -> tuple[jax.Array, State, Context]:
        """Return the joined outputs, the new state and the context with the first branch's mask."""
        outputs, states, masks = [], {}, []
        for index, layer in enumerate(self.layers):
            name = child_name(index, layer)
            with jax.named_scope(name):
                output, states[name], after = layer.flow(
                    parameters.get(name, {}), state.get(name, {}), inputs, context.child(index)
                )
            outputs.append(output)
            masks.append(after.mask)
        kept = {name: value for name, value in states.items() if value}
        return self.join(outputs), kept, context.masked(masks[0])


@dataclass(frozen=True)
class Concatenate(Branches):
    """The outputs side by side along the features: (B, ..., F1 + F2 + ...) (Szegedy et al. 2015)."""

    def join(self, outputs: list[jax.Array]) -> jax.Array:
        """Return the outputs side by side."""
        if len({output.shape[:-1] for output in outputs}) > 1:
            raise SettingError(f"Concatenate needs outputs that differ in features alone. Got {_shapes(outputs)}.")
        return jnp.concatenate(outputs, axis=-1)


@dataclass(frozen=True)
class Add(Branches):
    """The sum of the outputs, which must be of one shape."""

    def join(self, outputs: list[jax.Array]) -> jax.Array:
        """Return the sum."""
        return reduce(jnp.add, _alike(self, outputs))


@dataclass(frozen=True)
class Multiply(Branches):
    """The product of the outputs, which must be of one shape: a gate on a branch (Dauphin et al. 2017)."""

    def join(self, outputs: list[jax.Array]) -> jax.Array:
        """Return the product."""
        return reduce(jnp.multiply, _alike(self, outputs))


def _alike(layer: Branches, outputs: list[jax.Array]) -> list[jax.Array]:
    if len({output.shape for output in outputs}) > 1:
        raise SettingError(f"{type(layer).__name__} needs outputs of one shape. Got {_shapes(outputs)}.")
    return outputs


def _shapes(outputs: list[jax.Array]) -> str:
    return ", ".join(str(output.shape[1:]) for output in outputs)
