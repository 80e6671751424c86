"""The folded tree and the text of a node, from a record alone."""

import pytest

from piste.core.graph_tree import in_group, node_text, tree
from piste.core.graphs import EdgeRecord, GraphRecord, GroupRecord, KeptRecord, NodeKind, NodeRecord, Statistics

SOME = Statistics(0.5, 0.25, 0.0, 1.0, 2.0, 0.125)
KEPT = KeptRecord("all", 6, 6, 0, 0.1, "Every value and every gradient was kept.")


@pytest.fixture
def graph() -> GraphRecord:
    def node(number: int, name: str, kind: NodeKind, operation: str, group: int, **more: object) -> NodeRecord:
        parts: dict[str, object] = {"value": SOME, "gradient": SOME, **more}
        return NodeRecord(number, name, kind, operation, group, (2, 3), "float32", **parts)  # type: ignore[arg-type]

    nodes = (
        node(0, "late.weight", NodeKind.WEIGHT, "", 3),
        node(1, "early.weight", NodeKind.WEIGHT, "", 1),
        node(2, "x", NodeKind.INPUT, "", 0, gradient=None),
        node(3, "early/matmul", NodeKind.OPERATION, "matmul", 1, line="model.py:3"),
        node(4, "early/relu/max", NodeKind.OPERATION, "max", 2),
        node(5, "late/scan", NodeKind.OPERATION, "scan", 3, inside="scan of 8 steps", value=None),
        node(6, "sum", NodeKind.LOSS, "sum", 0),
    )
    groups = (
        GroupRecord(0, "", "", "whole", None, 7, 12),
        GroupRecord(1, "early", "early", "layer", 0, 3, 6),
        GroupRecord(2, "relu", "early/relu", "call", 1, 1, 0),
        GroupRecord(3, "late", "late", "layer", 0, 2, 6),
    )
    edges = (EdgeRecord(3, 4, 1.5, 0.75), EdgeRecord(3, 5, 0.5, 0.25), EdgeRecord(2, 3))
    return GraphRecord("run", 0.25, nodes, edges, groups, KEPT)


def names(text: str) -> list[str]:
    return [line.strip().split("  ")[0] for line in text.splitlines()[4:]]


def test_a_layer_is_folded_to_its_weights_and_output_in_the_order_of_computation(graph: GraphRecord) -> None:
    assert names(tree(graph)) == [
        "x", "early (3 values, 6 weights)", "early.weight", "early/relu/max", "late (2 values, 6 weights)",
        "late.weight", "late/scan", "sum",
    ]  # fmt: skip
    assert tree(graph).startswith("run: loss 0.25, 7 values, 3 folds\nEvery value")


def test_an_opened_layer_shows_all(graph: GraphRecord) -> None:
    assert names(tree(graph, "early"))[1:5] == [
        "early (3 values, 6 weights)", "early.weight", "early/matmul", "relu (1 values)",
    ]  # fmt: skip
    assert "early/matmul" not in tree(graph)


def test_a_node_says_where_its_gradient_comes_from(graph: GraphRecord) -> None:
    text = node_text(graph, "early/matmul")
    assert text.startswith("early/matmul: operation, matmul, 2x3 float32 model.py:3\n")
    assert "from: x\n" in text
    assert "to: early/relu/max, brings back 75.0% of the gradient, norm 1.5\n" in text
    assert "gradient: none" in node_text(graph, "x")
    assert "inside: scan of 8 steps" in node_text(graph, "late/scan")


def test_a_group_holds_what_is_in_the_groups_inside_it(graph: GraphRecord) -> None:
    assert [one.name for one in in_group(graph, graph.groups[1])] == ["early.weight", "early/matmul", "early/relu/max"]
