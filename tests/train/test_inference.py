import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.layer import Context
from piste.nn.zoo.cnn import cnn
from piste.nn.zoo.mlp import mlp
from piste.train.inference import outputs


@pytest.mark.parametrize("rows", [0, 1, 2, 255, 256, 257, 1000])
def test_chunks_change_nothing(rows: int) -> None:
    model = mlp(2, (5,))
    parameters, state = model.init(jax.random.key(0), (3,)), model.init_state((3,))
    inputs = np.random.default_rng(0).normal(size=(rows, 3)).astype(np.float32)
    expected = model.run(parameters, state, jnp.asarray(inputs), Context())[0]
    np.testing.assert_allclose(outputs(model, parameters, state, inputs), expected, atol=1e-6)


def test_pictures_of_bytes_are_taken_as_they_are() -> None:
    model = cnn(4, (8, 8, 3), (4,))
    parameters, state = model.init(jax.random.key(0), (8, 8, 3)), model.init_state((8, 8, 3))
    pictures = np.random.default_rng(0).integers(0, 255, (10, 8, 8, 3)).astype(np.float32)
    assert outputs(model, parameters, state, pictures).shape == (10, 4)
