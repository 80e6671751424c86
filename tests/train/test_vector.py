import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.train.vector import Layout

shapes = st.lists(st.lists(st.integers(1, 4), max_size=3).map(tuple), min_size=1, max_size=5)


@given(shapes)
def test_unravel_undoes_ravel(sizes: list[tuple[int, ...]]) -> None:
    tree = {f"{index}": np.full(size, index, np.float32) for index, size in enumerate(sizes)}
    layout = Layout.of(tree)
    vector = layout.ravel(tree)
    assert vector.shape == (layout.size,)
    jax.tree.map(np.testing.assert_array_equal, layout.unravel(vector), tree)


def test_weight_decay_reaches_matrices_and_kernels_only() -> None:
    tree = {"a": jnp.zeros((2, 3)), "b": jnp.zeros(3), "c": jnp.zeros((1, 1, 2, 1)), "d": jnp.zeros(())}
    np.testing.assert_array_equal(Layout.of(tree).of_rank_two(), [1] * 6 + [0] * 3 + [1] * 2 + [0])


def test_a_model_without_parameters_has_an_empty_vector() -> None:
    layout = Layout.of({})
    assert layout.size == 0
    assert layout.ravel({}).shape == (0,)
    assert layout.of_rank_two().shape == (0,)
