"""Layers one after another."""

import re
from dataclasses import dataclass

import jax

from piste.nn.layer import Context, Layer, Nested, Parameters, Shape, State


def child_name(index: int, layer: Layer) -> str:
    """Return the name under which layer number `index` keeps its parameters, such as `02_batch_norm`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", type(layer).__name__).lower()
    return f"{index:02d}_{words}"


@dataclass(frozen=True)
class Sequential(Nested):
    """The composition of `layers`; each layer's input width is the output width of the one before."""

    layers: tuple[Layer, ...]

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the parameters of every layer that has some, by name."""
        parameters = {}
        for index, layer in enumerate(self.layers):
            parameters[child_name(index, layer)] = layer.init(jax.random.fold_in(key, index), shape)
            shape = layer.output_shape(shape)
        return {name: value for name, value in parameters.items() if value}

    def init_state(self, shape: Shape) -> State:
        """Return the running state of every layer that has some, by name."""
        state = {}
        for index, layer in enumerate(self.layers):
            state[child_name(index, layer)] = layer.init_state(shape)
            shape = layer.output_shape(shape)
        return {name: value for name, value in state.items() if value}

    def flow(
        self, parameters: Parameters, state: State, inputs: jax.Array, context: Context
    ) -> tuple[jax.Array, State, Context]:
        """Return the last layer's outputs, the new state and the context with the mask of the outputs."""
        states = {}
        for index, layer in enumerate(self.layers):
            name = child_name(index, layer)
            with jax.named_scope(name):
                inputs, states[name], after = layer.flow(
                    parameters.get(name, {}), state.get(name, {}), inputs, context.child(index)
                )
            context = context.masked(after.mask)
        return inputs, {name: value for name, value in states.items() if value}, context

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape after the last layer."""
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape
