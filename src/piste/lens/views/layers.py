"""What each layer of a network gives, and what would come out if a layer gave something else.

A network made of layers is gone through from its inputs to its outputs, into `Sequential`, `Residual` and `Branches`;
any other layer is one place. Paths are those of the parameters: "01_conv2d", "03_residual/body/00_dense".
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax

from piste.nn.branches import Branches
from piste.nn.layer import Context, Layer, Parameters, Shape, State
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential, child_name

See = Callable[[str, Layer, jax.Array], jax.Array]
"""Is shown a layer's path, the layer and its outputs, and returns what is handed on in their place."""


def gone_through(
    model: Layer, parameters: Parameters, state: State, inputs: jax.Array, context: Context, see: See, path: str = ""
) -> tuple[jax.Array, Context]:
    """Return the outputs and the context after them; `see` is shown every layer in the order of computation.

    The numbers are those of `model.run`, bit for bit, where `see` returns what it is given.
    """
    if isinstance(model, Sequential):
        for index, layer in enumerate(model.layers):
            name = child_name(index, layer)
            inputs, after = gone_through(
                layer,
                parameters.get(name, {}),
                state.get(name, {}),
                inputs,
                context.child(index),
                see,
                _join(path, name),
            )
            context = context.masked(after.mask)
        return inputs, context
    if isinstance(model, Residual | Branches):
        return _side_by_side(model, parameters, state, inputs, context, see, path)
    outputs, _, after = model.flow(parameters, state, inputs, context)
    return see(path, model, outputs), after


def _side_by_side(
    model: Residual | Branches,
    parameters: Parameters,
    state: State,
    inputs: jax.Array,
    context: Context,
    see: See,
    path: str,
) -> tuple[jax.Array, Context]:
    parts = list(_parts(model))
    outputs, masks = [], []
    for index, (name, layer) in enumerate(parts):
        one, after = gone_through(
            layer, parameters.get(name, {}), state.get(name, {}), inputs, context.child(index), see, _join(path, name)
        )
        outputs.append(one)
        masks.append(after.mask)
    if isinstance(model, Branches):
        return see(path, model, model.join(outputs)), context.masked(masks[0])
    shortcut = inputs if len(parts) == 1 else outputs[1]
    return see(path, model, outputs[0] + shortcut), context.masked(masks[0])


def _parts(model: Residual | Branches) -> Iterator[tuple[str, Layer]]:
    if isinstance(model, Branches):
        yield from ((child_name(index, layer), layer) for index, layer in enumerate(model.layers))
        return
    yield "body", model.body
    if model.shortcut is not None:
        yield "shortcut", model.shortcut


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def outputs_of_layers(
    model: Layer, parameters: Parameters, state: State, inputs: jax.Array
) -> tuple[jax.Array, dict[str, jax.Array]]:
    """Return the network's outputs (B, ...) in evaluation mode, and those of every layer (B, ...) by its path."""
    seen: dict[str, jax.Array] = {}

    def keep(path: str, layer: Layer, outputs: jax.Array) -> jax.Array:
        seen[path] = outputs
        return outputs

    return gone_through(model, parameters, state, inputs, Context(), keep)[0], seen


def outputs_with(
    model: Layer, parameters: Parameters, state: State, inputs: jax.Array, instead: Mapping[str, jax.Array]
) -> jax.Array:
    """Return the network's outputs (B, ...) where the layers named in `instead` gave those values (B, ...)."""

    def put(path: str, layer: Layer, outputs: jax.Array) -> jax.Array:
        return instead.get(path, outputs)

    return gone_through(model, parameters, state, inputs, Context(), put)[0]


def layers_of(model: Layer, parameters: Parameters, state: State, shape: Shape, dtype: Any) -> dict[str, Layer]:
    """Return the layers by path, in the order of computation, for examples of `shape`; nothing is computed."""
    seen: dict[str, Layer] = {}

    def keep(path: str, layer: Layer, outputs: jax.Array) -> jax.Array:
        seen[path] = layer
        return outputs

    def run(inputs: jax.Array) -> jax.Array:
        return gone_through(model, parameters, state, inputs, Context(), keep)[0]

    jax.eval_shape(run, jax.ShapeDtypeStruct((1, *shape), dtype))  # type: ignore[no-untyped-call]
    return seen
