"""The graph as records, which the report and the page show without JAX."""

import math
from collections.abc import Iterable
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.graphs import SHOWN, EdgeRecord, GroupRecord, NodeKind, NodeRecord, Statistics
from piste.lens.graph.trace import Step, Traced

LARGE = 4096
FAR = 1e12  # from which on a sum of squares could leave float32
CLOSE = 0.1  # a variance below so many squares of the mean is computed from the differences


def statistics(array: Any) -> Statistics:
    """Return an array in a few numbers; of complex numbers their sizes."""
    whole = np.asarray(array)
    flat = np.abs(whole).ravel() if np.iscomplexobj(whole) else whole.ravel()
    if flat.dtype != np.float32 or flat.size <= LARGE:  # a large one is not copied, for millions of numbers are read
        flat = flat.astype(np.float64)
    numbers = tuple(map(float, flat)) if flat.size <= SHOWN else ()
    zeros = 1.0 - float(np.count_nonzero(flat)) / flat.size if flat.size else 0.0
    fine, (low, high) = flat, _ends(flat)
    if not math.isfinite(low + high):  # a NaN anywhere makes both ends NaN
        fine = flat[np.isfinite(flat)]
        low, high = _ends(fine)
    missing = int(flat.size - fine.size)
    if not fine.size:
        return Statistics(0.0, 0.0, 0.0, 0.0, 0.0, zeros, missing, numbers)
    if max(-low, high) > FAR:
        fine = fine.astype(np.float64)
    mean = float(fine.mean(dtype=np.float64))
    square = float(np.dot(fine, fine))
    spread = square / fine.size - mean * mean
    if spread < CLOSE * mean * mean:  # few digits are left of it
        centred = fine - fine.dtype.type(mean)
        spread = float(np.dot(centred, centred)) / fine.size
    return Statistics(mean, math.sqrt(spread), low, high, math.sqrt(square), zeros, missing, numbers)


def _ends(flat: NDArray[Any]) -> tuple[float, float]:
    return (float(flat.min()), float(flat.max())) if flat.size else (0.0, 0.0)


def shares(parts: Iterable[NDArray[Any]], whole: NDArray[Any]) -> list[float]:
    """Return the part of each contribution in a gradient: its projection, over the norm of the whole."""
    total = np.asarray(whole, np.float64).ravel()
    square = float(total @ total)
    return [float(np.asarray(part, np.float64).ravel() @ total) / square if square else 0.0 for part in parts]


def node_records(
    traced: Traced, values: dict[int, Statistics], gradients: dict[int, Statistics]
) -> tuple[NodeRecord, ...]:
    """Return every node with the statistics there are."""
    records = []
    for node in traced.nodes:
        step = traced.steps[node.step] if node.step is not None else None
        records.append(
            NodeRecord(
                node.number, node.name, node.kind, node.operation, node.group, node.shape, str(node.dtype),
                step.line if step else "", inside_words(step) if step else "",
                values.get(node.number), gradients.get(node.number), node.number in values,
            )
        )  # fmt: skip
    return tuple(records)


def edge_records(traced: Traced, brought: dict[tuple[int, int], tuple[float, float]]) -> tuple[EdgeRecord, ...]:
    """Return every edge; `brought` has, by step and source, norm and share of the gradient that it brings back."""
    edges: dict[tuple[int, int], tuple[float, float] | None] = {}
    for step in traced.steps:
        for source in step.inputs:
            if isinstance(source, int):
                edges |= {(source, output): None for output in step.outputs}
                edges[source, step.outputs[0]] = brought.get((step.number, source))
    return tuple(EdgeRecord(*ends, *(both or (None, None))) for ends, both in edges.items())


def group_records(traced: Traced) -> tuple[GroupRecord, ...]:
    """Return every group with the number of its nodes and of its weights."""
    nodes, weights = [0] * len(traced.groups), [0] * len(traced.groups)
    for node in traced.nodes:
        group: int | None = node.group
        while group is not None:
            nodes[group] += 1
            weights[group] += int(np.prod(node.shape)) if node.kind is NodeKind.WEIGHT else 0
            group = traced.groups[group].parent
    return tuple(
        GroupRecord(one.number, one.name, one.path, one.kind, one.parent, nodes[one.number], weights[one.number])
        for one in traced.groups
    )


def inside_words(step: Step) -> str:
    """Return what can be opened in an operation: "scan of 8 steps"; "" where nothing can."""
    kind, parameters = step.eqn.primitive.name, step.eqn.params
    if kind == "scan":
        return f"scan of {parameters['length']} steps"
    if kind == "while":
        return "while loop"
    if kind == "cond":
        return f"one of {len(parameters['branches'])} branches"
    return "call with a derivative of its own" if kind in ("custom_jvp_call", "custom_vjp_call") else ""


def plain(array: Any) -> NDArray[Any]:
    """Return an array as NumPy has it; of random keys their words."""
    if hasattr(array, "dtype") and jax.numpy.issubdtype(array.dtype, jax.dtypes.extended):
        array = jax.random.key_data(array)
    return np.asarray(array)
