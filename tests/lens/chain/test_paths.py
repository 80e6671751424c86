"""The heaviest paths, found without listing all, are those of the list of all."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.lens.chain.paths import Edge, heaviest


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.integers(0, 10_000), st.booleans())
def test_as_many_paths_as_wanted_in_the_order_of_their_size(widths: list[int], seed: int, shortcut: bool) -> None:
    draw = np.random.default_rng(seed)
    sizes = [2, *widths, 1]
    edges = [
        Edge(place, place + 1, draw.normal(size=(sizes[place + 1], sizes[place])) * (draw.random() > 0.1))
        for place in range(len(sizes) - 1)
    ]
    last = len(sizes) - 1
    if shortcut and last > 1:
        edges.append(Edge(0, last, draw.normal(size=(1, 2))))
    products = []
    for places in itertools.product(*map(range, sizes[1:])):
        path, before = 1.0, 0
        for edge, to in zip(edges, places, strict=False):
            path, before = path * edge.matrix[to, before], to
        products.append(path)
    if len(edges) == len(sizes):
        products.append(edges[-1].matrix[0, 0])
    expected = sorted((abs(one) for one in products if one), reverse=True)
    found, count = heaviest(edges, (0, 0), last, 4)
    assert [abs(one.product) for one in found] == pytest.approx(expected[:4])
    assert count == len(expected)
    for one in found:
        assert np.prod(one.derivatives) == pytest.approx(one.product)
        assert one.places[0] == (0, 0)
        assert one.places[-1] == (last, 0)
