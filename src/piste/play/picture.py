"""What a play looks like at one moment: every unit over the plane, every weight with its gradient, every example.

Maps are numbers from -1 to 1 in bytes (0 stands for -1, 255 for 1), row by row from the lower left, as base64: what
a page draws, in a form that it need not compute.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.layer import Context, Layer, Parameters, State
from piste.nn.sequential import Sequential, child_name
from piste.play.table import GRID
from piste.play.training import Played
from piste.train.compiler import jitted
from piste.train.inference import outputs

MOST_EXAMPLES = 1500  # drawn, of each split


@dataclass(frozen=True)
class Edges:
    """The weights into one layer (units before, units) and biases (units,), with the last step's gradient of each."""

    weights: tuple[tuple[float, ...], ...]
    gradients: tuple[tuple[float, ...], ...]
    biases: tuple[float, ...]
    bias_gradients: tuple[float, ...]


@dataclass(frozen=True)
class Dots:
    """Examples in the plane: `x`, `y` from 0 to 1, and `value`, a class number or a target from -1 to 1."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class Picture:
    """Everything to draw. `layers` has the maps of the inputs, then of each hidden layer's units; `scales` their ±1.

    `output` is the map of the answer: the number of the likeliest class (a byte each), or the value; `sure` how sure
    the network is of it, from 0 to 1 in bytes.
    """

    layers: tuple[tuple[str, ...], ...]
    scales: tuple[tuple[float, ...], ...]
    edges: tuple[Edges, ...]
    output: str
    sure: str
    side: int = GRID


def picture_of(played: Played) -> Picture:
    """Return what the network of `played` is at this moment."""
    layout, grid = played.plan.layout, played.table.plane.grid
    parameters = jax.tree.map(np.asarray, layout.unpack(played.carry.weights))
    gradients = jax.tree.map(np.asarray, layout.unpack(played.carry.gradient))
    model = played.plan.model
    hidden = [np.asarray(one) for one in _units(model)(parameters, played.carry.state, grid)]
    maps = [_mapped(values) for values in (grid, *hidden)]
    output, sure = _answer(played, outputs(model, parameters, played.carry.state, grid))
    return Picture(
        tuple(one[0] for one in maps), tuple(one[1] for one in maps), _edges(model, parameters, gradients), output, sure
    )


def dots(played: Played) -> dict[str, Dots]:
    """Return the examples of both splits in the plane, at most `MOST_EXAMPLES` of each."""
    plane = played.table.plane
    reach = plane.high - plane.low
    found = {}
    for name, places, examples in (
        ("train", plane.train, played.table.train),
        ("held", plane.held, played.table.held),
    ):
        x, y = np.round((places[:MOST_EXAMPLES] - plane.low) / reach, 4).T.tolist()
        shades = _shade(played, np.asarray(examples.targets)[:MOST_EXAMPLES])
        found[name] = Dots(tuple(x), tuple(y), tuple(np.round(shades, 4).tolist()))
    return found


@lru_cache(maxsize=16)
def _units(model: Layer) -> Callable[[Parameters, State, NDArray[np.float32]], list[jax.Array]]:
    """Return the program (parameters, state, inputs) -> what the units of each hidden layer give, [(B, U), ...]."""

    def run(parameters: Parameters, state: State, inputs: jax.Array) -> list[jax.Array]:
        found, context = [], Context()
        for index, layer in enumerate(_layers(model)):
            name = child_name(index, layer)
            inputs, _, context = layer.flow(parameters.get(name, {}), state.get(name, {}), inputs, context)
            if isinstance(layer, Activation):
                found.append(inputs)
        return found

    return jitted(run)


def _layers(model: Layer) -> tuple[Layer, ...]:
    return model.layers if isinstance(model, Sequential) else (model,)


def _edges(model: Layer, parameters: Any, gradients: Any) -> tuple[Edges, ...]:
    names = [child_name(index, layer) for index, layer in enumerate(_layers(model)) if isinstance(layer, Dense)]
    return tuple(
        Edges(
            _plain(parameters[name]["weight"]), _plain(gradients[name]["weight"]),
            _plain(parameters[name]["bias"]), _plain(gradients[name]["bias"]),
        )
        for name in names
    )  # fmt: skip


def _plain(values: NDArray[Any]) -> Any:
    rounded = np.nan_to_num(np.asarray(values, np.float64), posinf=1e30, neginf=-1e30)
    plain = [[float(f"{one:.5g}") for one in row] for row in np.atleast_2d(rounded)]
    return tuple(map(tuple, plain)) if rounded.ndim > 1 else tuple(plain[0])


def _mapped(values: NDArray[Any]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the maps of the columns of `values` (GRID * GRID, U), each on its own scale, and the scales."""
    known = np.nan_to_num(np.asarray(values, np.float64))
    scales = np.maximum(np.abs(known).max(axis=0), 1e-12)
    return tuple(_signed(column) for column in (known / scales).T), tuple(float(f"{one:.4g}") for one in scales)


def _signed(values: NDArray[np.float64]) -> str:
    return base64.b64encode(np.round((np.clip(values, -1, 1) + 1) * 127.5).astype(np.uint8).tobytes()).decode()


def _answer(played: Played, raw: NDArray[Any]) -> tuple[str, str]:
    raw = np.nan_to_num(np.asarray(raw, np.float64))
    if played.table.encoding.task is Task.REGRESSION:
        ones = np.full(len(raw), 255, np.uint8)
        return _signed(_scaled(played, raw[:, 0])), base64.b64encode(ones.tobytes()).decode()
    shares = np.exp(raw - raw.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    best, classes = shares.argmax(axis=1), shares.shape[1]
    sure = (shares.max(axis=1) - 1 / classes) / (1 - 1 / classes) if classes > 1 else np.ones(len(raw))
    coded = [best.astype(np.uint8), np.round(255 * sure).astype(np.uint8)]
    return base64.b64encode(coded[0].tobytes()).decode(), base64.b64encode(coded[1].tobytes()).decode()


def _shade(played: Played, targets: NDArray[Any]) -> NDArray[np.float64]:
    if played.table.encoding.task is Task.REGRESSION:
        return _scaled(played, targets.reshape(len(targets), -1)[:, 0])
    return np.asarray(targets, np.float64)


def _scaled(played: Played, targets: NDArray[Any]) -> NDArray[np.float64]:
    """Return encoded targets (N,) from -1 to 1: the largest distance of a train target from the mean is 1."""
    reach = np.abs(np.asarray(played.table.train.targets, np.float64)).max()
    return np.clip(np.asarray(targets, np.float64) / max(reach, 1e-12), -1, 1)
