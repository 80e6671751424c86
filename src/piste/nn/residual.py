"""Connections that skip layers, so that gradients reach the first layers of very deep networks unweakened."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.constraints import Checked
from piste.nn.layer import Context, Layer, Nested, Parameters, Shape, State


@dataclass(frozen=True)
class Residual(Nested, Checked):
    """`body(x) + shortcut(x)` (He et al. 2016, eq. 1 and 2); the shortcut is x itself when left out.

    The outputs of both must be of one shape. Parameters under "body" and "shortcut".
    """

    body: Layer
    shortcut: Layer | None = None

    @property
    def _parts(self) -> dict[str, Layer]:
        return {"body": self.body} if self.shortcut is None else {"body": self.body, "shortcut": self.shortcut}

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the parameters of body and shortcut."""
        keys = jax.random.split(key)
        drawn = {name: layer.init(one, shape) for one, (name, layer) in zip(keys, self._parts.items(), strict=False)}
        return {name: value for name, value in drawn.items() if value}

    def init_state(self, shape: Shape) -> State:
        """Return the running state of body and shortcut."""
        states = {name: layer.init_state(shape) for name, layer in self._parts.items()}
        return {name: value for name, value in states.items() if value}

    def flow(
        self, parameters: Parameters, state: State, inputs: jax.Array, context: Context
    ) -> tuple[jax.Array, State, Context]:
        """Return the sum, the new state and the context with the mask of the body's outputs."""
        outputs, states, mask = {"shortcut": inputs}, {}, context.mask
        for index, (name, layer) in enumerate(self._parts.items()):
            with jax.named_scope(name):
                outputs[name], states[name], after = layer.flow(
                    parameters.get(name, {}), state.get(name, {}), inputs, context.child(index)
                )
            mask = after.mask if name == "body" else mask
        body, shortcut = outputs["body"], outputs["shortcut"]
        if body.shape != shortcut.shape:
            raise SettingError(
                f"Residual: the body gives {body.shape[1:]} and the shortcut {shortcut.shape[1:]}; "
                "they must be of one shape: give a shortcut layer that changes the inputs likewise."
            )
        return body + shortcut, {name: value for name, value in states.items() if value}, context.masked(mask)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the body's outputs."""
        return self.body.output_shape(shape)


@dataclass(frozen=True)
class DenseConnection(Checked):
    """The inputs and `body(inputs)` side by side along the features (Huang et al. 2017, eq. 2).

    (B, ..., F) to (B, ..., F + the body's units). Parameters under "body".
    """

    body: Layer

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the parameters of the body."""
        drawn = self.body.init(key, shape)
        return {"body": drawn} if drawn else {}

    def init_state(self, shape: Shape) -> State:
        """Return the running state of the body."""
        state = self.body.init_state(shape)
        return {"body": state} if state else {}

    def run(self, parameters: Parameters, state: State, inputs: jax.Array, context: Context) -> tuple[jax.Array, State]:
        """Return inputs and outputs side by side, and the new state."""
        outputs, inner, _ = self.body.flow(parameters.get("body", {}), state.get("body", {}), inputs, context)
        if outputs.shape[:-1] != inputs.shape[:-1]:
            raise SettingError(
                f"DenseConnection: the body must keep all axes but the features. It made {outputs.shape[1:]} "
                f"of {inputs.shape[1:]}."
            )
        return jnp.concatenate([inputs, outputs], axis=-1), {"body": inner} if inner else {}
