"""Every knob: filled into a program it does what the plain setting does."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tests.train.population.trials import plan

from piste.nn.activations import Activation, PReLU
from piste.nn.attention import MultiHeadAttention
from piste.nn.augment.augmentation import Augmentation
from piste.nn.augment.colour import ColourJitter
from piste.nn.augment.cutout import Cutout
from piste.nn.augment.mixing import CutMix, Mixup
from piste.nn.augment.noise import Noise
from piste.nn.augment.rotate import Rotate
from piste.nn.augment.scale import Crop, Scale
from piste.nn.augment.shift import Shift
from piste.nn.augment.steps import StepCrop, StepMask
from piste.nn.augment.swap import SwapNoise
from piste.nn.convolution import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from piste.nn.dense import Dense
from piste.nn.dropout import ChannelDropout, Dropout, StochasticDepth
from piste.nn.layer import Context, Layer
from piste.nn.losses import (
    BinaryCrossEntropy,
    BinaryFocal,
    CrossEntropy,
    Focal,
    Hinge,
    Huber,
    Mixture,
    Part,
    Quantile,
    SquaredHinge,
)
from piste.nn.normalisation import BatchNorm
from piste.nn.numbers import NumberEmbedding
from piste.nn.recurrent import LSTM
from piste.nn.transformer import TransformerBlock
from piste.train.averaging import Averaging
from piste.train.layout import Layout
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.plateau import Plateau
from piste.train.population.gated import Gated
from piste.train.population.knobs import KNOBS
from piste.train.population.templates import filled, row_of, template_of

KEY = jax.random.key(3)
PICTURES = jnp.asarray(np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3)), jnp.uint8)
SEQUENCES = jnp.asarray(np.random.default_rng(1).normal(size=(6, 9, 4)), jnp.float32)
ROWS = jnp.asarray(np.random.default_rng(2).normal(size=(6, 4)), jnp.float32)
NUMBERS = jnp.asarray(np.random.default_rng(3).integers(0, 3, 6), jnp.int32)
SIGNS = jnp.asarray(np.random.default_rng(4).integers(0, 2, (6, 4)), jnp.float32)

LOSSES: list[tuple[Any, Any, jax.Array]] = [
    (CrossEntropy(0.0), CrossEntropy(0.3), NUMBERS),
    (Focal(2.0), Focal(0.5), NUMBERS),
    (Hinge(1.0), Hinge(0.2), NUMBERS),
    (SquaredHinge(1.0), SquaredHinge(0.2), NUMBERS),
    (BinaryCrossEntropy(1.0), BinaryCrossEntropy(3.0), SIGNS),
    (BinaryFocal(2.0, 0.3), BinaryFocal(1.0, 0.6), SIGNS),
    (Huber(1.0), Huber(0.3), ROWS[::-1]),
    (Quantile(0.5), Quantile(0.9), ROWS[::-1]),
    (
        Mixture((Part(Huber(), 2, 2), Part(Quantile(), 2, 2, 0.5))),
        Mixture((Part(Huber(), 2, 2), Part(Quantile(), 2, 2, 2.0))),
        ROWS[::-1],
    ),
]
AUGMENTATIONS: list[tuple[Augmentation, Augmentation, jax.Array]] = [
    (ColourJitter(0.2, 0.2, 0.0), ColourJitter(0.5, 0.1, 0.4), PICTURES),
    (Cutout(0.2), Cutout(0.6), PICTURES),
    (Mixup(0.2, 3), Mixup(1.5, 3), ROWS),
    (CutMix(1.0, 3), CutMix(0.3, 3), PICTURES),
    (Noise(0.1), Noise(0.7), ROWS),
    (Rotate(5.0), Rotate(40.0), PICTURES),
    (Scale(0.1), Scale(0.4), PICTURES),
    (Crop(0.9), Crop(0.5), PICTURES),
    (Shift(1), Shift(3), PICTURES),
    (StepCrop(0.9), StepCrop(0.4), SEQUENCES),
    (StepMask(0.2, 0.0), StepMask(0.9, 1.0), SEQUENCES),
    (SwapNoise(0.1), SwapNoise(0.6), ROWS),
]
LAYERS: list[tuple[Layer, Layer, jax.Array]] = [
    (Activation("relu"), Activation("tanh"), ROWS),
    (Dense(5, initialiser="he_normal"), Dense(5, initialiser="zeros"), ROWS),
    (Dense(5, initialiser="he_normal"), Dense(5, initialiser="sigmoid_normal"), ROWS),
    (Conv1D(5, initialiser="he_normal"), Conv1D(5, initialiser="glorot_uniform"), SEQUENCES),
    (Conv2D(5, initialiser="he_normal"), Conv2D(5, initialiser="tanh_normal"), PICTURES / 255),
    (DepthwiseConv1D(initialiser="he_normal"), DepthwiseConv1D(initialiser="lecun_normal"), SEQUENCES),
    (DepthwiseConv2D(initialiser="he_normal"), DepthwiseConv2D(initialiser="orthogonal"), PICTURES / 255),
    (Dropout(1.0), Dropout(0.4), ROWS),
    (ChannelDropout(0.8), ChannelDropout(0.3), SEQUENCES),
    (StochasticDepth(0.9), StochasticDepth(0.5), ROWS),
    (MultiHeadAttention(2, keep=1.0), MultiHeadAttention(2, keep=0.6), SEQUENCES),
    (TransformerBlock(2, keep=0.9), TransformerBlock(2, keep=0.5, activation="relu"), SEQUENCES),
    (BatchNorm(0.9), BatchNorm(0.999), ROWS),
    (PReLU(0.25), PReLU(0.01), ROWS),
    (LSTM(3, forget_bias=1.0), LSTM(3, forget_bias=-2.0), SEQUENCES),
    (NumberEmbedding(2, 2, 0.1), NumberEmbedding(2, 2, 3.0), ROWS),
]
OPTIMISERS = [
    (Optimiser("adamw"), Optimiser("adamw", 0.1, 0.05, 0.7, 0.9999, 0.02, 0.01, 0.03)),
    (Optimiser("momentum", clip=0.1), Optimiser("momentum", momentum=0.2, decay_all=False)),
    (Optimiser("nesterov"), Optimiser("nesterov", momentum=0.2)),
    (Optimiser("rmsprop"), Optimiser("rmsprop", beta2=0.99)),
    (Optimiser("adadelta"), Optimiser("adadelta", beta2=0.99)),
    (Optimiser("nadam"), Optimiser("nadam", momentum=0.3, beta2=0.9)),
    (Optimiser("lion"), Optimiser("lion", momentum=0.3, beta2=0.5)),
    (Optimiser("lamb"), Optimiser("lamb", weight_decay=0.2)),
    (Optimiser("muon"), Optimiser("muon", momentum=0.3, beta2=0.9)),
]


def named(pairs: list[Any]) -> list[str]:
    return [type(pair[0]).__name__ if not isinstance(pair[0], Optimiser) else pair[0].name for pair in pairs]


def both(one: Plan, other: Plan, compute: Any) -> None:
    """Compare what a plan computes with what it does out of the template of two; that of the other must differ."""
    template = template_of([one, other])
    program = jax.jit(lambda row: compute(filled(template, row)))
    results = []
    for own in (one, other):
        row = row_of(template, own)
        assert row is not None
        found = program(row.astype(np.float32))
        expected = jax.jit(lambda own=own: compute(own))()
        for value, wanted in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-6)
        results.append(np.concatenate([np.ravel(leaf).astype(np.float64) for leaf in jax.tree.leaves(expected)]))
    assert not np.array_equal(results[0], results[1])


@pytest.mark.parametrize(("one", "other", "targets"), LOSSES, ids=named(LOSSES))
def test_losses(one: Any, other: Any, targets: jax.Array) -> None:
    def slope(own: Plan) -> Any:
        return jax.value_and_grad(lambda outputs: jnp.sum(own.loss(outputs, targets)))(ROWS)

    both(plan(Dense(4), loss=one), plan(Dense(4), loss=other), slope)


@pytest.mark.parametrize(("one", "other", "inputs"), AUGMENTATIONS, ids=named(AUGMENTATIONS))
def test_augmentations(one: Augmentation, other: Augmentation, inputs: jax.Array) -> None:
    def changed(own: Plan) -> Any:
        return own.augment[0].apply(KEY, inputs, NUMBERS)

    both(plan(Dense(4), augment=(one,)), plan(Dense(4), augment=(other,)), changed)


@pytest.mark.parametrize(("one", "other", "inputs"), LAYERS, ids=named(LAYERS))
def test_layers(one: Layer, other: Layer, inputs: jax.Array) -> None:
    shape = inputs.shape[1:]

    def ran(own: Plan) -> Any:
        parameters, state = own.model.init(KEY, shape), own.model.init_state(shape)
        outputs, after = own.model.run(parameters, state, inputs, Context(True, KEY))
        return parameters, outputs, after

    # Not resolved, so that the layers stay as they are given.
    first, second = (dataclasses.replace(plan(Dense(1)), model=layer, input_shape=shape) for layer in (one, other))
    both(first, second, ran)


@pytest.mark.parametrize(("one", "other"), OPTIMISERS, ids=named(OPTIMISERS))
def test_optimisers(one: Optimiser, other: Optimiser) -> None:
    tree = {"weight": ROWS, "bias": ROWS[0]}
    layout = Layout.of(tree)

    def moved(own: Plan) -> Any:
        now = layout.pack(tree)
        state = own.optimiser.init(now, layout)
        for step in range(3):
            gradient = jax.tree.map(lambda leaf, step=step: jnp.sin(3.0 * leaf + step), now)
            direction, state = own.optimiser.direction(gradient, state, now, layout.of_rank_two(), layout)
            now = jax.tree.map(lambda leaf, step: leaf - 0.01 * step, now, direction)
        return now

    both(plan(Dense(4), optimiser=one), plan(Dense(4), optimiser=other), moved)


def test_every_knob_is_tested_here_or_by_training() -> None:
    pairs = [pair[:2] for pair in (*LOSSES, *AUGMENTATIONS, *LAYERS, *OPTIMISERS)]
    varied: dict[type, set[str]] = {Averaging: {"decay"}, Plateau: {"factor", "patience"}}  # of test_trained_knobs.py
    for one, other in pairs:
        parts = [(one, other), *zip(getattr(one, "parts", ()), getattr(other, "parts", ()), strict=True)]
        for part, second in parts:
            names = {field.name for field in dataclasses.fields(part) if field.name in KNOBS.get(type(part), {})}
            differ = {name for name in names if getattr(part, name) != getattr(second, name)}
            varied.setdefault(type(part), set()).update(differ)
    # Those of test_widths.py and test_depths.py.
    elsewhere = {kind for kind in KNOBS if kind.__name__.startswith("Padded")} | {Gated}
    assert {kind: set(names) for kind, names in KNOBS.items() if kind not in elsewhere} == {
        kind: names for kind, names in varied.items() if names
    }
