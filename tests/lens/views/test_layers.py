"""Going through a network shows what it computes, and changes it where something else is put in a layer's place."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.lens.views.layers import layers_of, outputs_of_layers, outputs_with
from piste.nn.activations import Activation
from piste.nn.branches import Concatenate
from piste.nn.dense import Dense
from piste.nn.layer import Context, Layer
from piste.nn.ragged import Ragged
from piste.nn.recurrent import GRU
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential
from piste.nn.zoo.resnet import small_resnet

MODELS: dict[str, tuple[Layer, tuple[int, ...]]] = {
    "branches": (
        Sequential((Concatenate((Dense(3), Sequential((Dense(4), Activation("tanh"))))), Residual(Dense(7)), Dense(2))),
        (5,),
    ),
    "resnet": (small_resnet(4, 8), (8, 8, 3)),
    "ragged": (Sequential((Ragged(), GRU(6), Dense(3))), (7, 2)),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_outputs_are_those_of_the_network(name: str) -> None:
    model, shape = MODELS[name]
    parameters, state = model.init(jax.random.key(1), shape), model.init_state(shape)
    inputs = jax.random.normal(jax.random.key(2), (3, *shape))
    if name == "ragged":
        inputs = inputs.at[1, 4:].set(jnp.nan)
    outputs, seen = outputs_of_layers(model, parameters, state, inputs)
    np.testing.assert_array_equal(outputs, model.run(parameters, state, inputs, Context())[0])
    assert list(seen) == list(layers_of(model, parameters, state, shape, jnp.float32))
    first = next(iter(seen))
    again = outputs_with(model, parameters, state, inputs, {first: seen[first]})
    np.testing.assert_array_equal(outputs, again)


def test_paths_name_layers_as_their_parameters_do() -> None:
    model, shape = MODELS["branches"]
    parameters = model.init(jax.random.key(1), shape)
    _, seen = outputs_of_layers(model, parameters, {}, jnp.ones((2, 5)))
    assert list(seen) == [
        "00_concatenate/00_dense",
        "00_concatenate/01_sequential/00_dense",
        "00_concatenate/01_sequential/01_activation",
        "00_concatenate",
        "01_residual/body",
        "01_residual",
        "02_dense",
    ]
    np.testing.assert_allclose(seen["01_residual"], seen["01_residual/body"] + seen["00_concatenate"], rtol=1e-6)


def test_another_value_in_a_layers_place_changes_what_comes_after() -> None:
    model = Sequential((Dense(3), Dense(2)))
    parameters = model.init(jax.random.key(0), (4,))
    put = jnp.full((1, 3), 2.0)
    outputs = outputs_with(model, parameters, {}, jnp.ones((1, 4)), {"00_dense": put})
    np.testing.assert_allclose(
        outputs, put @ parameters["01_dense"]["weight"] + parameters["01_dense"]["bias"], rtol=1e-6
    )
