"""Paths between single numbers, from a weight to the loss: how many there are, and which weigh most.

The derivative of the loss by a weight is the sum over all paths of the product of the local derivatives along each.
Their number grows with the width to the power of the depth, so they are not listed: the heaviest are found first. What
the heaviest path from a number onwards is worth is known from one pass backwards: the search is exact (A*).
"""

import heapq
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Edge:
    """The derivative (sizes of target, of source) of one node's numbers by another's."""

    source: int
    target: int
    matrix: NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """One path: the numbers it goes through as (node, place in the flat array), and the local derivatives between."""

    places: tuple[tuple[int, int], ...]
    derivatives: tuple[float, ...]
    product: float


def heaviest(edges: Sequence[Edge], start: tuple[int, int], end: int, most: int) -> tuple[tuple[Found, ...], float]:
    """Return the `most` paths of the largest products from `start` to the one number of node `end`, and how many paths.

    Nodes are numbered in the order of their computation. Paths whose product is 0 do not count.
    """
    leaving: dict[int, list[Edge]] = {}
    for edge in edges:
        leaving.setdefault(edge.source, []).append(edge)
    best, counts = _onwards(leaving, end)
    if start[0] not in best or not best[start[0]][start[1]]:
        return (), 0.0
    found: list[Found] = []
    order = itertools.count()
    waiting: list[tuple[float, int, float, tuple[tuple[int, int], ...], tuple[float, ...]]] = []
    heapq.heappush(waiting, (-best[start[0]][start[1]], next(order), 1.0, (start,), ()))
    while waiting and len(found) < most:
        _, _, product, places, derivatives = heapq.heappop(waiting)
        node, place = places[-1]
        if node == end:
            found.append(Found(places, derivatives, product))
            continue
        for edge in leaving.get(node, ()):
            if edge.target not in best:
                continue
            column = edge.matrix[:, place]
            ahead = np.abs(column) * best[edge.target]
            for to in np.flatnonzero(ahead):
                bound = abs(product) * float(ahead[to])
                factor, there = float(column[to]), (edge.target, int(to))
                further = (product * factor, (*places, there), (*derivatives, factor))
                heapq.heappush(waiting, (-bound, next(order), *further))
    return tuple(found), float(counts[start[0]][start[1]])


def _onwards(
    leaving: Mapping[int, Sequence[Edge]], end: int
) -> tuple[dict[int, NDArray[np.float64]], dict[int, NDArray[np.float64]]]:
    """Return, for every number, the largest size of a product from it to the end, and how many paths lead there."""
    best, counts = {end: np.ones(1)}, {end: np.ones(1)}
    for node in sorted(leaving, reverse=True):
        for edge in leaving[node]:
            if edge.target not in best:
                continue
            sizes = np.abs(edge.matrix)
            weight = np.max(sizes * best[edge.target][:, None], axis=0)
            number = ((sizes * best[edge.target][:, None]) > 0).T @ counts[edge.target]
            best[node] = np.maximum(best[node], weight) if node in best else weight
            counts[node] = counts[node] + number if node in counts else number
    return best, counts
