"""A function's computation node by node, as JAX traces it: where its activations are, and each value on the way.

Nothing is read of the function but the trace, so that layers of any library are seen, by the paths of their scopes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from piste.nn.operations import bound, called

_LAYOUT = {"reshape", "transpose", "squeeze", "convert_element_type", "sharding_constraint", "copy", "broadcast_in_dim"}
_GATED = {"mul", "add", "add_any", "div"}
_WRAPPED = re.compile(r"^(?:(?:jvp|transpose|vmap|rematted_computation|checkpoint)\()+|\)+$")
See = Callable[[int, Sequence[Any]], None]


@dataclass(frozen=True)
class Node:
    """One operation. `inputs` are numbers of values, or constants (`Literal`); `outputs` numbers of values."""

    path: str  # of the layer, "02_dense"; "" outside of every scope
    primitive: str
    inputs: tuple[int | Literal, ...]
    outputs: tuple[int, ...]
    shape: tuple[int, ...]  # of the first output
    floating: bool


@dataclass(frozen=True)
class Graph:
    """All nodes in their order, calls of inner functions opened; `results` are the function's outputs."""

    nodes: tuple[Node, ...]
    results: tuple[int | Literal, ...]


def traced(function: Callable[..., Any], *arguments: Any) -> ClosedJaxpr:
    """Return the trace of `function` on arrays, or descriptions of arrays, like `arguments`."""
    return jax.make_jaxpr(function)(*arguments)


def graph(closed: ClosedJaxpr) -> Graph:
    """Return the graph of a trace, its nodes in the order in which `evaluated` computes them."""
    nodes: list[Node] = []
    numbers = iter(range(1 << 60))
    given = [next(numbers) for _ in (*closed.consts, *closed.jaxpr.invars)]
    results = _open(closed.jaxpr, given, "", nodes, numbers)
    return Graph(tuple(nodes), tuple(results))


def evaluated(closed: ClosedJaxpr, arguments: Sequence[Any], see: See) -> list[Any]:
    """Return the outputs for the flat `arguments`; `see` is given the number of each node and its values."""
    return _computed(closed.jaxpr, [*closed.consts, *arguments], iter(range(1 << 60)), see)


def _open(
    jaxpr: Jaxpr, given: Sequence[int | Literal], path: str, nodes: list[Node], numbers: Iterator[int]
) -> list[int | Literal]:
    known: dict[Any, int | Literal] = dict(zip((*jaxpr.constvars, *jaxpr.invars), given, strict=True))

    def named(atom: Any) -> int | Literal:
        return atom if isinstance(atom, Literal) else known[atom]

    for eqn in jaxpr.eqns:
        here, inputs = _joined(path, str(eqn.source_info.name_stack)), [named(atom) for atom in eqn.invars]
        inner = called(eqn)
        if inner is not None:
            constants = [next(numbers) for _ in inner.consts]
            outputs = _open(inner.jaxpr, [*constants, *inputs], here, nodes, numbers)
        else:
            fresh = tuple(next(numbers) for _ in eqn.outvars)
            outputs = list(fresh)
            form = eqn.outvars[0].aval if eqn.outvars else None
            kind = getattr(form, "dtype", np.dtype(bool))
            nodes.append(
                Node(
                    here, eqn.primitive.name, tuple(inputs), fresh,
                    tuple(getattr(form, "shape", ())), bool(jax.numpy.issubdtype(kind, jax.numpy.floating)),
                )
            )  # fmt: skip
            if eqn.primitive.name == "convert_element_type" and isinstance(inputs[0], Literal):
                outputs = [inputs[0]]  # a constant in another dtype
        known.update(zip(eqn.outvars, outputs, strict=True))
    return [named(atom) for atom in jaxpr.outvars]


def _computed(jaxpr: Jaxpr, given: Sequence[Any], numbers: Iterator[int], see: See) -> list[Any]:
    known: dict[Any, Any] = dict(zip((*jaxpr.constvars, *jaxpr.invars), given, strict=True))

    def value(atom: Any) -> Any:
        return atom.val if isinstance(atom, Literal) else known[atom]

    for eqn in jaxpr.eqns:
        inputs = [value(atom) for atom in eqn.invars]
        inner = called(eqn)
        if inner is not None:
            outputs = _computed(inner.jaxpr, [*inner.consts, *inputs], numbers, see)
        else:
            outputs = bound(eqn, inputs)
            see(next(numbers), outputs)
        known.update(zip(eqn.outvars, outputs, strict=True))
    return [value(atom) for atom in jaxpr.outvars]


def _joined(outer: str, scope: str) -> str:
    """Return the path of the layers alone: "jvp(00_dense)/jit(relu)" is "00_dense"."""
    parts = [_WRAPPED.sub("", part) for part in scope.split("/")]
    own = [part for part in parts if part and "(" not in part and part not in ("jit", "pjit")]
    return "/".join([*([outer] if outer else []), *own])


@dataclass(frozen=True)
class Activation:
    """The node of an activation: "relu" is 0 where it is silent, "tanh" and "logistic" saturate."""

    node: int
    path: str
    kind: str


def activations(found: Graph, examples: int) -> tuple[Activation, ...]:
    """Return the activations (examples, ..., units) of a network, gates and its own outputs left out.

    Values that are multiplied or added are gates (SiLU, GELU, highway), and may be at their ends for good.
    """
    readers: dict[int, list[Node]] = {}
    for node in found.nodes:
        for one in node.inputs:
            if isinstance(one, int):
                readers.setdefault(one, []).append(node)
    places = []
    for number, node in enumerate(found.nodes):
        kind = _kind(node)
        units = len(node.shape) > 1 and node.shape[0] == examples and node.shape[-1] > 1 and node.floating
        if kind and units and _hidden(node.outputs[0], readers, found.results, kind):
            places.append((number, node.path, kind))
    return tuple(
        Activation(number, path, kind) for (number, _, kind), path in zip(places, _unique(places), strict=True)
    )


def _kind(node: Node) -> str:
    if node.primitive in ("tanh", "logistic"):
        return node.primitive
    zero = any(isinstance(one, Literal) and np.ndim(one.val) == 0 and one.val == 0 for one in node.inputs)
    return "relu" if node.primitive == "max" and zero else ""


def _hidden(value: int, readers: dict[int, list[Node]], results: tuple[int | Literal, ...], kind: str) -> bool:
    if value in results or not readers.get(value):
        return False
    for reader in readers[value]:
        if reader.primitive in _LAYOUT and not _hidden(reader.outputs[0], readers, results, kind):
            return False
        if kind != "relu" and reader.primitive in _GATED:
            return False
        if reader.primitive in ("sqrt", "rsqrt", "log"):
            return False
    return True


def _unique(places: Sequence[tuple[int, str, str]]) -> list[str]:
    """Return a name for each place: its path, with a number where several have it."""
    named = [path or kind for _, path, kind in places]
    counts = {name: named.count(name) for name in named}
    seen: dict[str, int] = {}
    unique = []
    for name in named:
        seen[name] = seen.get(name, 0) + 1
        unique.append(f"{name} ({seen[name]})" if counts[name] > 1 else name)
    return unique
