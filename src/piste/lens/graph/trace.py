"""A function as JAX traces it, as a graph: one value per number, one step per operation, groups that fold.

Calls that only pass on (`jit`, `checkpoint`) are opened in their place. A call that brings a derivative of its own, a
loop and a conditional stay one step, because the reverse sweep treats them as one; what is inside is traced again when
it is looked at. Operations that lead to no result, such as new running averages that the loss does not read, are left
out, as the compiler leaves them out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

from piste.core.graphs import NodeKind
from piste.lens.graph.names import function_of, label_of, line_of, scope_of
from piste.nn.operations import INLINED, called, differentiable, leading

Atom = int | Literal


@dataclass(frozen=True)
class Group:
    """A fold: group 0 is the whole; `kind` is "whole", "layer" or "call"."""

    number: int
    name: str
    path: str
    kind: str
    parent: int | None


@dataclass(frozen=True)
class Node:
    """One value of the graph; `step` is the operation that computes it, None for what is given."""

    number: int
    name: str
    kind: NodeKind
    operation: str
    group: int
    shape: tuple[int, ...]
    dtype: Any
    step: int | None = None

    @property
    def bytes(self) -> int:
        """Size in memory."""
        size = 1
        for length in self.shape:
            size *= length
        return size * int(self.dtype.itemsize)


@dataclass(frozen=True)
class Step:
    """One operation: `inputs` are numbers of nodes, or constants written in place."""

    number: int
    eqn: JaxprEqn
    inputs: tuple[Atom, ...]
    outputs: tuple[int, ...]
    group: int
    caller: JaxprEqn | None = None  # the outermost call that was opened around it

    @property
    def line(self) -> str:
        """Where a person wrote it, or wrote the call that it is part of: "model.py:12"; "" where none is known."""
        return line_of(self.eqn) or (line_of(self.caller) if self.caller is not None else "")


@dataclass(frozen=True, eq=False)
class Traced:
    """A traced function. `leaves` are the nodes of its arguments, `constants` of what it was closed over."""

    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]
    groups: tuple[Group, ...]
    leaves: tuple[int, ...]
    constants: tuple[tuple[int, Any], ...]
    results: tuple[Atom, ...]
    active: frozenset[int]  # nodes through which a gradient can flow
    readers: tuple[tuple[tuple[int, int], ...], ...]  # for each node the steps that read it, and at which place


def traced_jaxpr(closed: ClosedJaxpr, names: Sequence[str], kinds: Sequence[NodeKind]) -> Traced:
    """Return the graph of a trace whose arguments are called `names`."""
    return _Opening().whole(closed, names, kinds)


def traced(function: Callable[..., Any], arguments: Sequence[Any], names: Sequence[str], weights: int) -> Traced:
    """Return the graph of `function(*arguments)`; of the leaves called `names` the first `weights` are weights."""
    closed = jax.make_jaxpr(function)(*arguments)
    kinds = [
        NodeKind.WEIGHT if place < weights and differentiable(one.aval) else NodeKind.INPUT
        for place, one in enumerate(closed.jaxpr.invars)
    ]
    graph = traced_jaxpr(closed, names, kinds)
    loss = graph.results[0]
    if not isinstance(loss, int) or graph.nodes[loss].kind is not NodeKind.OPERATION:
        return graph
    nodes = [replace(one, kind=NodeKind.LOSS) if one.number == loss else one for one in graph.nodes]
    return replace(graph, nodes=tuple(nodes))


class _Opening:
    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.steps: list[Step] = []
        self.groups = [Group(0, "", "", "whole", None)]
        self.constants: list[tuple[int, Any]] = []
        self._taken: dict[str, int] = {}
        self._layers: dict[tuple[int, str], int] = {}

    def whole(self, closed: ClosedJaxpr, names: Sequence[str], kinds: Sequence[NodeKind]) -> Traced:
        leaves = [
            self._node(name, kind, "", 0, variable.aval)
            for name, kind, variable in zip(names, kinds, closed.jaxpr.invars, strict=True)
        ]
        wanted = [True] * len(closed.jaxpr.outvars)
        results: list[Any] = self._opened(closed.jaxpr, [*self._constants(closed, 0), *leaves], 0, wanted)
        self._place_in_layers()
        readers: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for step in self.steps:
            for place, one in enumerate(step.inputs):
                if isinstance(one, int):
                    readers[one].append((step.number, place))
        return Traced(
            tuple(self.nodes), tuple(self.steps), tuple(self.groups), tuple(leaves), tuple(self.constants),
            tuple(results), self._active(leaves), tuple(map(tuple, readers)),
        )  # fmt: skip

    def _constants(self, closed: ClosedJaxpr, group: int) -> list[int]:
        numbers = []
        for variable, value in zip(closed.jaxpr.constvars, closed.consts, strict=True):
            number = self._node(self._unique("constant"), NodeKind.CONSTANT, "", group, variable.aval)
            self.constants.append((number, value))
            numbers.append(number)
        return numbers

    def _opened(
        self,
        jaxpr: Jaxpr,
        given: Sequence[Atom],
        group: int,
        wanted: Sequence[bool],
        caller: JaxprEqn | None = None,
    ) -> list[Atom | None]:
        """Open the operations that lead to the `wanted` results; the others are None."""
        known: dict[Any, Atom | None] = dict(zip((*jaxpr.constvars, *jaxpr.invars), given, strict=True))

        def atom(one: Any) -> Any:
            return one if isinstance(one, Literal) else known.get(one)

        for eqn, read in leading(jaxpr, wanted):
            known.update(
                zip(eqn.outvars, self._outputs(eqn, list(map(atom, eqn.invars)), group, read, caller), strict=True)
            )
        return list(map(atom, jaxpr.outvars))

    def _outputs(
        self, eqn: JaxprEqn, inputs: Sequence[Atom], group: int, wanted: Sequence[bool], caller: JaxprEqn | None
    ) -> Sequence[Atom | None]:
        for layer in scope_of(eqn):
            group = self._layer(group, layer)
        inner = called(eqn) if eqn.primitive.name in INLINED else None
        if inner is None:
            return self._step(eqn, inputs, group, caller)
        group = self._fold(group, function_of(inner) or str(eqn.params.get("name", "call")), "call")
        given = [*self._constants(inner, group), *inputs]
        return self._opened(inner.jaxpr, given, group, wanted, caller or eqn)

    def _step(self, eqn: JaxprEqn, inputs: Sequence[Atom], group: int, caller: JaxprEqn | None) -> Sequence[Atom]:
        label = label_of(eqn)
        path = self.groups[group].path
        name = f"{path}/{label}" if path else label
        outputs = tuple(
            self._node(self._unique(name), NodeKind.OPERATION, label, group, variable.aval, len(self.steps))
            for variable in eqn.outvars
        )
        self.steps.append(Step(len(self.steps), eqn, tuple(inputs), outputs, group, caller))
        return outputs

    def _layer(self, parent: int, name: str) -> int:
        if (parent, name) not in self._layers:
            self._layers[parent, name] = self._fold(parent, name, "layer")
        return self._layers[parent, name]

    def _fold(self, parent: int, name: str, kind: str) -> int:
        above = self.groups[parent].path
        path = self._unique(f"{above}/{name}" if above else name)
        self.groups.append(Group(len(self.groups), path.rpartition("/")[2], path, kind, parent))
        return len(self.groups) - 1

    def _node(self, name: str, kind: NodeKind, operation: str, group: int, aval: Any, step: int | None = None) -> int:
        number = len(self.nodes)
        self.nodes.append(Node(number, name, kind, operation, group, tuple(aval.shape), aval.dtype, step))
        return number

    def _unique(self, name: str) -> str:
        self._taken[name] = self._taken.get(name, 0) + 1
        return name if self._taken[name] == 1 else f"{name}:{self._taken[name]}"

    def _place_in_layers(self) -> None:
        """Put what is given into the layer that reads it first."""
        placed: set[int] = set()
        for step in self.steps:
            for one in step.inputs:
                if isinstance(one, int) and self.nodes[one].step is None and one not in placed:
                    placed.add(one)
                    if self.nodes[one].kind is not NodeKind.INPUT:
                        self.nodes[one] = replace(self.nodes[one], group=self._layer_of(step.group))

    def _layer_of(self, group: int) -> int:
        while self.groups[group].kind == "call":
            group = self.groups[group].parent or 0
        return group

    def _active(self, leaves: Sequence[int]) -> frozenset[int]:
        active = {one for one in leaves if differentiable(self.nodes[one])}
        for step in self.steps:
            if active.intersection(one for one in step.inputs if isinstance(one, int)):
                active.update(one for one in step.outputs if differentiable(self.nodes[one]))
        return frozenset(active)
