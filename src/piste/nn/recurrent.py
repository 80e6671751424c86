"""Recurrent layers: a state that is carried from step to step.

`x` is a step's inputs (B, F), `h` the state (B, U). What depends on the inputs alone is one product over all steps
before the loop; inside it a step is one product with the state and the element-wise rest. Masked steps leave the
state as it is and give zeros.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.activations import ACTIVATIONS
from piste.nn.constraints import Checked, Count
from piste.nn.initialisers import glorot_uniform, orthogonal
from piste.nn.layer import Context, Layer, Parameters, Shape, State
from piste.nn.recurrence import Cell, Gates, States, recur


@dataclass(frozen=True)
class RNN(Checked):
    """The simple recurrent layer (Elman 1990): `h_t = activation(x_t W + h_{t-1} V + b)`.

    Inputs (B, T, F) to the last state (B, units), or with `steps` to every step's (B, T, units). `reverse` reads
    from the last step to the first. Weights: weight (F, units), recurrent (units, units), bias (units,).
    """

    units: Count
    steps: bool = False
    reverse: bool = False
    activation: str = "tanh"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.activation not in ACTIVATIONS:
            raise SettingError(f"RNN: the activation must be one of {', '.join(ACTIVATIONS)}. Got {self.activation!r}.")

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the weights: Glorot uniform, the recurrent ones orthogonal, the bias zero."""
        return _draw(key, shape, self.units, 1, type(self).__name__)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the last state or all of them."""
        return _recur(
            partial(_rnn_cell, self.activation), 1, parameters, inputs, context, steps=self.steps, reverse=self.reverse
        )


@dataclass(frozen=True)
class LSTM(Checked):
    """Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000):

    `i, f, o = sigmoid(...)`, `g = tanh(...)`, each of `x_t W + h_{t-1} V + b` with weights of its own;
    `c_t = f c_{t-1} + i g`, `h_t = o tanh(c_t)`.

    Shapes as for `RNN`; the weights of the gates lie side by side in the order i, f, g, o. The forget gate's bias
    starts at `forget_bias`, so that memory lasts from the first step (Jozefowicz et al. 2015).
    """

    units: Count
    steps: bool = False
    reverse: bool = False
    forget_bias: float = 1.0

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the weights: Glorot uniform, the recurrent ones orthogonal gate by gate."""
        parameters = _draw(key, shape, self.units, 4, type(self).__name__)
        forget = slice(self.units, 2 * self.units)
        return {**parameters, "bias": parameters["bias"].at[forget].set(self.forget_bias)}

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the last state h or all of them."""
        return _recur(_lstm_cell, 2, parameters, inputs, context, steps=self.steps, reverse=self.reverse)


@dataclass(frozen=True)
class GRU(Checked):
    """Gated recurrent unit (Cho et al. 2014), the reset gate after the product, as in cuDNN and its kin:

    `r, z = sigmoid(x_t W + h_{t-1} V + b)`, `n = tanh(x_t W_n + b_n + r (h_{t-1} V_n + c_n))`,
    `h_t = (1 - z) n + z h_{t-1}`.

    Shapes as for `RNN`; the weights lie side by side in the order r, z, n; `recurrent_bias` (units,) is c_n.
    """

    units: Count
    steps: bool = False
    reverse: bool = False

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the weights: Glorot uniform, the recurrent ones orthogonal gate by gate, the biases zero."""
        parameters = _draw(key, shape, self.units, 3, type(self).__name__)
        return {**parameters, "recurrent_bias": jnp.zeros(self.units, jnp.float32)}

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the last state or all of them."""
        return _recur(_gru_cell, 1, parameters, inputs, context, steps=self.steps, reverse=self.reverse)


@dataclass(frozen=True)
class Bidirectional(Checked):
    """A recurrent layer read in both directions (Schuster & Paliwal 1997), each with weights of its own.

    Outputs side by side ("concatenate": 2 units) or added ("add"); the settings are those of `body`.
    """

    body: Layer
    merge: Literal["concatenate", "add"] = "concatenate"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.body, RNN | LSTM | GRU):
            raise SettingError(f"Bidirectional takes an RNN, LSTM or GRU. Got {type(self.body).__name__} instead.")

    @property
    def _ways(self) -> dict[str, Layer]:
        turned = replace(self.body, reverse=not self.body.reverse)  # type: ignore[type-var, attr-defined]
        return {"forward": self.body, "backward": turned}

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the weights of both directions."""
        ways = enumerate(self._ways.items())
        return {name: layer.init(jax.random.fold_in(key, number), shape) for number, (name, layer) in ways}

    def run(self, parameters: Parameters, state: State, inputs: jax.Array, context: Context) -> tuple[jax.Array, State]:
        """Return both directions' outputs, merged."""
        there, back = (layer(parameters[name], inputs, context) for name, layer in self._ways.items())
        return (there + back if self.merge == "add" else jnp.concatenate([there, back], axis=-1)), state


def _rnn_cell(activation: str, given: Gates, product: Gates, states: States) -> States:
    return (ACTIVATIONS[activation](given[0] + product[0]),)


def _lstm_cell(given: Gates, product: Gates, states: States) -> States:
    enter, forget, new, leave = map(jnp.add, given, product)
    memory = jax.nn.sigmoid(forget) * states[1] + jax.nn.sigmoid(enter) * jnp.tanh(new)
    return jax.nn.sigmoid(leave) * jnp.tanh(memory), memory


def _gru_cell(given: Gates, product: Gates, states: States) -> States:
    reset, update = (jax.nn.sigmoid(given[gate] + product[gate]) for gate in (0, 1))
    new = jnp.tanh(given[2] + reset * product[2])
    return (new + update * (states[0] - new),)


def _draw(key: jax.Array, shape: Shape, units: int, gates: int, layer: str) -> Parameters:
    if len(shape) != 2:
        raise SettingError(f"{layer} takes sequences of shape (steps, features). Got {tuple(shape)} instead.")
    first, second = jax.random.split(key)
    given = [glorot_uniform(one, (shape[-1], units)) for one in jax.random.split(first, gates)]
    carried = [orthogonal(one, (units, units)) for one in jax.random.split(second, gates)]
    return {
        "weight": jnp.concatenate(given, axis=1),
        "recurrent": jnp.concatenate(carried, axis=1),
        "bias": jnp.zeros(gates * units, jnp.float32),
    }


def _recur(
    cell: Cell, states: int, parameters: Parameters, inputs: jax.Array, context: Context, *, steps: bool, reverse: bool
) -> jax.Array:
    """Carry `cell` over the steps from zero states; the first state is the output."""
    recurrent, mask = parameters["recurrent"], context.mask
    given = (inputs @ parameters["weight"] + parameters["bias"]).transpose(1, 2, 0)
    offset = jnp.zeros(recurrent.shape[1], recurrent.dtype)
    if "recurrent_bias" in parameters:  # of the last gate
        offset = offset.at[-recurrent.shape[0] :].set(parameters["recurrent_bias"])
    real = None if mask is None else mask.T[:, None, :]
    outputs = recur(cell, states, reverse, given, recurrent, offset, real)[0]
    if not steps:
        return outputs[0 if reverse else -1].T
    outputs = outputs.transpose(2, 0, 1)
    return outputs if mask is None else jnp.where(mask[:, :, None], outputs, jnp.zeros((), outputs.dtype))
