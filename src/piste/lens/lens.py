"""The lens: the computational graph of a loss, with every value in it and every gradient that reaches it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.graph_tree import tree
from piste.core.graphs import CheckRecord, GraphRecord, KeptRecord, NodeKind
from piste.lens.chain.derivation import chain_of
from piste.lens.chain.shown import Chain
from piste.lens.graph.check import compared
from piste.lens.graph.finding import found
from piste.lens.graph.html import folds
from piste.lens.graph.inside import inside_of
from piste.lens.graph.keeping import Keeping, keeping
from piste.lens.graph.local import Local
from piste.lens.graph.records import edge_records, group_records, node_records, plain, shares, statistics
from piste.lens.graph.rest import results_with, stops
from piste.lens.graph.sweep import Swept, Trips, Wanted, quickly, sweep, trips_of
from piste.lens.graph.trace import Node, Step, Traced
from piste.lens.graph.unrolled import unrolled
from piste.lens.graph.width import width

Named = str | Node
NARROW = "The function computes this node in fewer bits than float64, so the differences are coarse."
APART = 1e-5  # from which on a difference wants a reason
STOPPED = "Behind this node a gradient is stopped on purpose, which differences do not know."


@dataclass(frozen=True)
class Arrival:
    """The gradient that one operation brings back to a node; the `share`s of a node add up to one."""

    successor: str
    gradient: NDArray[Any]
    share: float


@dataclass(frozen=True, eq=False)
class Lens:
    """One loss for one batch, looked into. Made by `look`, or `piste.lens`.

    `seeds` are the gradients of the results: 1 for a loss. `rest` gives the loss for other results than these, and
    `again` the same lens in float64.
    """

    traced: Traced
    leaves: tuple[Any, ...]
    seeds: tuple[Any, ...]
    keeping: Keeping
    title: str
    rest: Callable[[Sequence[Any]], Any]
    again: Callable[[], "Lens"]
    wide: bool = False

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, in the order in which they are computed."""
        return self.traced.nodes

    @property
    def weights(self) -> tuple[Node, ...]:
        """The nodes that are weights."""
        return tuple(one for one in self.nodes if one.kind is NodeKind.WEIGHT)

    @property
    def loss(self) -> float:
        """The value that is differentiated."""
        with width(self.wide):
            return float(self.rest([self.array(one) for one in self.traced.results]))

    @cached_property
    def kept(self) -> KeptRecord:
        """What stayed in memory, and what was dropped."""
        return self.keeping.record(self.traced)

    @cached_property
    def graph(self) -> GraphRecord:
        """The graph as a record, with the statistics of what was kept."""
        swept = self._swept
        values = {one: statistics(plain(array)) for one, array in swept.values.items()}
        gradients = {one: statistics(plain(array)) for one, array in swept.gradients.items() if array is not None}
        brought = {}
        for number in self.keeping.numbers & gradients.keys():
            for (step, _), one in zip(self._edges(number), self.arrivals(self.nodes[number]), strict=True):
                brought[step, number] = float(np.linalg.norm(one.gradient)), one.share
        nodes = node_records(self.traced, values, gradients)
        edges, groups = edge_records(self.traced, brought), group_records(self.traced)
        return GraphRecord(self.title, self.loss, nodes, edges, groups, self.kept)

    def node(self, name: Named) -> Node:
        """Return the node called `name`; raises `SettingError` with the nearest names where there is none."""
        return name if isinstance(name, Node) else found(self.nodes, name)

    def value(self, node: Named) -> NDArray[Any]:
        """Return a node's value."""
        return plain(self.array(self.node(node).number))

    def gradient(self, node: Named) -> Any:
        """Return the derivative of the loss by a node's value, an array of its shape.

        None where no gradient can reach it: whole numbers, random keys, constants.
        """
        number = self.node(node).number
        if number not in self.traced.active:
            return None
        swept = self._swept
        if number not in swept.gradients:
            swept = self._sweep(Wanted(gradients=(number,)))
        array = swept.gradients[number]
        return np.zeros(self.nodes[number].shape, self.nodes[number].dtype) if array is None else plain(array)

    def arrivals(self, node: Named) -> tuple[Arrival, ...]:
        """Return the gradients that reach a node, by the operation that each comes from; their sum is `gradient`."""
        number = self.node(node).number
        whole, places = self.gradient(node), self._edges(number)
        if whole is None or not places:
            return ()
        if len(self.traced.readers[number]) == 1:
            return (Arrival(self._successor(places[0][0]), whole, 1.0),)
        wanted = tuple(edge for _, edges in places for edge in edges)
        swept = self._swept
        if not all(edge in swept.edges for edge in wanted):
            swept = self._sweep(Wanted(edges=wanted))
        parts = []
        for _, edges in places:
            brought = [plain(swept.edges[edge]) for edge in edges if swept.edges[edge] is not None]
            parts.append(np.sum(brought, axis=0) if brought else np.zeros_like(whole))
        names = [self._successor(step) for step, _ in places]
        return tuple(map(Arrival, names, parts, shares(parts, whole)))

    def successors(self, node: Named) -> tuple[Node, ...]:
        """Return the nodes that are computed from a node directly."""
        steps = dict.fromkeys(step for step, _ in self.traced.readers[self.node(node).number])
        return tuple(self.nodes[one] for step in steps for one in self.traced.steps[step].outputs)

    def local(self, node: Named, successor: Named) -> Local:
        """Return the local derivative of `successor`, which must be computed from `node` directly, by `node`.

        Raises `SettingError` where it is not.
        """
        source, target = self.node(node), self.node(successor)
        step = self._step(target)
        places = [place for place, one in enumerate(step.inputs) if one == source.number] if step else []
        if step is None or not places:
            known = ", ".join(one.name for one in self.successors(source)) or "nothing"
            raise SettingError(f"{target.name} is not computed from {source.name} directly; {known} is.")
        inputs = [self.array(one) for one in step.inputs]
        rank = step.outputs.index(target.number)
        return Local(step.eqn, tuple(inputs), tuple(places), rank, dict(self._trips).get(step.number), self.wide)

    def inside(self, node: Named, iteration: int | None = None) -> "Lens":
        """Return the lens on what is inside an operation: a branch, a function with its own derivative, a loop's round.

        `iteration` chooses the round, the first by default; negative numbers count from the last. Raises `SettingError`
        where there is nothing to open, and for a round that there is not.
        """
        outer = self.node(node)
        step = self._step(outer)
        inputs = [self.array(one) for one in step.inputs] if step else []
        gradients = [self._gradient(one) for one in step.outputs] if step else []
        changed = list(step.outputs) if step else []
        with width(self.wide):
            border, loss = results_with(self.traced, changed, self.rest)
            known = [self.array(one) for one in border]
            opened = inside_of(self.traced, outer, inputs, gradients, lambda outputs: loss(outputs, known), iteration)
        return Lens(
            opened.traced, opened.leaves, opened.seeds, keeping(opened.traced, "all"), opened.title, opened.rest,
            lambda: self._twin.inside(outer.name, iteration), self.wide,
        )  # fmt: skip

    def check(self, node: Named, directions: int = 4) -> CheckRecord:
        """Compare a node's gradient with central differences of the loss in float64.

        The node's value is moved along `directions` random directions and as many of its numbers, those of the largest
        gradients, and all that lies behind it is computed again. Raises `SettingError` for a node without a gradient.
        """
        here = self.node(node)
        narrow = self.gradient(here)
        if narrow is None:
            raise SettingError(f"No gradient reaches {here.name}, so there is nothing to check.")
        if jnp.issubdtype(here.dtype, jnp.complexfloating):
            raise SettingError(f"{here.name} is of complex numbers; check a node of real numbers before or behind it.")
        twin = self._twin
        other = twin.node(here.name)
        gradient = twin.gradient(other)
        assert gradient is not None
        with width(True):
            border, loss = results_with(twin.traced, [other.number], twin.rest)
            known = [twin.array(one) for one in border]
            dtype = other.dtype
            run = jax.jit(lambda moved, known: loss([moved.astype(dtype)], known), compiler_options=quickly())
            value = np.asarray(twin.value(other), np.float64)
            behind = [twin.gradient(one) for one in twin.successors(other)]
            passing = max([float(np.linalg.norm(one)) for one in behind if one is not None], default=0.0)
            record = compared(
                here.name, lambda moved: float(run(moved, known)), value, gradient, narrow, directions,
                passing=passing, note=NARROW if dtype != np.float64 else "",
            )  # fmt: skip
        stopped = record.error > APART and stops(twin.traced, other.number)
        return replace(record, note=STOPPED) if stopped else record

    def chain(self, weight: str, most: int = 8) -> Chain:
        """Return the chain rule for one number, such as "01_dense.weight[3, 2]", with its `most` heaviest paths.

        Loops are written out round by round, and of conditionals the branch that was taken, where that makes a graph
        that can be followed; else they are one factor, and the chain says so. In a lens from `inside` it is the
        part of the derivative that passes there. Raises `SettingError` for a name or a place that there is not, and
        where no gradient arrives.
        """
        return Chain(chain_of(self, weight, most))

    @cached_property
    def unrolled(self) -> "Lens":
        """The lens on the same computation with loops written out round by round, and the branches that were taken.

        Raises `SettingError` where that makes more than 3000 operations.
        """
        with width(self.wide):
            graph = unrolled(self.traced, self.leaves)
        return replace(self, traced=graph, keeping=keeping(graph, "all"), again=lambda: self._twin.unrolled)

    def __repr__(self) -> str:
        return f"Lens({self.title!r}, loss {self.loss:.5g}, {len(self.nodes)} values, {len(self.weights)} weights)"

    def __str__(self) -> str:
        return tree(self.graph)

    def _repr_html_(self) -> str:
        return folds(self.graph)

    def _step(self, node: Node) -> Step | None:
        return self.traced.steps[node.step] if node.step is not None else None

    def _gradient(self, number: int) -> Any:
        array = self.gradient(self.nodes[number])
        with width(self.wide):
            return None if array is None else jnp.asarray(array)

    @cached_property
    def _swept(self) -> Swept:
        return self._sweep(self.keeping.wanted)

    @cached_property
    def _twin(self) -> "Lens":
        return self if self.wide else self.again()

    @cached_property
    def _trips(self) -> Trips:
        with width(self.wide):
            return trips_of(self.traced, self.leaves)

    def _sweep(self, wanted: Wanted) -> Swept:
        trips = self._trips
        with width(self.wide):
            return sweep(self.traced, self.leaves, self.seeds, wanted, trips)

    def array(self, atom: Any) -> Any:
        """Return the value of node number `atom`, where it was computed; of a constant written in place its own."""
        if not isinstance(atom, int):
            return atom.val
        if atom in self._swept.values:
            return self._swept.values[atom]
        return self._sweep(Wanted(values=(atom,))).values[atom]

    def _edges(self, number: int) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
        """Return, for each operation that reads a node, the operation and the edges by which it does."""
        steps: dict[int, list[tuple[int, int]]] = {}
        for step, place in self.traced.readers[number]:
            steps.setdefault(step, []).append((step, place))
        return [(step, tuple(edges)) for step, edges in steps.items()]

    def _successor(self, step: int) -> str:
        return self.nodes[self.traced.steps[step].outputs[0]].name
