"""What stays in memory after a sweep: everything, what the update needs, what was named, or what there is room for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from piste.core.errors import SettingError
from piste.core.graphs import KeptRecord, NodeKind
from piste.lens.graph.sweep import Wanted
from piste.lens.graph.trace import Node, Traced

MEMORY = 2 << 30  # bytes of values and gradients that are kept without being asked
ALL, UPDATE = "all", "update"
_WORDS = {
    "all": "Every value and every gradient was kept.",
    "update": "Kept is what the update needs: the loss and the gradients of the weights.",
    "named": "Kept is what was named, with the loss and the gradients of the weights.",
    "memory": "All would take {all:.0f} MiB: kept are the loss, the weights, and what leaves each layer.",
}


@dataclass(frozen=True)
class Keeping:
    """Which numbers of nodes are kept, and by which rule."""

    rule: str
    numbers: frozenset[int]
    wanted: Wanted

    def record(self, traced: Traced) -> KeptRecord:
        """Return what was kept, in words and numbers."""
        nodes = traced.nodes
        size = sum(nodes[one].bytes for one in (*self.wanted.values, *self.wanted.gradients))
        size += sum(nodes[_read(traced, edge)].bytes for edge in self.wanted.edges)
        dropped = len(nodes) - len(self.wanted.values)
        words = _WORDS[self.rule].format(all=_whole(traced) / 2**20)
        if dropped:
            words += f" {dropped} of {len(nodes)} values were dropped; each is computed again when it is asked for."
        return KeptRecord(self.rule, len(self.wanted.values), len(self.wanted.gradients), dropped, size / 2**20, words)


def keeping(traced: Traced, keep: str | Iterable[str], memory: int = MEMORY) -> Keeping:
    """Return what is kept where a person asks for `keep`: "all", "update", or names and patterns of nodes.

    Raises `SettingError` for a name that no node has.
    """
    if keep == ALL:
        return _all(traced) if _whole(traced) <= memory else _kept("memory", traced, _leaving(traced))
    if keep == UPDATE:
        return _kept("update", traced, frozenset(), values=False)
    return _kept("named", traced, _named(traced, [keep] if isinstance(keep, str) else list(keep)))


def edges_of(traced: Traced, numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return the edges out of nodes that several operations read; of the others the gradient says it all."""
    return tuple(
        edge for one in numbers if one in traced.active and len(traced.readers[one]) > 1 for edge in traced.readers[one]
    )


def matching(nodes: Sequence[Node], pattern: str) -> list[Node]:
    """Return the nodes that a pattern names, by their whole name or by the layer they are in."""
    return [
        one
        for one in nodes
        if one.name == pattern or fnmatchcase(one.name, pattern) or one.name.startswith((f"{pattern}/", f"{pattern}."))
    ]


def _all(traced: Traced) -> Keeping:
    numbers = range(len(traced.nodes))
    wanted = Wanted(tuple(numbers), tuple(sorted(traced.active)), edges_of(traced, numbers))
    return Keeping("all", frozenset(numbers), wanted)


def _kept(rule: str, traced: Traced, chosen: frozenset[int], values: bool = True) -> Keeping:
    weights = {one.number for one in traced.nodes if one.kind is NodeKind.WEIGHT}
    results = {one for one in traced.results if isinstance(one, int)}
    kept = chosen | results | (weights if values else set())
    gradients = (chosen | weights | results) & traced.active
    wanted = Wanted(tuple(sorted(kept)), tuple(sorted(gradients)), edges_of(traced, sorted(chosen)))
    return Keeping(rule, frozenset(kept), wanted)


def _leaving(traced: Traced) -> frozenset[int]:
    """Return the last value of each layer."""
    last: dict[int, int] = {}
    for step in traced.steps:
        group = step.group
        while traced.groups[group].kind == "call":
            group = traced.groups[group].parent or 0
        if traced.active & set(step.outputs):
            last[group] = step.outputs[0]
    return frozenset(number for group, number in last.items() if group)


def _named(traced: Traced, patterns: Sequence[Any]) -> frozenset[int]:
    found: set[int] = set()
    for pattern in patterns:
        matched = matching(traced.nodes, str(pattern))
        if not matched:
            raise SettingError(
                f"No node is called '{pattern}'. Keep 'all', 'update', or names such as '{traced.nodes[-1].name}'."
            )
        found.update(one.number for one in matched)
    return frozenset(found)


def _whole(traced: Traced) -> int:
    return sum(one.bytes * (2 if one.number in traced.active else 1) for one in traced.nodes)


def _read(traced: Traced, edge: tuple[int, int]) -> int:
    number = traced.steps[edge[0]].inputs[edge[1]]
    return number if isinstance(number, int) else 0
