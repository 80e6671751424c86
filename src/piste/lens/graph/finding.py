"""A node by its name, and one number in it: "01_dense.weight[3, 2]"."""

import difflib
import re
from collections.abc import Sequence

from piste.core.errors import SettingError
from piste.lens.graph.trace import Node

Index = tuple[int, ...]
_ELEMENT = re.compile(r"^(?P<name>.*)\[(?P<index>\s*-?\d+\s*(?:,\s*-?\d+\s*)*)\]$")


def found(nodes: Sequence[Node], name: str) -> Node:
    """Return the node called `name`; raises `SettingError` with the nearest names where there is none."""
    for one in nodes:
        if one.name == name:
            return one
    near = difflib.get_close_matches(name, [one.name for one in nodes], 3, 0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {nodes[0].name} to {nodes[-1].name}."
    raise SettingError(f"No node is called '{name}'. {hint}")


def element(nodes: Sequence[Node], text: str) -> tuple[Node, Index]:
    """Return the node and the place of the one number that `text` names; a node of one number needs no place.

    Raises `SettingError` for a name that there is not, and a place outside of the node's shape.
    """
    names = {one.name for one in nodes}
    matched = None if text in names else _ELEMENT.match(text)
    node = found(nodes, matched["name"].strip() if matched else text)
    index = tuple(int(one) for one in matched["index"].split(",")) if matched else ()
    if matched is None and all(length == 1 for length in node.shape):
        index = (0,) * len(node.shape)
    if len(index) != len(node.shape) or any(
        not -length <= place < length for place, length in zip(index, node.shape, strict=True)
    ):
        example = ", ".join("0" for _ in node.shape)
        raise SettingError(
            f"{node.name} has the shape {node.shape}: name one number in it, such as {node.name}[{example}]. "
            f"Got '{text}'."
        )
    return node, tuple(place % length for place, length in zip(index, node.shape, strict=True))


def spelt(name: str, index: Index) -> str:
    """Return the name of one number: "01_dense.weight[3, 2]"."""
    return f"{name}[{', '.join(map(str, index))}]" if index else name
