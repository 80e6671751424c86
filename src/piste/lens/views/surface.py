"""The loss around a network: directions in the space of its parameters, and the loss on the plane they span."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.keys import generator
from piste.core.settings import nearest
from piste.nn.dropout import ChannelDropout, Dropout, StochasticDepth
from piste.nn.layer import Layer

Values = NDArray[np.float64]
_WEIGHT = re.compile(r"^(?P<leaf>[^\[\]]+)\[(?P<place>[\d, ]+)\]$")


def without_chance(model: Layer) -> Layer:
    """Return `model` without dropout of any kind, its layers where they were: its loss is a function of the weights.

    Batch norm in training mode then depends on the batch alone, and not on averages kept from earlier steps.
    """
    if isinstance(model, Dropout | ChannelDropout | StochasticDepth):
        return dataclasses.replace(model, keep=1.0)
    changed: dict[str, Any] = {}
    fields: tuple[Any, ...] = dataclasses.fields(model) if dataclasses.is_dataclass(model) else ()
    for field in fields:
        value = getattr(model, field.name)
        if isinstance(value, Layer):
            changed[field.name] = without_chance(value)
        elif isinstance(value, tuple) and any(isinstance(one, Layer) for one in value):
            changed[field.name] = tuple(without_chance(one) if isinstance(one, Layer) else one for one in value)
    return dataclasses.replace(model, **changed) if changed else model  # type: ignore[type-var]


def filter_normalised(parameters: Any, seed: int, name: str) -> Any:
    """Return a random direction like `parameters`, each filter as long as the network's own (Li et al. 2018, sec. 4).

    A filter is what belongs to one unit: all places but the last axis. Biases and scales stay where they are.
    """
    draw = generator(seed, "surface", name)

    def one(leaf: NDArray[Any]) -> Values:
        weight = np.asarray(leaf, np.float64)
        if weight.ndim < 2:
            return np.zeros(weight.shape)
        axes = tuple(range(weight.ndim - 1))
        direction = draw.normal(size=weight.shape)
        length = np.sqrt(np.sum(np.square(direction), axis=axes, keepdims=True))
        own = np.sqrt(np.sum(np.square(weight), axis=axes, keepdims=True))
        return np.asarray(direction / length * own)

    return jax.tree.map(one, parameters)


def single_weight(parameters: Any, name: str) -> tuple[Any, float]:
    """Return the direction of one weight, named as "00_dense/weight[0,0]", and its value.

    Raises `SettingError` for a name that is no weight's.
    """
    leaves = jax.tree_util.tree_leaves_with_path(parameters)
    paths = [jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in leaves]
    found = _WEIGHT.match(name.strip())
    if found is None or found["leaf"] not in paths:
        known = [f"{path}[{','.join('0' * np.ndim(leaf))}]" for path, (_, leaf) in zip(paths, leaves, strict=True)]
        raise SettingError(f"There is no weight '{name.strip()}'. {nearest(name.strip(), known)}")
    place = tuple(int(one) for one in found["place"].split(","))
    shape = np.shape(leaves[paths.index(found["leaf"])][1])
    if len(place) != len(shape) or any(one >= size for one, size in zip(place, shape, strict=True)):
        raise SettingError(f"The weights '{found['leaf']}' have the shape {shape}. Got [{found['place']}].")
    directions = [np.zeros(np.shape(leaf)) for _, leaf in leaves]
    directions[paths.index(found["leaf"])][place] = 1.0
    value = float(np.asarray(leaves[paths.index(found["leaf"])][1])[place])
    return jax.tree.unflatten(jax.tree.structure(parameters), directions), value


def losses_on_plane(
    loss: Callable[[Any], jax.Array], centre: Any, first: Any, second: Any, x: Values, y: Values
) -> NDArray[np.float32]:
    """Return `loss(centre + a first + b second)` for all a in `x` and b in `y`: (len(y), len(x)), one program."""
    places = jnp.asarray(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2), jnp.float32)
    centre, first, second = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), (centre, first, second))

    @jax.jit
    def run(centre: Any, first: Any, second: Any, places: jax.Array) -> jax.Array:
        def at(place: jax.Array) -> jax.Array:
            return loss(jax.tree.map(lambda c, u, v: c + place[0] * u + place[1] * v, centre, first, second))

        return lax.map(at, places)

    return np.asarray(run(centre, first, second, places), np.float32).reshape(len(y), len(x))


def losses_of(loss: Callable[[Any], jax.Array], points: Any) -> NDArray[np.float32]:
    """Return the loss at each of the parameters stacked in `points` (K, ...)."""
    return np.asarray(jax.jit(lambda stacked: lax.map(loss, stacked))(points), np.float32)


def flat(parameters: Any) -> Values:
    """Return all parameters in one vector."""
    return np.concatenate([np.asarray(leaf, np.float64).ravel() for leaf in jax.tree.leaves(parameters)])


def like(vector: Values, parameters: Any) -> Any:
    """Return the vector as a tree like `parameters`."""
    leaves, structure = jax.tree.flatten(parameters)
    ends = np.cumsum([np.size(leaf) for leaf in leaves])[:-1]
    parts = [part.reshape(np.shape(leaf)) for part, leaf in zip(np.split(vector, ends), leaves, strict=True)]
    return jax.tree.unflatten(structure, parts)
