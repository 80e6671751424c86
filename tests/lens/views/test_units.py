"""What excites a unit: the largest outputs, the window it sees, and an input that climbs."""

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.keys import generator
from piste.lens.views.units import Scale, excitement, made_up, receptive
from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten

MODEL = Sequential((Conv2D(4, padding="valid"), Activation("relu"), Conv2D(3, padding="valid"), Activation("relu")))
SHAPE = (8, 8, 1)


def test_the_largest_output_and_its_place_are_found() -> None:
    parameters = MODEL.init(jax.random.key(0), SHAPE)
    inputs = generator(0, "pictures").normal(size=(150, *SHAPE)).astype(np.float32)
    values, places = excitement(MODEL, parameters, {}, inputs, "01_activation")
    maps = np.maximum(
        jax.lax.conv_general_dilated(
            jnp.asarray(inputs),
            parameters["00_conv2d"]["weight"],
            (1, 1),
            "VALID",
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        ),
        0,
    ).reshape(150, 36, 4)
    np.testing.assert_allclose(values, maps.max(axis=1), rtol=1e-4)
    np.testing.assert_array_equal(places, maps.argmax(axis=1))


def test_a_place_sees_the_windows_below_it() -> None:
    parameters = MODEL.init(jax.random.key(0), SHAPE)
    found = receptive(MODEL, parameters, {}, SHAPE, "03_activation", [0, 5])
    for place, mask in found.items():
        top, left = divmod(place, 4)
        expected = np.zeros((8, 8), bool)
        expected[top : top + 5, left : left + 5] = True
        np.testing.assert_array_equal(mask, expected)


def test_a_made_up_input_lies_along_the_weights_of_a_linear_unit() -> None:
    model = Sequential((Flatten(), Dense(2)))
    parameters = model.init(jax.random.key(0), (4, 3))
    weight = np.zeros((12, 2), np.float32)
    weight[5, 1], weight[9, 1] = 8.0, -8.0
    parameters["01_dense"]["weight"] = jnp.asarray(weight)
    scale = Scale(np.full(3, 10.0), np.full(3, 2.0), 4.0, 16.0)
    ((values, reached),) = made_up(model, parameters, {}, (4, 3), "01_dense", [1], scale)
    flat = (values.ravel() - 10.0) / 2.0
    assert flat[5] > 2.5
    assert flat[9] < -2.5
    assert np.abs(np.delete(flat, [5, 9])).max() < 2.5  # neighbours are drawn along: it is smooth
    assert reached > 70
    assert values.min() >= 4.0
    assert values.max() <= 16.0
