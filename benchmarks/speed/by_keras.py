"""Keras 3 on JAX: `Model.fit`, everything compiled that it compiles by itself."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

from benchmarks.speed.entry import Entry
from benchmarks.speed.problem import CLASSES, Net, Problem

JUDGED = 256  # test rows per forward pass, as Piste's


def fit(problem: Problem) -> Entry:
    """Return the contestant. After the first training it keeps what is compiled: only the numbers start anew."""
    train, test = problem.rows
    model = model_of(problem.net, train.inputs.shape[1:])
    model.compile(
        keras.optimizers.Adam(problem.learning_rate, epsilon=1e-8),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.optimizer.build(model.trainable_variables)
    start = [np.asarray(variable) for variable in (*model.weights, *model.optimizer.variables)]

    def trained(epochs: int) -> float:
        for variable, value in zip((*model.weights, *model.optimizer.variables), start, strict=True):
            variable.assign(value)
        history = model.fit(
            *train,
            batch_size=problem.batch_size,
            epochs=epochs,
            validation_data=test,
            validation_batch_size=JUDGED,
            verbose=0,
        )
        return float(history.history["val_accuracy"][-1])

    return Entry(trained, float, model.count_params())


def model_of(net: Net, shape: tuple[int, ...]) -> keras.Model:
    """Return the network in Keras's layers, whose weights start Glorot uniform."""
    layers = [keras.Input(shape), *(_cnn(net) if net.kind == "cnn" else _dense(net)), keras.layers.Dense(CLASSES)]
    return keras.Sequential(layers)


def _dense(net: Net) -> list[keras.layers.Layer]:
    return [keras.layers.Dense(width, activation="relu") for width in net.widths]


def _cnn(net: Net) -> list[keras.layers.Layer]:
    layers = []
    for index, width in enumerate(net.widths):
        layers.append(keras.layers.Conv2D(width, 3, padding="same", activation="relu"))
        layers += [keras.layers.MaxPooling2D()] if net.pools or index == len(net.widths) - 1 else []
    return [*layers, keras.layers.Flatten()]
