"""Attributions against what they must be: finite differences, the axiom of completeness, and the papers' formulas."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.keys import generator
from piste.lens.views.attribution import (
    grad_cam,
    gradient,
    groups,
    integrated_gradients,
    occlusion,
    patches,
    windows,
)
from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.layer import Context
from piste.nn.pooling import GlobalAveragePool
from piste.nn.ragged import Ragged
from piste.nn.recurrent import GRU
from piste.nn.sequential import Sequential

LINEAR = np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 0.25]], np.float32)


def line(inputs: jax.Array) -> jax.Array:
    return inputs @ LINEAR


def test_the_gradient_is_that_of_finite_differences() -> None:
    model = Sequential((Dense(6), Activation("tanh"), Dense(3)))
    parameters = model.init(jax.random.key(1), (4,))
    inputs = generator(0, "inputs").normal(size=(2, 4)).astype(np.float32)
    found = gradient(lambda values: model.run(parameters, {}, values, Context())[0], inputs, 1)
    wide = jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), parameters)

    def output(values: Any) -> Any:
        hidden = np.tanh(values @ wide["00_dense"]["weight"] + wide["00_dense"]["bias"])
        return (hidden @ wide["02_dense"]["weight"] + wide["02_dense"]["bias"])[:, 1]

    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5
        slope = (output(inputs + step) - output(inputs - step)) / 2e-5
        np.testing.assert_allclose(found[:, place], slope, rtol=1e-4, atol=1e-6)


def test_of_a_linear_function_each_input_counts_its_weight_times_its_way() -> None:
    inputs, baseline = np.array([[1.0, 2.0, 3.0]]), np.array([[0.0, 1.0, -1.0]])
    found, gaps = integrated_gradients(line, inputs, baseline, 1)
    np.testing.assert_allclose(found, LINEAR[:, 1] * (inputs - baseline), rtol=1e-5)
    np.testing.assert_allclose(gaps, 0, atol=1e-5)
    parts = groups(inputs[0], baseline[0], [[0], [1, 2]])
    fall = occlusion(line, inputs[0], parts, 1)
    np.testing.assert_allclose(fall, [found[0, 0], found[0, 1:].sum()], rtol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh"])
def test_integrated_gradients_are_complete(activation: str) -> None:
    model = Sequential(
        (Conv2D(6), Activation(activation), Conv2D(5, stride=2), Activation(activation), GlobalAveragePool(), Dense(3))
    )
    parameters = model.init(jax.random.key(4), (8, 8, 2))
    inputs = generator(1, "pictures").normal(size=(3, 8, 8, 2))
    run = jax.jit(lambda values: model.run(parameters, {}, values, Context())[0])
    found, gaps = integrated_gradients(run, inputs, np.zeros_like(inputs), 2)
    whole = np.asarray(run(jnp.asarray(inputs, jnp.float32)) - run(jnp.zeros(inputs.shape)))[:, 2]
    np.testing.assert_allclose(found.sum(axis=(1, 2, 3)), whole, rtol=0.01, atol=1e-4)
    assert gaps.max() < 0.01


def test_filling_counts_nothing() -> None:
    model = Sequential((Ragged(), GRU(5), Dense(2)))
    parameters = model.init(jax.random.key(3), (6, 2))
    inputs = generator(1, "sequence").normal(size=(1, 6, 2))
    inputs[0, 4:] = np.nan

    def run(values: jax.Array) -> jax.Array:
        return model.run(parameters, {}, values, Context())[0]

    found, gaps = integrated_gradients(run, inputs, np.where(np.isnan(inputs), np.nan, 0.0), 0)
    np.testing.assert_array_equal(found[0, 4:], 0)
    assert gaps[0] < 0.01
    fall = occlusion(run, inputs[0], windows(inputs[0], np.zeros((6, 2)), 2, 1), 0)
    np.testing.assert_array_equal(fall[4:], 0)
    assert np.abs(fall[:4]).max() > 0


def test_grad_cam_is_the_papers_formula() -> None:
    torch = pytest.importorskip("torch")
    model = Sequential((Conv2D(4, padding="valid"), Activation("relu"), GlobalAveragePool(), Dense(3)))
    parameters = model.init(jax.random.key(7), (6, 6, 1))
    inputs = generator(5, "picture").normal(size=(2, 6, 6, 1)).astype(np.float32)
    found = grad_cam(model, parameters, {}, inputs, "01_activation", 2)
    kernel = torch.tensor(np.asarray(parameters["00_conv2d"]["weight"]).transpose(3, 2, 0, 1).copy())
    maps = torch.nn.functional.conv2d(torch.tensor(inputs.transpose(0, 3, 1, 2).copy()), kernel).relu()
    maps.requires_grad_()
    head = torch.tensor(np.asarray(parameters["03_dense"]["weight"]))
    (maps.mean(dim=(2, 3)) @ head)[:, 2].sum().backward()
    expected = (maps.grad.mean(dim=(2, 3), keepdim=True) * maps).sum(dim=1).relu()
    np.testing.assert_allclose(found, expected.detach().numpy(), rtol=1e-4, atol=1e-6)


def test_every_pixel_is_hidden_at_least_once() -> None:
    picture, grey = np.ones((7, 5, 1)), np.zeros((7, 5, 1))
    covered = np.zeros((7, 5))
    for without, place in patches(picture, grey, 3, 2):
        np.testing.assert_array_equal(without[..., 0], 1 - place)
        covered += place
    assert covered.min() >= 1
    run = jax.jit(lambda values: jnp.sum(values[:, 2:3, 2:3], axis=(1, 2)))
    fall = occlusion(run, picture, patches(picture, grey, 1, 1), 0)
    assert fall[2, 2] == 1.0
    assert fall.sum() == 1.0
