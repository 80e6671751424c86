"""LAMB and Muon, which look at one tensor at a time, against their papers in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.train.by_tensor import trust_ratio
from piste.train.layout import Layout
from piste.train.optimisers import Optimiser

GENERATOR = np.random.default_rng(0)
TREE = {
    "bias": np.zeros(3, np.float32),
    "kernel": GENERATOR.normal(size=(3, 2, 4)).astype(np.float32),
    "weight": GENERATOR.normal(size=(6, 3)).astype(np.float32),
}
LAYOUT = Layout.of(TREE)


def direction(optimiser: Optimiser, gradient: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    weights, slope = LAYOUT.pack(TREE), LAYOUT.pack(gradient)
    state = optimiser.init(weights, LAYOUT)
    mask = LAYOUT.of_rank_two()
    found, _ = optimiser.direction(slope, state, weights, mask, LAYOUT)
    return {name: np.asarray(leaf) for name, leaf in LAYOUT.unpack(found).items()}


def gradients() -> dict[str, np.ndarray]:
    return {name: GENERATOR.normal(size=leaf.shape).astype(np.float32) for name, leaf in TREE.items()}


def test_lamb_makes_every_tensors_step_as_long_as_the_tensor() -> None:
    slope = gradients()
    found = direction(Optimiser("lamb", weight_decay=0.1), slope)
    for name, leaf in TREE.items():
        adam = slope[name] / (np.abs(slope[name]) + 1e-6) + 0.1 * leaf * (leaf.ndim > 1)
        size = np.linalg.norm(leaf)
        ratio = size / np.linalg.norm(adam) if size > 0 else 1.0
        np.testing.assert_allclose(found[name], adam * ratio, rtol=1e-4, atol=1e-6)


def test_no_direction_has_no_ratio() -> None:
    nothing = jax.tree.map(jnp.zeros_like, LAYOUT.pack(TREE))
    for part in trust_ratio(nothing, LAYOUT.pack(TREE), LAYOUT):
        assert np.all(np.isfinite(part))


@pytest.mark.parametrize("name", ["kernel", "weight"])
def test_muon_turns_a_matrix_into_a_nearly_orthogonal_one_of_adams_size(name: str) -> None:
    slope = gradients()
    found = direction(Optimiser("muon"), slope)[name]
    matrix = found.reshape(-1, found.shape[-1])
    given = slope[name].reshape(matrix.shape)
    left, _, right = np.linalg.svd(given, full_matrices=False)
    scale = 0.2 * np.sqrt(max(matrix.shape))
    # The quintic iteration is tuned for speed: singular values end between about 0.7 and 1.2.
    values = np.linalg.svd(matrix / scale, compute_uv=False)
    assert np.all((values > 0.6) & (values < 1.3))
    agreement = np.sum(matrix / scale * (left @ right)) / min(matrix.shape)
    assert agreement == pytest.approx(1.0, abs=0.25)


def test_muon_leaves_biases_to_adam() -> None:
    slope = gradients()
    np.testing.assert_allclose(direction(Optimiser("muon"), slope)["bias"], np.sign(slope["bias"]), rtol=1e-5)


def test_muon_steps_twice_with_its_own_memory() -> None:
    optimiser, weights = Optimiser("muon"), LAYOUT.pack(TREE)
    state, mask = optimiser.init(weights, LAYOUT), LAYOUT.of_rank_two()
    one, two = (LAYOUT.pack(gradients()) for _ in range(2))
    _, state = optimiser.direction(one, state, weights, mask, LAYOUT)
    remembered, _ = optimiser.direction(two, state, weights, mask, LAYOUT)
    fresh, _ = optimiser.direction(two, optimiser.init(weights, LAYOUT), weights, mask, LAYOUT)
    assert not np.allclose(remembered[0], fresh[0], atol=1e-3)
