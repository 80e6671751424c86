"""Trainings whose network is a model of Piste's own layers."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax

from benchmarks.faultbench import data, layers
from benchmarks.faultbench.programs.tables import adam
from benchmarks.faultbench.training import Forward, Training
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Context, Layer
from piste.nn.sequential import Sequential


@lru_cache(maxsize=8)
def model(rate: float, classes: int) -> Layer:
    """Return two dense layers with dropout between."""
    return Sequential((Dense(32), Activation("relu"), Dropout(1.0 - rate), Dense(classes)))


@lru_cache(maxsize=8)
def forward_of(layer: Layer) -> Forward:
    """Return the layer as a function of parameters and statistics."""

    def forward(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        return layer.run(params, stats, inputs, Context(key is not None, key))

    return forward


@lru_cache(maxsize=8)
def init_of(layer: Layer, shape: tuple[int, ...]) -> Any:
    """Return the layer's start as a function of a seed."""
    drawn = jax.jit(lambda key: layer.init(key, shape))
    return lambda seed: (drawn(jax.random.key(seed)), layer.init_state(shape))


def of_layers(seed: int) -> Training:
    """Five classes by a model of Piste's layers, with dropout."""
    four = data.split(*data.blobs(seed, 3000, 10, 5, 2.2, "layers"), (900, 400, 400), seed)
    network = model(0.2, 5)
    return Training(
        name="piste-layers", task="many-class", classes=5, **four._asdict(),
        init=init_of(network, (10,)), forward=forward_of(network), two_modes=True,
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=adam(1e-2), batch_size=50, epochs=10, seed=seed,
    )  # fmt: skip


def by_pieces(seed: int) -> Training:
    """The same, of which the person hands the model, the loss and the optimiser alone."""
    return replace(of_layers(seed), name="piste-pieces", own_step=False)
