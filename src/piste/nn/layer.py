"""What a layer is: a frozen, JSON-able dataclass of settings with two pure functions.

`init(key, shape)` gives the parameters for inputs of `shape` (the batch axis left out), and a call gives the
output. Nothing else is needed: output shapes are inferred by tracing, the spec is read off the dataclass. A
person's own layer is therefore

    @dataclass(frozen=True)
    class Scale(Layer):
        start: float = 1.0

        def init(self, key, shape):
            return {"gain": jnp.full(shape[-1:], self.start)}

        def __call__(self, parameters, inputs, context):
            return parameters["gain"] * inputs

Axes: B examples, T steps, H height, W width, F features or channels (always last), C classes.

Sequences of unequal length share a batch by padding, and a mask (B, T), true at real steps, says which steps
count. It travels beside the values, in `Context.mask`: a layer that knows the padding makes it (`Embedding`,
`Masking`), layers that look across steps obey it, and every layer says through `mask_after` which mask belongs to
its outputs. Layers made of layers compute by `flow`, which hands values and context on together. The law that all
keep: a padded sequence gives at its real steps what it would give alone.
"""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax

Parameters = dict[str, Any]
State = dict[str, Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Context:
    """What a call may depend on besides parameters and inputs.

    `training` switches dropout and batch statistics on; `key` is the step's random key, and is needed only by
    layers that draw. Every nested layer receives a key of its own through `child`. `mask` (B, T) is true at the
    real steps of the inputs; None where all are real. `real` (B,) is true for the examples that count in what is taken
    over the batch, where others only fill it up; None where all do.
    """

    training: bool = False
    key: jax.Array | None = None
    mask: jax.Array | None = None
    real: jax.Array | None = None

    def child(self, index: int) -> "Context":
        """Return the context of the nested layer number `index`."""
        if self.key is None:
            return self
        return dataclasses.replace(self, key=jax.random.fold_in(self.key, index))

    def masked(self, mask: jax.Array | None) -> "Context":
        """Return this context with another mask."""
        return self if mask is self.mask else dataclasses.replace(self, mask=mask)


class Layer:
    """A layer without running state."""

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the parameters for inputs of `shape`, drawn with `key`; none by default."""
        return {}

    def init_state(self, shape: Shape) -> State:
        """Return the running state (batch statistics and the like) before training; none by default."""
        return {}

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the outputs for a batch of `inputs`."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(parameters, inputs, context).")

    def run(self, parameters: Parameters, state: State, inputs: jax.Array, context: Context) -> tuple[jax.Array, State]:
        """Return outputs and the new state. A layer that keeps state defines this instead of `__call__`."""
        return self(parameters, inputs, context), state

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return the mask of the outputs: by default the same while the steps are the same, none once they are gone.

        A layer that changes the number of steps, or makes or moves them, defines its own.
        """
        return mask if outputs.ndim == inputs.ndim and outputs.shape[1] == inputs.shape[1] else None

    def flow(
        self, parameters: Parameters, state: State, inputs: jax.Array, context: Context
    ) -> tuple[jax.Array, State, Context]:
        """Return outputs, new state, and the context for the layer that comes next.

        Only layers made of other layers define this; they are `Nested`.
        """
        outputs, state = self.run(parameters, state, inputs, context)
        return outputs, state, context.masked(self.mask_after(inputs, outputs, context.mask))

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the outputs for inputs of `shape`, the batch axis left out in both."""
        try:
            return _shape_after(self, tuple(shape))
        except TypeError:  # a layer with arrays inside cannot be remembered
            return _shape_after.__wrapped__(self, tuple(shape))

    def _trace(self, key: jax.Array, inputs: jax.Array) -> jax.Array:
        shape = inputs.shape[1:]
        return self.run(self.init(key, shape), self.init_state(shape), inputs, Context())[0]


@lru_cache(maxsize=1024)
def _shape_after(layer: Layer, shape: Shape) -> Shape:
    inputs = jax.ShapeDtypeStruct((1, *shape), "float32")  # type: ignore[no-untyped-call]
    return tuple(jax.eval_shape(layer._trace, jax.random.key(0), inputs).shape[1:])


class Nested(Layer):
    """A layer made of other layers: it defines `flow`, which hands the mask from one to the next."""

    def run(self, parameters: Parameters, state: State, inputs: jax.Array, context: Context) -> tuple[jax.Array, State]:
        """Return outputs and the new state."""
        outputs, state, _ = self.flow(parameters, state, inputs, context)
        return outputs, state
