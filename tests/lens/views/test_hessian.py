"""Eigenvalues of the Hessian against those of the Hessian itself, made in full."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.keys import generator
from piste.lens.views.hessian import hessian_product, lanczos
from piste.lens.views.surface import flat, like
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.layer import Context
from piste.nn.losses import CrossEntropy
from piste.nn.sequential import Sequential


def test_of_a_small_network_the_ends_are_those_of_the_dense_hessian() -> None:
    model = Sequential((Dense(5), Activation("tanh"), Dense(3)))
    parameters = model.init(jax.random.key(3), (4,))
    inputs = generator(0, "inputs").normal(size=(30, 4)).astype(np.float32)
    classes = np.arange(30) % 3

    def loss(parameters: object) -> jax.Array:
        outputs, _ = model.run(parameters, {}, inputs, Context())  # type: ignore[arg-type]
        return jnp.mean(CrossEntropy()(outputs, jnp.asarray(classes)))

    product, size = hessian_product(loss, parameters)
    whole = np.asarray(
        jax.hessian(lambda vector: loss(_tree(vector, parameters)))(jnp.asarray(flat(parameters), jnp.float32)),
        np.float64,
    )
    assert size == len(whole) == 43
    vector = generator(1, "vector").normal(size=size)
    np.testing.assert_allclose(product(vector), whole @ vector, rtol=1e-3, atol=1e-5)
    exact = np.linalg.eigvalsh(whole)
    found = lanczos(product, size, 25, 0)
    np.testing.assert_allclose(found.values[-3:], exact[-3:], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found.values[0], exact[0], rtol=2e-2, atol=1e-4)
    assert found.weights.sum() == pytest.approx(1.0)


def _tree(vector: jax.Array, parameters: object) -> object:
    leaves, structure = jax.tree.flatten(parameters)
    ends = np.cumsum([leaf.size for leaf in leaves])[:-1]
    parts = jnp.split(vector, ends)
    return jax.tree.unflatten(structure, [part.reshape(leaf.shape) for part, leaf in zip(parts, leaves, strict=True)])


def test_all_steps_give_the_whole_spectrum_and_its_moments() -> None:
    draw = generator(2, "matrix").normal(size=(12, 12))
    matrix = draw + draw.T
    found = lanczos(lambda vector: matrix @ vector, 12, 50, 5)
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(matrix), atol=1e-8)
    np.testing.assert_allclose(found.residuals, 0, atol=1e-6)
    start = generator(5, "lanczos").normal(size=12)
    start /= np.linalg.norm(start)
    assert np.sum(found.weights * found.values**2) == pytest.approx(start @ matrix @ matrix @ start)


def test_few_different_eigenvalues_end_the_search() -> None:
    found = lanczos(lambda vector: np.repeat([1.0, 4.0], 5) * vector, 10, 8, 0)
    np.testing.assert_allclose(found.values, [1.0, 4.0])


def test_vectors_and_trees_are_one() -> None:
    tree = {"a": np.ones((2, 3)), "b": np.zeros(2)}
    assert flat(like(np.arange(8.0), tree)).tolist() == list(range(8))
