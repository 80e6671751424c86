"""The chain rule spelt out for one weight of a network, with the network's own numbers."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from piste.core.errors import SettingError
from piste.core.graphs import ChainRecord, Factor, PathRecord, Station
from piste.lens.chain.paths import Edge, Found, heaviest
from piste.lens.chain.rules import LAYOUT, rule_of
from piste.lens.graph.finding import Index, element, spelt
from piste.lens.graph.forward import movement, needed
from piste.lens.graph.local import matrices
from piste.lens.graph.records import statistics
from piste.lens.graph.trace import Node, Traced
from piste.lens.graph.unrolled import TooLongError, folded
from piste.lens.graph.width import width
from piste.nn.operations import OWN_RULE

if TYPE_CHECKING:
    from piste.lens.lens import Lens

MOST_ENTRIES = 4_000_000  # of all local derivatives together, up to which single numbers are followed
MOST_STATIONS = 16
BEHIND = "the gradient that reaches it from behind"
OWN = "the rule that the function brings itself"


def chain_of(lens: "Lens", text: str, most: int) -> ChainRecord:
    """Return the chain rule for the number that `text` names, with its `most` heaviest paths.

    Raises `SettingError` for a name that there is not, and for a node that no gradient reaches.
    """
    node, index = element(lens.nodes, text)
    if lens.gradient(node) is None:
        raise SettingError(f"There is no chain from {node.name} to the loss: no gradient reaches it.")
    found, note = _written_out(lens, node, index, most)
    part = "" if _ends_in_loss(lens, _exits(lens)) else f"{lens.title}: the part of the derivative that passes there."
    return replace(found, note=" ".join(one for one in (part, note) if one))


def _written_out(lens: "Lens", node: Node, index: Index, most: int) -> tuple[ChainRecord, str]:
    """Return the chain with loops and conditionals written out where that can be followed, and what is to say of it."""
    names = folded(lens.traced, node.number)
    if not names:
        return _chain(lens, node, index, most), ""
    try:
        written = lens.unrolled
    except TooLongError as error:
        return _chain(lens, node, index, most), _one_factor(names, str(error))
    found = _chain(written, written.node(node.name), index, most)
    if found.why:
        return _chain(lens, node, index, most), _one_factor(names, found.why)
    return found, f"Written out: {', '.join(names)}."


def _one_factor(names: Sequence[str], why: str) -> str:
    plain = f"{', '.join(names)}: one factor here, not written out. {why}"
    return plain if "inside(" in plain else f"{plain} One round or branch: lens.inside('{names[0]}').chain(...)."


def _chain(lens: "Lens", node: Node, index: Index, most: int) -> ChainRecord:
    gradient = lens.gradient(node)
    value, whole = float(lens.value(node)[index]), float(gradient[index])
    exits = _exits(lens)
    between = _between(lens.traced, node.number, {one for one, _ in exits})
    stations = _stations(lens, node, index, between, exits)
    size = _entries(lens.traced, node, between)
    spelt_out = spelt(node.name, index)
    if size > MOST_ENTRIES:
        why = f"Its local derivatives have {size:.3g} entries, too many to follow single numbers: see the layers."
        return ChainRecord(spelt_out, value, whole, lens.loss, stations, why=why)
    end, edges = exits[0][0], _edges(lens, between)
    if not _ends_in_loss(lens, exits):
        end = len(lens.nodes)
        edges += [Edge(one, end, np.asarray(seed, np.float64).reshape(1, -1)) for one, seed in exits]
    found, count = heaviest(edges, (node.number, _flat(node, index)), end, most)
    paths = tuple(_path(lens, one) for one in found)
    rest = whole - sum(one.product for one in found) if count > len(found) else 0.0
    return ChainRecord(spelt_out, value, whole, lens.loss, stations, paths, count, rest)


def _exits(lens: "Lens") -> list[tuple[int, Any]]:
    """Return the nodes that leave the graph, with the gradients that reach them from behind; of a loss it is 1."""
    pairs = zip(lens.traced.results, lens.seeds, strict=True)
    return [(one, seed) for one, seed in pairs if isinstance(one, int) and seed is not None]


def _ends_in_loss(lens: "Lens", exits: Sequence[tuple[int, Any]]) -> bool:
    return len(exits) == 1 and not lens.nodes[exits[0][0]].shape and float(exits[0][1]) == 1.0


def _between(traced: Traced, start: int, ends: Set[int]) -> list[int]:
    """Return the nodes on paths from `start` to one of the ends, both included, in order."""
    after = {start}
    for step in traced.steps:
        if after.intersection(one for one in step.inputs if isinstance(one, int)):
            after.update(one for one in step.outputs if one in traced.active)
    before = set(ends)
    for step in reversed(traced.steps):
        if before.intersection(step.outputs):
            before.update(one for one in step.inputs if isinstance(one, int))
    return sorted(after & before)


def _stations(
    lens: "Lens", node: Node, index: Index, between: Sequence[int], exits: Sequence[tuple[int, Any]]
) -> tuple[Station, ...]:
    outside = () if _ends_in_loss(lens, exits) else tuple(one for one, _ in exits)
    chosen = _chosen(lens.traced, between, outside)
    if not chosen:
        return ()
    with width(lens.wide):
        value = jnp.asarray(lens.value(node))
        known = [lens.array(one) for one in needed(lens.traced, node.number)]
        direction = jnp.zeros_like(value).at[index].set(1)
        moves = movement(lens.traced, node.number, known, value, direction, chosen)
    stations = []
    for number, move in zip(chosen, moves, strict=True):
        one, along = lens.nodes[number], np.asarray(move, np.float64)
        gradient = np.asarray(lens.gradient(one), np.float64)
        stations.append(
            Station(
                one.name, one.operation, one.shape, statistics(lens.value(one)), float(np.linalg.norm(along)),
                float(np.linalg.norm(gradient)), float(np.sum(along * gradient)),
            )
        )  # fmt: skip
    return tuple(stations)


def _chosen(traced: Traced, between: Sequence[int], outside: Sequence[int]) -> list[int]:
    """Return the nodes through which all paths lead; of a deep network the last of each layer, evenly thinned.

    From those in `outside` paths lead out of the graph.
    """
    if not between:
        return []
    inside, reach, through = set(between), between[0], []
    for number in between:
        if reach <= number:  # no edge leads past this node
            through.append(number)
        read = [one for step, _ in traced.readers[number] for one in traced.steps[step].outputs if one in inside]
        reach = max([reach, *read, *([len(traced.nodes)] if number in outside else [])])
    through = [one for one in through if one != between[0]]  # the weight itself
    through = [one for one in through if traced.nodes[one].operation not in LAYOUT or one == between[-1]]
    if len(through) > MOST_STATIONS:
        last = {traced.nodes[one].group: one for one in through}
        through = sorted({*last.values(), through[0], through[-1]})
    if len(through) > MOST_STATIONS:
        places = np.unique(np.linspace(0, len(through) - 1, MOST_STATIONS).round().astype(int))
        through = [through[one] for one in places]
    return through


def _entries(traced: Traced, node: Node, between: Sequence[int]) -> float:
    inside, total = set(between), 0.0
    for source in between:
        for step, _ in traced.readers[source]:
            for target in traced.steps[step].outputs:
                if target in inside:
                    total += float(np.prod(traced.nodes[target].shape)) * float(np.prod(traced.nodes[source].shape))
    return total


def _edges(lens: "Lens", between: Sequence[int]) -> list[Edge]:
    inside, ends, locals_ = set(between), [], []
    for source in between:
        for target in dict.fromkeys(one.number for one in lens.successors(lens.nodes[source])):
            if target in inside:
                local = lens.local(lens.nodes[source], lens.nodes[target])
                for place in local.places:  # in x * x there are two ways from x
                    ends.append((source, target))
                    locals_.append(replace(local, places=(place,)))
    return [
        Edge(*end, np.asarray(whole, np.float64).reshape(_size(lens, end[1]), _size(lens, end[0])))
        for end, whole in zip(ends, matrices(locals_), strict=True)
    ]


def _size(lens: "Lens", number: int) -> int:
    return int(np.prod(lens.nodes[number].shape))


def _path(lens: "Lens", found: Found) -> PathRecord:
    factors = []
    source, start = found.places[0]
    for (target, end), derivative in zip(found.places[1:], found.derivatives, strict=True):
        before = lens.nodes[source]
        if target == len(lens.nodes):
            number = _number(lens, before, start)
            factors.append(Factor(_at(before, start), "loss", number, lens.loss, derivative, BEHIND))
            break
        after = lens.nodes[target]
        if after.operation in LAYOUT and derivative == 1.0 and target != found.places[-1][0]:
            continue
        factors.append(
            Factor(
                _at(before, start), _at(after, end), _number(lens, before, start), _number(lens, after, end),
                derivative, rule_of(after.operation) or _own_rule(lens, after),
            )
        )  # fmt: skip
        source, start = target, end
    return PathRecord(tuple(factors), found.product)


def _own_rule(lens: "Lens", node: Node) -> str:
    step = lens.traced.steps[node.step] if node.step is not None else None
    return OWN if step is not None and step.eqn.primitive.name in OWN_RULE else ""


def _at(node: Node, place: int) -> str:
    return spelt(node.name, tuple(map(int, np.unravel_index(place, node.shape)))) if node.shape else node.name


def _number(lens: "Lens", node: Node, place: int) -> float:
    return float(np.asarray(lens.value(node)).ravel()[place])


def _flat(node: Node, index: Index) -> int:
    return int(np.ravel_multi_index(index, node.shape)) if node.shape else 0
