"""One evaluation forwards and one reverse sweep over a graph: every value, every gradient, and what each edge brings.

The sweep is the chain rule written out. The gradient that reaches a value is the sum, over the operations that read it,
of the gradient of their outputs times their local derivative; each operation's own rule in JAX gives that product.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Literal

from piste.core.errors import SettingError
from piste.lens.graph.trace import Atom, Step, Traced
from piste.nn.operations import bound, computed, pulled, rounds

Place = tuple[int, int]  # a step, and which of its inputs


@dataclass(frozen=True)
class Wanted:
    """Numbers of the nodes whose values and gradients are wanted, and the edges whose gradients are."""

    values: tuple[int, ...] = ()
    gradients: tuple[int, ...] = ()
    edges: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Swept:
    """Arrays by number of the node, and by edge."""

    values: Mapping[int, Any] = field(default_factory=dict)
    gradients: Mapping[int, Any] = field(default_factory=dict)
    edges: Mapping[Place, Any] = field(default_factory=dict)


Trips = tuple[tuple[int, int], ...]  # how many rounds each `while` loop makes, by step


def sweep(traced: Traced, leaves: Sequence[Any], seeds: Sequence[Any], wanted: Wanted, trips: Trips = ()) -> Swept:
    """Return what is wanted. `seeds` are the gradients of the results, None where there is none."""
    given = tuple(seed is not None for seed in seeds)
    start = dict(zip(traced.leaves, leaves, strict=True)) | dict(traced.constants)
    program = _program(traced, wanted, given, trips)
    arrays = program.run(start, [seed for seed in seeds if seed is not None])
    found = [None if place is None else arrays[place] for place in program.places]
    first, second = len(program.values), len(program.values) + len(wanted.gradients)
    return Swept(
        {
            **{one: start[one] for one in wanted.values if one in start},
            **dict(zip(program.values, found, strict=False)),
        },
        dict(zip(wanted.gradients, found[first:second], strict=True)),
        dict(zip(wanted.edges, found[second:], strict=True)),
    )


def trips_of(traced: Traced, leaves: Sequence[Any]) -> Trips:
    """Return how many rounds each `while` loop makes that a gradient must come back through."""
    loops = [step for step in traced.steps if step.eqn.primitive.name == "while" and traced.active & set(step.outputs)]
    if not loops:
        return ()
    read = tuple({one for step in loops for one in step.inputs if isinstance(one, int)})
    values = sweep(traced, leaves, [None] * len(traced.results), Wanted(values=read)).values
    return tuple((step.number, int(rounds(step.eqn, [value_of(one, values) for one in step.inputs]))) for step in loops)


def value_of(atom: Atom, values: Mapping[int, Any]) -> Any:
    """Return the value of an operation's input."""
    return atom.val if isinstance(atom, Literal) else values[atom]


def quickly() -> dict[str, Any]:
    """Return the compiler's options for a program that runs once.

    Where every value is an output there is little to fuse, and compiling is most of the time: on a CPU a ResNet-50
    takes 9 seconds in place of 30. The numbers are as good.
    """
    return {"xla_backend_optimization_level": 0} if jax.default_backend() == "cpu" else {}


@dataclass(eq=False)
class _Program:
    """A compiled sweep. `values` are the nodes whose values it computes; then come gradients, then edges.

    An array that is several of these, as the gradient that an addition passes on, is put out once: on a CPU each output
    more is a copy to compile and to make. `places` has for each where it lies, None where there is none.
    """

    values: tuple[int, ...]
    run: Callable[[dict[int, Any], list[Any]], list[Any]] = field(init=False)
    places: list[int | None] = field(default_factory=list)


@lru_cache(maxsize=64)
def _program(traced: Traced, wanted: Wanted, given: tuple[bool, ...], trips: Trips) -> _Program:
    start = {*traced.leaves, *(number for number, _ in traced.constants)}
    program = _Program(tuple(one for one in wanted.values if one not in start))

    def run(start: dict[int, Any], seeds: list[Any]) -> list[Any]:
        values = forwards(traced, start)
        gradients: dict[int, Any] = {}
        edges: dict[Place, Any] = {}
        if any(given):
            left = iter(seeds)
            whole = [next(left) if there else None for there in given]
            gradients, edges = backwards(traced, values, whole, dict(trips))
        found = [values[one] for one in program.values]
        found += [gradients.get(one) for one in wanted.gradients]
        found += [edges.get(one) for one in wanted.edges]
        arrays = list({id(one): one for one in found if one is not None}.values())
        rank = {id(one): place for place, one in enumerate(arrays)}
        program.places = [rank.get(id(one)) for one in found]  # known when it is traced, before it first runs
        return arrays

    program.run = jax.jit(run, compiler_options=quickly())
    return program


def forwards(traced: Traced, given: Mapping[int, Any], replaced: Mapping[int, Any] | None = None) -> dict[int, Any]:
    """Return the value of every node; those in `replaced` are taken for what their operations give."""
    values, other = {**given, **(replaced or {})}, replaced or {}
    for step in traced.steps:
        outputs = bound(step.eqn, [value_of(one, values) for one in step.inputs])
        values.update({number: other.get(number, made) for number, made in zip(step.outputs, outputs, strict=True)})
    return values


def backwards(
    traced: Traced, values: Mapping[int, Any], seeds: Sequence[Any], trips: Mapping[int, int]
) -> tuple[dict[int, Any], dict[Place, Any]]:
    """Return the gradient that reaches every node, and what each edge brings of it."""
    gradients: dict[int, Any] = {}
    edges: dict[Place, Any] = {}
    for result, seed in zip(traced.results, seeds, strict=True):
        if isinstance(result, int) and seed is not None and result in traced.active:
            gradients[result] = gradients[result] + seed if result in gradients else seed
    for step in reversed(traced.steps):
        reaching = [gradients.get(number) for number in step.outputs]
        wanted = [place for place, one in enumerate(step.inputs) if isinstance(one, int) and one in traced.active]
        if not wanted or all(one is None for one in reaching):
            continue
        for place, brought in zip(wanted, _pulled(step, values, wanted, reaching, trips), strict=True):
            number: Any = step.inputs[place]
            edges[step.number, place] = brought
            gradients[number] = gradients[number] + brought if number in gradients else brought
    return gradients, edges


def _pulled(
    step: Step, values: Mapping[int, Any], wanted: Sequence[int], reaching: Sequence[Any], trips: Mapping[int, int]
) -> list[Any]:
    inputs = [value_of(one, values) for one in step.inputs]
    try:
        return pulled(computed(step.eqn, trips.get(step.number)), inputs, wanted, reaching)
    except (ValueError, NotImplementedError, TypeError) as error:
        where = f" ({step.line})" if step.line else ""
        raise SettingError(
            f"No gradient can come back through the operation {step.eqn.primitive.name}{where}: "
            f"{' '.join(str(error).split())[:200]}"
        ) from error


def zeros_for(traced: Traced, number: int) -> jax.Array:
    """Return a gradient of nothing for a node."""
    return jnp.zeros(traced.nodes[number].shape, traced.nodes[number].dtype)
