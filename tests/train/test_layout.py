from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.train.layout import JOINED, Layout, norm

shapes = st.lists(
    st.one_of(
        st.lists(st.integers(1, 4), max_size=3).map(tuple), st.sampled_from([(JOINED,), (JOINED + 1,), (70, 80)])
    ),
    min_size=1,
    max_size=5,
)


def tree_of(sizes: list[tuple[int, ...]]) -> dict[str, Any]:
    return {f"{index}": np.full(size, index, np.float32) for index, size in enumerate(sizes)}


@given(shapes)
def test_unpack_undoes_pack(sizes: list[tuple[int, ...]]) -> None:
    tree = tree_of(sizes)
    layout = Layout.of(tree)
    parts = layout.pack(tree)
    assert sum(part.size for part in parts) == layout.size
    jax.tree.map(np.testing.assert_array_equal, layout.unpack(parts), tree)


@given(shapes)
def test_the_norm_is_that_of_all_values_together(sizes: list[tuple[int, ...]]) -> None:
    tree = tree_of(sizes)
    together = np.concatenate([leaf.ravel() for leaf in tree.values()])
    np.testing.assert_allclose(norm(Layout.of(tree).pack(tree)), np.linalg.norm(together), rtol=1e-5)


def test_the_parameters_of_a_tiny_dense_network_are_one_vector() -> None:
    tree = {"a": jnp.zeros((60, 60)), "b": jnp.ones(JOINED - 3600)}
    assert [part.shape for part in Layout.of(tree).pack(tree)] == [(JOINED,)]


@pytest.mark.parametrize("more", [(1,), (1, 1, 1, 1)])  # one value too many, a kernel
def test_those_of_any_other_network_stand_alone(more: tuple[int, ...]) -> None:
    tree = {"a": jnp.zeros((60, 60)), "b": jnp.ones(JOINED - 3600 - (len(more) > 2)), "c": jnp.zeros(more)}
    assert [part.shape for part in Layout.of(tree).pack(tree)] == [leaf.shape for leaf in tree.values()]


def test_weight_decay_reaches_matrices_and_kernels_only() -> None:
    tree = {"a": jnp.zeros((2, 3)), "b": jnp.zeros(3), "c": jnp.zeros((1, 2)), "d": jnp.zeros(())}
    (mask,) = Layout.of(tree).of_rank_two()
    np.testing.assert_array_equal(mask, [1] * 6 + [0] * 3 + [1] * 2 + [0])
    tree = {"a": jnp.zeros((2, 2, 3)), "b": jnp.zeros(3), "c": jnp.zeros((JOINED, 2))}
    assert [float(mask) for mask in Layout.of(tree).of_rank_two()] == [1.0, 0.0, 1.0]


def test_a_model_without_parameters_has_no_parts() -> None:
    layout = Layout.of({})
    assert layout.size == 0
    assert layout.pack({}) == ()
    assert layout.unpack(()) == {}
    assert layout.of_rank_two() == ()
    assert float(norm(())) == 0.0
