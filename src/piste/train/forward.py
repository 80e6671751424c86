"""The network on a batch, in the precision and on the devices of a training: the one way through which all go."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp

from piste.nn.embedding import Embedding
from piste.nn.layer import Context, Layer, Parameters, State
from piste.train.precision import computed, kept
from piste.train.settings import Precision
from piste.train.sharding import split


def forward(
    model: Layer,
    precision: Precision,
    devices: int,
    parameters: Parameters,
    state: State,
    inputs: jax.Array,
    context: Context,
) -> tuple[jax.Array, State]:
    """Return outputs (B, ...) in the master's precision, and the new state, for `inputs` (B, ...).

    In float32 on one device it is `model.run` and not an operation more. Inputs of a model that looks numbers up in a
    table stay as they are: rounded, they would be other words.
    """
    inputs = split(devices, inputs)
    if precision != "float32":
        parameters = computed(precision, parameters)
        if not _looks_up(model):
            pixels = inputs.dtype == jnp.uint8  # 0 to 255 are exact in all precisions
            inputs = inputs.astype(precision) if pixels else computed(precision, inputs)
    outputs, new = model.run(parameters, state, inputs, context)
    if precision == "float32":
        return outputs, new
    # A layer of a person's own may have widened or narrowed its state.
    return kept(precision, outputs), jax.tree.map(lambda now, before: now.astype(before.dtype), new, state)


def _looks_up(model: Layer) -> bool:
    return any(isinstance(layer, Embedding) for layer in layers_of(model))


def layers_of(part: Any) -> Iterator[Layer]:
    """Give a layer and all layers inside it, or those of a tuple."""
    if isinstance(part, tuple | list):
        for one in part:
            yield from layers_of(one)
    elif isinstance(part, Layer):
        yield part
        yield from layers_of(tuple(vars(part).values()))
