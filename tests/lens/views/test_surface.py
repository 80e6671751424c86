"""The loss on a plane of parameters: against NumPy, and directions as the paper defines them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.keys import generator
from piste.lens.views.surface import (
    filter_normalised,
    flat,
    like,
    losses_of,
    losses_on_plane,
    single_weight,
    without_chance,
)
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Context
from piste.nn.normalisation import BatchNorm
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential


def test_every_place_has_the_loss_that_numpy_computes() -> None:
    draw = generator(1, "line")
    inputs, targets = draw.normal(size=50), draw.normal(size=50)
    x, y = np.linspace(-2, 2, 7), np.linspace(-1, 3, 5)

    def loss(parameters: dict[str, jax.Array]) -> jax.Array:
        return jnp.mean(jnp.square(parameters["w"] * inputs + parameters["b"] - targets))

    centre = {"w": np.float32(0.7), "b": np.float32(-0.2)}
    found = losses_on_plane(loss, centre, {"w": 1.0, "b": 0.0}, {"w": 0.0, "b": 1.0}, x, y)
    expected = [[np.mean((a * inputs + b - targets) ** 2) for a in 0.7 + x] for b in -0.2 + y]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    stacked = {"w": jnp.array([0.7, 1.0]), "b": jnp.array([-0.2, 0.0])}
    np.testing.assert_allclose(losses_of(loss, stacked)[1], np.mean((inputs - targets) ** 2), rtol=1e-5)


def test_filters_of_a_direction_are_as_long_as_those_of_the_network() -> None:
    model = Sequential((Conv2D(4), BatchNorm(), Dense(3)))
    parameters = model.init(jax.random.key(2), (6, 6, 2))
    direction = filter_normalised(parameters, 0, "first")
    own, drawn = parameters["00_conv2d"]["weight"], direction["00_conv2d"]["weight"]
    for unit in range(4):
        np.testing.assert_allclose(np.linalg.norm(drawn[..., unit]), np.linalg.norm(own[..., unit]), rtol=1e-6)
    np.testing.assert_array_equal(direction["00_conv2d"]["bias"], 0)
    np.testing.assert_array_equal(direction["01_batch_norm"]["gamma"], 0)
    other = filter_normalised(parameters, 0, "second")["00_conv2d"]["weight"]
    assert not np.allclose(other, drawn)
    np.testing.assert_array_equal(filter_normalised(parameters, 0, "first")["00_conv2d"]["weight"], drawn)


def test_one_weight_is_a_direction_of_its_own() -> None:
    parameters = {"00_dense": {"weight": np.array([[1.0, 2.0], [3.0, 4.0]]), "bias": np.zeros(2)}}
    direction, value = single_weight(parameters, " 00_dense/weight[1,0]")
    assert value == 3.0
    np.testing.assert_array_equal(flat(direction), [0, 0, 0, 0, 1, 0])  # bias before weight
    np.testing.assert_array_equal(flat(like(flat(parameters), parameters)), flat(parameters))
    with pytest.raises(SettingError, match=r"no weight '00_dens/weight\[0,0\]'. Did you mean '00_dense/weight\[0,0\]'"):
        single_weight(parameters, "00_dens/weight[0,0]")
    with pytest.raises(SettingError, match=r"have the shape \(2, 2\). Got \[5,0\]"):
        single_weight(parameters, "00_dense/weight[5,0]")


def test_nothing_is_left_to_chance() -> None:
    model = Sequential((Dense(8), Residual(Sequential((Dense(8), Dropout(0.5)))), Dropout(0.2), Dense(2)))
    fixed = without_chance(model)
    parameters = model.init(jax.random.key(0), (3,))
    inputs = jnp.ones((4, 3))
    outputs, _ = fixed.run(parameters, {}, inputs, Context(training=True))
    np.testing.assert_array_equal(outputs, model.run(parameters, {}, inputs, Context())[0])
