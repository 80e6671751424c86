"""What a round's end shows of the network, computed inside the program: norms, losses of examples, activations."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from piste.nn.layer import Context
from piste.train.forward import forward
from piste.train.layout import Layout, Parts
from piste.train.nodes import Activation, activations, evaluated, graph, traced
from piste.train.plan import Plan
from piste.train.precision import master

FLAT = {"tanh": (-0.99, 0.99), "logistic": (0.01, 0.99)}
"""Beyond these values an activation is at its flat ends: its slope is 2 % of the largest, or 4 %."""

Tallies = tuple[jax.Array, ...]


class Seen(NamedTuple):
    """What a round's end shows; in the curves each has one axis more in front, the rounds."""

    steps: jax.Array  # made in the round, the one included whose loss was not finite
    highest: jax.Array  # loss of a single step
    rise: jax.Array  # of an example's validation loss since the best round, on average
    rise_error: jax.Array  # standard error of that average
    weights: jax.Array  # (leaves,) 2-norms
    gradients: jax.Array  # of the last step
    updates: jax.Array
    silent: jax.Array  # (layers,) share of units that are 0 on all validation examples
    saturated: jax.Array  # share of values at the flat ends


def norms(layout: Layout, parts: Parts) -> jax.Array:
    """Return the 2-norm of each leaf, (leaves,)."""
    return jnp.stack([jnp.sqrt(jnp.sum(jnp.square(leaf))) for leaf in jax.tree.leaves(layout.unpack(parts))])


def rise(losses: jax.Array, best: jax.Array, weight: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return by how much an example's loss lies above its loss in the best round, and the standard error."""
    total = jnp.sum(weight)
    difference = losses - best
    mean = jnp.sum(weight * difference) / total
    squared = jnp.sum(jnp.square(weight * (difference - mean)))
    return mean, jnp.sqrt(squared) / total


@lru_cache(maxsize=64)
def leaf_paths(layout: Layout) -> tuple[str, ...]:
    """Return the path of each leaf, "00_dense/weight"."""
    tree = jax.tree.unflatten(layout.structure, range(len(layout.shapes)))
    return tuple(
        jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in jax.tree_util.tree_leaves_with_path(tree)
    )


class Eye:
    """The network in evaluation mode with its activations in view.

    `look(parameters, state, inputs, weight)` gives the outputs and the tallies of a chunk's rows of positive weight,
    which `add` adds up and `shares` turns into shares.
    """

    def __init__(self, run: Callable[[Any, Any, Any], jax.Array], parameters: Any, state: Any, inputs: Any) -> None:
        self._trace = traced(run, parameters, state, inputs)
        nodes = graph(self._trace)
        self.found = {one.node: one for one in activations(nodes, inputs.shape[0])}
        self._sizes = tuple(_width(nodes.nodes[number].shape) for number in self.found)

    @property
    def layers(self) -> tuple[str, ...]:
        """The paths of the activations."""
        return tuple(one.path for one in self.found.values())

    def look(self, parameters: Any, state: Any, inputs: jax.Array, weight: jax.Array) -> tuple[jax.Array, Tallies]:
        """Return outputs and tallies of a chunk."""
        tallies: list[jax.Array] = []

        def see(number: int, values: Any) -> None:
            if number in self.found:
                tallies.append(_tally(self.found[number], values[0], weight))

        arguments = jax.tree.leaves((parameters, state, inputs))
        (outputs,) = evaluated(self._trace, arguments, see)
        return outputs, tuple(tallies)

    def nothing(self) -> Tallies:
        """Return the tallies of no rows."""
        return tuple(
            jnp.zeros(width if one.kind == "relu" else (), jnp.float32)
            for one, (width, _) in zip(self.found.values(), self._sizes, strict=True)
        )

    def add(self, first: Tallies, second: Tallies) -> Tallies:
        """Return the tallies of both."""
        joined: list[Callable[[jax.Array, jax.Array], jax.Array]] = [
            jnp.maximum if one.kind == "relu" else jnp.add for one in self.found.values()
        ]
        return tuple(join(one, other) for join, one, other in zip(joined, first, second, strict=True))

    def shares(self, tallies: Tallies, rows: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the shares of silent units and of saturated values (layers,), NaN where an activation has none."""
        silent, saturated = [], []
        for one, (_, places), tally in zip(self.found.values(), self._sizes, tallies, strict=True):
            unknown = jnp.full((), jnp.nan, jnp.float32)
            silent.append(jnp.mean(tally <= 0, dtype=jnp.float32) if one.kind == "relu" else unknown)
            saturated.append(unknown if one.kind == "relu" else tally / (rows * places))
        empty = jnp.zeros(0, jnp.float32)
        return (jnp.stack(silent), jnp.stack(saturated)) if silent else (empty, empty)


class Blind:
    """The network in evaluation mode with nothing in view."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def look(self, parameters: Any, state: Any, inputs: jax.Array, weight: jax.Array) -> tuple[jax.Array, Tallies]:
        """Return the outputs of a chunk."""
        return _outputs(self._plan, parameters, state, inputs), ()

    def nothing(self) -> Tallies:
        """Return no tallies."""
        return ()

    def add(self, first: Tallies, second: Tallies) -> Tallies:
        """Return no tallies."""
        return ()

    def shares(self, tallies: Tallies, rows: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the shares of no layers."""
        return jnp.zeros(0, jnp.float32), jnp.zeros(0, jnp.float32)


@lru_cache(maxsize=64)
def eye_of(plan: Plan, rows: int, kind: Any) -> Eye:
    """Return the eye on chunks of `rows` inputs, which were of dtype `kind`. Traced once for the program and more."""
    shape = plan.input_shape
    parameters = jax.eval_shape(partial(plan.model.init, shape=shape), jax.random.key(0))
    state = jax.eval_shape(partial(plan.model.init_state, shape))
    wide = master(plan.precision)

    def as_kept(leaf: Any) -> Any:
        floating = jnp.issubdtype(leaf.dtype, jnp.floating)
        return jax.ShapeDtypeStruct(leaf.shape, wide if floating else leaf.dtype)  # type: ignore[no-untyped-call]

    parameters, state = jax.tree.map(as_kept, (parameters, state))
    inputs = as_kept(jax.ShapeDtypeStruct((rows, *shape), kind))  # type: ignore[no-untyped-call]
    return Eye(partial(_outputs, plan), parameters, state, inputs)


def _outputs(plan: Plan, parameters: Any, state: Any, inputs: jax.Array) -> jax.Array:
    return forward(plan.model, plan.precision, plan.devices, parameters, state, inputs, Context())[0]


def _width(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the units of an activation, and the values per example."""
    places = 1
    for size in shape[1:]:
        places *= size
    return shape[-1], places


def _tally(activation: Activation, values: jax.Array, weight: jax.Array) -> jax.Array:
    counted = (weight > 0).reshape(-1, *[1] * (values.ndim - 1))
    if activation.kind == "relu":
        shown = jnp.where(counted, values, 0)
        return jnp.max(shown, axis=tuple(range(values.ndim - 1))).astype(jnp.float32)
    low, high = FLAT[activation.kind]
    flat = counted & ((values < low) | (values > high))
    return jnp.sum(flat, dtype=jnp.float32)
