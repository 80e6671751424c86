"""The trials of a race of MLPs by KerasTuner, with Keras on JAX."""

import os
import tempfile
import time

os.environ["KERAS_BACKEND"] = "jax"

import keras
import keras_tuner

from benchmarks.search.trial import CLASSES, Outcome, Race


def by_kerastuner(race: Race) -> Outcome:
    """Return what KerasTuner needed for the trials, one after another, the best weights of each kept."""

    def build(hp: keras_tuner.HyperParameters) -> keras.Model:
        settings = race.trials[hp.Int("trial", 0, len(race.trials) - 1)]
        layers = [keras.Input(race.train.inputs.shape[1:])]
        for _ in range(2):
            layers += [keras.layers.Dense(int(settings["width"]), "relu"), keras.layers.Dropout(settings["dropout"])]
        model = keras.Sequential([*layers, keras.layers.Dense(CLASSES)])
        optimiser = keras.optimizers.AdamW(settings["learning_rate"], weight_decay=settings["weight_decay"])
        model.compile(optimiser, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
        return model

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        tuner = keras_tuner.GridSearch(build, "val_accuracy", directory=folder)
        tuner.search(
            race.train.inputs, race.train.classes, batch_size=race.batch_size, epochs=race.epochs, verbose=0,
            validation_data=(race.validation.inputs, race.validation.classes),
        )  # fmt: skip
        seconds = time.perf_counter() - began
        trials = {one.hyperparameters.values["trial"]: one.score for one in tuner.oracle.trials.values()}
    return Outcome(seconds, tuple(float(trials[number]) for number in range(len(race.trials))))
