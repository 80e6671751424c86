"""Small trainings on pictures and sequences."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import optax

from benchmarks.faultbench import data, layers
from benchmarks.faultbench.programs import attention, networks
from benchmarks.faultbench.programs.tables import adam, starts
from benchmarks.faultbench.training import Training
from piste.lint.declared import Declared
from piste.lint.pipeline import Split


def cnn(seed: int) -> Training:
    """Handwritten digits as pictures."""
    four = data.split(*data.pictures(), (800, 300, 300), seed)
    return Training(
        name="cnn-digits", task="many-class", classes=10, **four._asdict(),
        init=starts(networks.cnn_init, 12, 10), forward=networks.cnn,
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=adam(1e-2), batch_size=50, epochs=12, seed=seed,
    )  # fmt: skip


def conv1d(seed: int) -> Training:
    """Four kinds of waves by convolutions."""
    four = data.split(*data.waves(seed, 2600), (800, 400, 400), seed)
    return Training(
        name="conv1d-waves", task="many-class", classes=4, **four._asdict(),
        init=starts(networks.conv1d_init, 12, 4), forward=networks.conv1d,
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=adam(1e-2), batch_size=40, epochs=12, seed=seed,
    )  # fmt: skip


@lru_cache(maxsize=4)
def clipped(rate: float, norm: float) -> optax.GradientTransformation:
    """Return Adam of clipped gradients."""
    return optax.chain(optax.clip_by_global_norm(norm), optax.adam(rate))


def gru(seed: int) -> Training:
    """Four kinds of waves by a recurrent network."""
    four = data.split(*data.waves(seed, 2600, 20), (800, 400, 400), seed)
    return Training(
        name="gru-waves", task="many-class", classes=4, **four._asdict(),
        init=starts(networks.gru_init, 24, 4), forward=networks.gru,
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=clipped(1e-2, 1.0), batch_size=40, epochs=10, seed=seed,
    )  # fmt: skip


def causal(seed: int, mask: str = "causal", scaled: bool = True) -> Training:
    """The next token of a small language."""
    four = data.split(*data.sentences(seed, 1600), (700, 300, 300), seed)
    return Training(
        name="causal-language", task="many-class", classes=12, **four._asdict(),
        init=starts(attention.init, 32, 12, 16, 12), forward=attention.block(True, mask, scaled=scaled),
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=adam(1e-2), batch_size=50, epochs=12, seed=seed, declared=Declared(causal=True),
    )  # fmt: skip


def tagger(seed: int, mask: str = "padding") -> Training:
    """A tag for each token of sequences of several lengths."""
    four = data.split(*data.tagged(seed, 1800), (700, 300, 300), seed)
    return Training(
        name="padded-tagger", task="many-class", classes=4, **four._asdict(),
        init=starts(attention.init, 24, 4, 12, 20), forward=attention.block(True, mask),
        loss=layers.masked_cross_entropy, metric=layers.masked_accuracy, judge=layers.masked_accuracy,
        optimiser=adam(1e-2), batch_size=50, epochs=12, seed=seed, declared=Declared(padding=0, ignore_label=-1),
    )  # fmt: skip


def transformer(seed: int, scaled: bool = True) -> Training:
    """Four kinds of waves by attention."""
    four = data.split(*data.waves(seed, 2600, 20), (800, 400, 400), seed)
    return Training(
        name="transformer-waves", task="many-class", classes=4, **four._asdict(),
        init=starts(attention.init, 24, 4, 20), forward=attention.block(False, pooled=True, scaled=scaled),
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=adam(1e-2), batch_size=40, epochs=16, seed=seed,
    )  # fmt: skip


def forecast(seed: int) -> Training:
    """The next value of a noisy season, from windows divided by time."""
    inputs, targets, times = data.course(seed, 2400)
    four = data.split(inputs, targets, (1200, 400, 400), seed, shuffled=False)
    ends = (0, 1200, 1600, 2000)
    first = data.Four(*(dated(one, times[begin:]) for one, begin in zip(four, (*ends[:3], 1600), strict=True)))
    return Training(
        name="forecast", task="regression", **first._asdict(),
        init=starts(networks.mlp_init, (12, 24, 1)), forward=networks.mlp("tanh", single=True),
        loss=layers.squared_error, metric=layers.negative_error, judge=layers.negative_error,
        optimiser=adam(1e-2), batch_size=50, epochs=12, seed=seed,
    )  # fmt: skip


def dated(split: Split, times: Any) -> Split:
    """Return the split with the times of its rows."""
    return replace(split, times=times[: len(split)])
