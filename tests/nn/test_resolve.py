import pytest

from piste.nn.activations import Activation, PReLU
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.initialisers import FOR_ACTIVATION
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.pooling import MaxPool
from piste.nn.resolve import resolve
from piste.nn.sequential import Sequential


def first(*layers: Layer) -> Dense:
    model = resolve(Sequential((Dense(4), *layers, Dense(2))))
    assert isinstance(model, Sequential)
    layer = model.layers[0]
    assert isinstance(layer, Dense)
    return layer


@pytest.mark.parametrize("name", ["relu", "tanh", "selu", "sigmoid"])
def test_weights_are_drawn_for_the_activation_that_follows(name: str) -> None:
    assert first(Dropout(0.5), Activation(name)).initialiser == FOR_ACTIVATION[name]
    normalised = {"tanh": "glorot_uniform", "sigmoid": "glorot_uniform"}.get(name, FOR_ACTIVATION[name])
    assert first(BatchNorm(), Activation(name)).initialiser == normalised
    assert first(Dropout(0.5), PReLU()).initialiser == FOR_ACTIVATION["prelu"]


def test_without_an_activation_before_the_next_sums_they_are_drawn_for_none() -> None:
    assert first().initialiser == FOR_ACTIVATION["linear"]


def test_the_bias_goes_before_batch_norm_only() -> None:
    assert not first(BatchNorm()).bias
    assert first(Activation("relu"), BatchNorm()).bias
    assert first(Dropout(0.5), BatchNorm()).bias


def test_the_bias_goes_before_a_pooling_that_is_normalised() -> None:
    pooled = resolve(Sequential((Conv2D(3), MaxPool(), BatchNorm())))
    plain = resolve(Sequential((Conv2D(3), MaxPool(), Activation("relu"))))
    assert isinstance(pooled, Sequential)
    assert isinstance(plain, Sequential)
    assert [layer.layers[0].bias for layer in (pooled, plain)] == [False, True]  # type: ignore[attr-defined]


def test_what_was_said_is_kept_and_twice_is_once() -> None:
    model = Sequential((Conv2D(3, initialiser="glorot_uniform"), BatchNorm(), Activation("relu")))
    settled = resolve(model)
    assert isinstance(settled, Sequential)
    assert settled.layers[0].initialiser == "glorot_uniform"  # type: ignore[attr-defined]
    assert resolve(settled) == settled


def test_nested_models_are_settled_too() -> None:
    model = resolve(Sequential((Sequential((Dense(3), Activation("tanh"))), Dense(1))))
    assert "auto" not in str(model)
