"""The graph of a loss as a folded tree in plain text, and one node of it with all that is known."""

from collections.abc import Iterator

from piste.core.graph_words import number
from piste.core.graphs import EdgeRecord, GraphRecord, GroupRecord, NodeKind, NodeRecord

_COLUMNS = ("shape", "mean", "deviation", "zeros", "gradient")


def tree(graph: GraphRecord, opened: str = "") -> str:
    """Return the graph with its layers folded to weights and output; the layer `opened` is shown with every value."""
    rows = [("", *_COLUMNS), *_rows(graph, 0, 0, opened)]
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(wide[0]), *(text.rjust(size) for text, size in zip(row[1:], wide[1:], strict=True))])
        for row in rows
    ]
    head = f"{graph.title}: loss {number(graph.loss)}, {len(graph.nodes)} values, {len(graph.groups) - 1} folds"
    return "\n".join([head, graph.kept.words, *graph.notes, "", *(line.rstrip() for line in lines)]) + "\n"


def node_text(graph: GraphRecord, name: str) -> str:
    """Return one node: its value, its gradient, what it is computed from, and where its gradient comes from."""
    node = next(one for one in graph.nodes if one.name == name)
    names = {one.number: one.name for one in graph.nodes}
    lines = [f"{node.name}: {node.kind}, {node.operation or 'given'}, {shape(node)} {node.dtype} {node.line}".rstrip()]
    lines += [f"inside: {node.inside}"] if node.inside else []
    for label, one in (("value", node.value), ("gradient", node.gradient)):
        if one is None:
            lines.append(f"{label}: none")
            continue
        lines.append(
            f"{label}: mean {number(one.mean)}, deviation {number(one.deviation)}, {number(one.low)} to "
            f"{number(one.high)}, norm {number(one.norm)}, {one.zeros:.1%} zeros"
            + (f", {one.not_finite} not finite" if one.not_finite else "")
        )
        lines += [f"  {' '.join(map(number, one.numbers))}"] if one.numbers else []
    lines += [f"from: {names[edge.source]}" for edge in graph.edges if edge.target == node.number]
    lines += [f"to: {names[edge.target]}{_brought(edge)}" for edge in graph.edges if edge.source == node.number]
    return "\n".join(lines) + "\n"


def shape(node: NodeRecord) -> str:
    """Return a node's shape as people write it; "1" for one number."""
    return "x".join(map(str, node.shape)) or "1"


def numbers(node: NodeRecord) -> tuple[str, str, str, str]:
    """Return a value's mean, deviation and share of zeros, and its gradient's norm, as texts."""
    value, gradient = node.value, node.gradient
    reaching = number(gradient.norm) if gradient else "-"
    if value is None:
        return "dropped", "", "", reaching
    return number(value.mean), number(value.deviation), f"{value.zeros:.0%}", reaching


def in_group(graph: GraphRecord, group: GroupRecord) -> list[NodeRecord]:
    """Return the nodes of a group and of the groups inside it."""
    inside = {group.number}
    for one in graph.groups:
        if one.parent in inside:
            inside.add(one.number)
    return [one for one in graph.nodes if one.group in inside]


def _rows(graph: GraphRecord, number: int, depth: int, opened: str) -> Iterator[tuple[str, ...]]:
    """Yield rows in the order of computation: what is given first, and a group where its first operation stands."""
    done: set[int] = set()
    parents = {one.number: one.parent for one in graph.groups}
    given = [one for one in graph.nodes if not one.operation]
    computed = [one for one in graph.nodes if one.operation]
    for node in (*(one for one in given if one.group == number), *computed, *given):
        child = _child(parents, node.group, number)
        if child is None and node.group == number and (node.operation or node.number not in done):
            done.update(() if node.operation else (node.number,))
            yield _row(node, depth)
        elif child is not None and -child not in done:
            done.add(-child)
            yield from _fold(graph, graph.groups[child], depth, opened)


def _fold(graph: GraphRecord, group: GroupRecord, depth: int, opened: str) -> Iterator[tuple[str, ...]]:
    weights = f", {group.weights:,} weights" if group.weights else ""
    yield (f"{'  ' * depth}{group.name} ({group.nodes} values{weights})", *[""] * len(_COLUMNS))
    if opened and (opened == group.path or opened.startswith(f"{group.path}/") or group.path.startswith(f"{opened}/")):
        yield from _rows(graph, group.number, depth + 1, opened)
        return
    inside = in_group(graph, group)
    for node in inside:
        if node.kind is NodeKind.WEIGHT:
            yield _row(node, depth + 1)
    made = [node for node in inside if node.kind in (NodeKind.OPERATION, NodeKind.LOSS) and node.gradient is not None]
    if made:
        yield _row(made[-1], depth + 1)


def _child(parents: dict[int, int | None], group: int, above: int) -> int | None:
    """Return the group right under `above` that holds `group`; None where none does."""
    found: int | None = group
    while found is not None and parents[found] != above:
        found = parents[found]
    return found


def _row(node: NodeRecord, depth: int) -> tuple[str, ...]:
    return (f"{'  ' * depth}{node.name}", shape(node), *numbers(node))


def _brought(edge: EdgeRecord) -> str:
    if edge.share is None or edge.gradient is None:
        return ""
    return f", brings back {edge.share:.1%} of the gradient, norm {number(edge.gradient)}"
