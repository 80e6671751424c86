"""What happens inside a network that is a black box: its steps, as JAX records them, gone through one by one.

Whatever the network is written in, its layers are products of something that depends on the inputs with something that
does not; its embeddings are lookups in a table; attention is a softmax over as many steps as there are; dropout is
a choice by a random mask. These are seen here, with a few numbers each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Literal

from piste.nn.operations import bound, called

_PRODUCTS = ("dot_general", "conv_general_dilated")
_STEPS = 8  # of a sequence, from which on attention is told from other softmaxes


class Kind(StrEnum):
    """What was seen: a layer, a lookup in a table, attention, or a random mask."""

    LAYER = auto()
    LOOKUP = auto()
    ATTENTION = auto()
    MASK = auto()


class From(Flag):
    """What a value depends on."""

    NOTHING = 0
    INPUTS = auto()
    CHANCE = auto()


@dataclass(frozen=True)
class Place:
    """One thing seen, in the order in which it is computed.

    `numbers` are, of a layer, the deviation of its inputs over the examples and their root mean square; of a lookup,
    the smallest and the largest row asked for, `size` being the table's rows; of attention, the mean entropy of
    its weights as a share of the largest that is possible; of a mask, the share that it takes out.
    """

    kind: Kind
    size: int
    numbers: tuple[float, ...]


def look_inside(
    function: Callable[..., Any], kinds: Sequence[Kind], fixed: Any, inputs: Any, key: Any = None
) -> tuple[Place, ...]:
    """Return what is seen of `kinds` in `function(fixed, inputs, key)`; JAX must be able to trace it.

    Nothing is compiled where nothing of these kinds occurs.
    """
    return _Look(function, kinds, fixed, inputs, key).places()


class _Look:
    def __init__(self, function: Any, wanted: Sequence[Kind], fixed: Any, inputs: Any, key: Any) -> None:
        self._wanted = wanted
        self._recorded = jax.make_jaxpr(function)(fixed, inputs, key)
        self._arguments = jax.tree.leaves((fixed, inputs, key))
        kinds = [(fixed, From.NOTHING), (inputs, From.INPUTS), (key, From.CHANCE)]
        self._sources = [source for tree, source in kinds for _ in jax.tree.leaves(tree)]
        self._seen: list[tuple[Kind, int]] = []
        self._numbers: list[Any] = []

    def places(self) -> tuple[Place, ...]:
        lowered = jax.jit(self._run).lower(*self._arguments)
        if not self._seen:
            return ()
        numbers = lowered.compile()(*self._arguments)
        return tuple(
            Place(kind, size, tuple(float(one) for one in row))
            for (kind, size), row in zip(self._seen, numbers, strict=True)
        )

    def _run(self, *arguments: Any) -> list[Any]:
        self._seen, self._numbers = [], []
        self._go_through(self._recorded.jaxpr, self._recorded.consts, arguments, self._sources)
        return self._numbers

    def _go_through(self, steps: Any, consts: Any, values: Sequence[Any], sources: Sequence[From]) -> list[Any]:
        known: dict[Any, tuple[Any, From]] = {}
        known |= {name: (value, From.NOTHING) for name, value in zip(steps.constvars, consts, strict=True)}
        known |= {name: pair for name, *pair in zip(steps.invars, values, sources, strict=True)}

        def read(name: Any) -> tuple[Any, From]:
            return (name.val, From.NOTHING) if isinstance(name, Literal) else known[name]

        for step in steps.eqns:
            given = [read(name) for name in step.invars]
            known |= dict(zip(step.outvars, self._step(step, given), strict=True))
        return [read(name) for name in steps.outvars]

    def _step(self, step: Any, given: list[tuple[Any, From]]) -> list[tuple[Any, From]]:
        values, sources = [value for value, _ in given], [source for _, source in given]
        inner = called(step)
        if inner is not None:
            return self._go_through(inner.jaxpr, inner.consts, values, sources)
        made = bound(step, values)
        source = From.NOTHING
        for one in sources:
            source |= one
        self._look_at(step, given, made[0] if made else None)
        return [(one, source) for one in made]

    def _look_at(self, step: Any, given: list[tuple[Any, From]], made: Any) -> None:
        name = step.primitive.name
        depends = [From.INPUTS in source for _, source in given]
        if name in _PRODUCTS and sum(depends) == 1:
            self._note(Kind.LAYER, 0, _spread(given[depends.index(True)][0]))
        elif name == "gather" and depends == [False, True] and given[0][0].ndim > 1:
            for column, axis in enumerate(step.params["dimension_numbers"].start_index_map):
                rows = given[1][0][..., column]
                self._note(Kind.LOOKUP, given[0][0].shape[axis], (jnp.min(rows), jnp.max(rows)))
        elif name == "div" and any(depends) and made.ndim > 2 and made.shape[-1] == made.shape[-2] >= _STEPS:
            self._note(Kind.ATTENTION, made.shape[-1], (_entropy(made),))
        elif name in ("select_n", "mul"):
            self._look_at_mask(name, given)

    def _look_at_mask(self, name: str, given: list[tuple[Any, From]]) -> None:
        masks = [value for value, source in given if source == From.CHANCE]
        thinned = [place for place, (_, source) in enumerate(given) if From.INPUTS in source]
        if len(masks) != 1 or len(thinned) != 1:
            return
        mask = masks[0]
        if name == "mul":
            self._note(Kind.MASK, 0, (jnp.mean(mask == 0),))
        elif mask is given[0][0] and mask.dtype == bool:
            kept = jnp.mean(mask)
            self._note(Kind.MASK, 0, (1 - kept if thinned[0] == 2 else kept,))

    def _note(self, kind: Kind, size: int, numbers: Any) -> None:
        if kind in self._wanted:
            self._seen.append((kind, size))
            self._numbers.append(numbers)


def _spread(values: Any) -> tuple[Any, Any]:
    wide = jnp.asarray(values, jnp.float32)
    return jnp.sqrt(jnp.mean(jnp.var(wide, axis=0))), jnp.sqrt(jnp.mean(jnp.square(wide)))


def _entropy(weights: Any) -> Any:
    """Return the mean entropy of rows of weights as a share of the largest; NaN where they are no weights."""
    rows = jnp.asarray(weights, jnp.float32).reshape(-1, weights.shape[-1])
    places = jnp.sum(rows > 0, axis=-1)
    entropy = -jnp.sum(jnp.where(rows > 0, rows * jnp.log(jnp.maximum(rows, 1e-38)), 0.0), axis=-1)
    shares = jnp.where(places >= _STEPS // 2, entropy / jnp.log(jnp.maximum(places, 2)), jnp.nan)
    whole = jnp.all(jnp.abs(jnp.sum(rows, axis=-1) - 1.0) < 1e-2) & jnp.all(rows >= 0)
    return jnp.where(whole, jnp.nanmean(shares), jnp.nan)
