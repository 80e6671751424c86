from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.train.gradients import in_pieces
from piste.train.plan import Split

GENERATOR = np.random.default_rng(0)
BATCH = Split(
    jnp.asarray(GENERATOR.normal(size=(10, 3)), jnp.float32),
    jnp.asarray(GENERATOR.normal(size=10), jnp.float32),
    jnp.asarray(GENERATOR.uniform(0.5, 2.0, 10), jnp.float32),
)
WEIGHTS = {"a": jnp.asarray([0.3, -0.2, 0.9]), "b": jnp.asarray(0.1)}


def weight_of(split: Split) -> jax.Array:
    assert split.weight is not None
    return split.weight


def summed(parameters: Any, state: Any, piece: Split, key: jax.Array) -> tuple[jax.Array, Any]:
    error = jnp.tanh(piece.inputs @ parameters["a"] + parameters["b"]) - piece.targets
    return jnp.sum(weight_of(piece) * jnp.square(error)), state + 1


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10, 64])
def test_pieces_add_up_to_the_whole_batch(count: int) -> None:
    key = jax.random.key(0)
    loss, runs, gradients = in_pieces(summed, count, WEIGHTS, jnp.asarray(0), BATCH, key)

    def mean(parameters: Any) -> jax.Array:
        return summed(parameters, jnp.asarray(0), BATCH, key)[0] / jnp.sum(weight_of(BATCH))

    expected, slopes = jax.value_and_grad(mean)(WEIGHTS)
    assert float(loss) == pytest.approx(float(expected), rel=1e-6)
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7), gradients, slopes)
    assert int(runs) <= count  # no more pieces than there are rows to fill them


def test_every_piece_draws_with_a_key_of_its_own() -> None:
    def noise(parameters: Any, state: Any, piece: Split, key: jax.Array) -> tuple[jax.Array, Any]:
        return jnp.sum(weight_of(piece)) * parameters, state.at[jnp.argmin(state)].set(jax.random.uniform(key))

    _, drawn, _ = in_pieces(noise, 5, jnp.asarray(1.0), jnp.zeros(5), BATCH, jax.random.key(3))
    assert len(set(np.asarray(drawn).tolist())) == 5
