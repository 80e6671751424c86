"""Odd but healthy trainings: where rules that look at curves alarm, and nothing is wrong."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.faultbench import data, layers
from benchmarks.faultbench.programs import networks, sequences, tables
from benchmarks.faultbench.programs.tables import adam, sgd, starts
from benchmarks.faultbench.training import Batches, Forward, Training, on_inputs, ordinary_stream
from piste.core.keys import generator
from piste.lint.declared import Declared
from piste.lint.pipeline import Split


def fast_norm(seed: int) -> Training:
    """Gradient descent at a rate of 0.5, which batch norm bears."""
    return tables.batch_norm(seed, rate=0.5)


def smoothing(seed: int) -> Training:
    """Label smoothing of 0.1: the loss has a floor."""
    return replace(tables.mlp_classifier(seed), loss=smoothed, declared=Declared(smoothing=0.1))


def smoothed(logits: Any, labels: Any) -> Any:
    """Return the mean cross-entropy of labels smoothed by 0.1."""
    told = optax.smooth_labels(jax.nn.one_hot(labels, logits.shape[-1]), 0.1)
    return optax.softmax_cross_entropy(logits, told).mean()


def heavy_dropout(seed: int) -> Training:
    """Dropout of 0.6: the loss in training is above that in validation."""
    return tables.with_dropout(seed, rate=0.6)


def solved(seed: int) -> Training:
    """Classes so far apart that nearly every answer is right."""
    four = data.split(*data.blobs(seed, 3000, 12, 4, 6.0, "easy"), (900, 400, 400), seed)
    return replace(_classifier(four, 12, 4, seed), name="solved")


def _classifier(four: data.Four, features: int, classes: int, seed: int) -> Training:
    return Training(
        name="classifier", task="many-class", classes=classes, **four._asdict(),
        init=starts(networks.mlp_init, (features, 32, classes)), forward=networks.mlp(),
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=adam(1e-2), batch_size=50, epochs=10, seed=seed,
    )  # fmt: skip


def very_rare(seed: int) -> Training:
    """One row in two hundred, handled by weights and a metric of both classes."""
    return tables.imbalanced(seed, 0.005, 199.0)


def heavy_tails(seed: int) -> Training:
    """Targets with noise of Student's t of three degrees, and a loss that bears it."""
    plain = tables.regression(seed)

    def noisy(split: Split) -> Split:
        noise = generator(seed, "tails", len(split)).standard_t(3, size=len(split)) * 0.4
        return replace(split, targets=(np.asarray(split.targets) + noise).astype(np.float32))

    splits: dict[str, Any] = {name: noisy(getattr(plain, name)) for name in ("train", "validation", "test", "truth")}
    return replace(plain, **splits, loss=huber, declared=Declared(loss="other"))


def huber(outputs: Any, targets: Any) -> Any:
    """Return the mean Huber loss."""
    return optax.huber_loss(outputs, targets).mean()


def raw_pixels(seed: int) -> Training:
    """Pixels from 0 to 16, as they come."""
    return on_inputs(tables.mlp_classifier(seed), lambda inputs: inputs * 16)


@lru_cache(maxsize=4)
def _warmed(peak: float, steps: int) -> tuple[optax.GradientTransformation, Any]:
    schedule = optax.warmup_cosine_decay_schedule(0.0, peak, steps // 10, steps)
    return optax.adam(schedule), schedule


def warm_up(seed: int) -> Training:
    """A rate that rises from nothing and falls to nothing."""
    plain = sequences.transformer(seed)
    optimiser, schedule = _warmed(2e-2, plain.steps)
    return replace(plain, optimiser=optimiser, schedule=schedule)


def few(seed: int) -> Training:
    """Sixty examples to learn from."""
    four = data.split(*data.blobs(seed, 1500, 6, 3, 2.5, "few"), (60, 100, 300), seed)
    return replace(_classifier(four, 6, 3, seed), batch_size=20, epochs=30)


def plateau(seed: int) -> Training:
    """The parity of three signs: nothing is learnt for long, then all of it."""
    draw = generator(seed, "faultbench", "parity")
    inputs = draw.normal(size=(3000, 6)).astype(np.float32)
    labels = (np.prod(np.sign(inputs[:, :3]), axis=1) > 0).astype(np.int32)
    four = data.split(inputs, labels, (1200, 400, 400), seed)
    return replace(_classifier(four, 6, 2, seed), task="two-class", optimiser=adam(1e-2), epochs=25)


def natural_noise(seed: int) -> Training:
    """Three labels in a hundred are wrong, as in most sets."""
    plain = tables.batch_norm(seed)

    def wrong(split: Split) -> Split:
        draw, labels = generator(seed, "natural", len(split)), np.array(split.targets)
        rows = draw.random(len(labels)) < 0.03
        labels[rows] = draw.integers(6, size=int(rows.sum()))
        return replace(split, targets=labels)

    return replace(plain, train=wrong(plain.train), validation=wrong(plain.validation), test=wrong(plain.test))


def small_start(seed: int) -> Training:
    """Four hidden layers that start at a tenth of the usual size, and still train."""
    plain = tables.mlp_classifier(seed, "tanh", (32, 32, 32))
    width = plain.train.inputs.shape[1]
    return replace(plain, init=starts(networks.mlp_init, (width, 32, 32, 32, 10), 0.15), optimiser=adam(1e-2))


def dominant(seed: int) -> Training:
    """One feature says nearly all, and may."""
    draw = generator(seed, "faultbench", "dominant")
    inputs = draw.normal(size=(3000, 8)).astype(np.float32)
    labels = (inputs[:, 0] + 0.15 * inputs[:, 1] + 0.3 * draw.normal(size=3000) > 0).astype(np.int32)
    four = data.split(inputs, labels, (900, 400, 400), seed)
    return replace(_classifier(four, 8, 2, seed), task="two-class")


def honest_drift(seed: int) -> Training:
    """A split by time, where the later rows lie a little elsewhere."""
    inputs, labels = data.blobs(seed, 2400, 8, 4, 2.5, "drifting")
    at = np.arange(len(inputs), dtype=np.int64)
    inputs = inputs + 0.4 * (at[:, None] / len(at)).astype(np.float32)
    four = data.split(inputs, labels, (1000, 400, 400), seed, shuffled=False)
    begins = (0, 1000, 1400, 1400)
    dated = data.Four(*(sequences.dated(one, at[begin:]) for one, begin in zip(four, begins, strict=True)))
    return _classifier(dated, 8, 4, seed)


def clipping(seed: int) -> Training:
    """Gradients clipped in about one step in three."""
    return replace(tables.regression(seed), optimiser=sequences.clipped(5e-3, 1.0))


def half_precision(seed: int) -> Training:
    """Computed in bfloat16, with parameters of 32 bits."""
    plain = tables.mlp_classifier(seed)
    return replace(plain, forward=in_bfloat16(plain.forward))


@lru_cache(maxsize=4)
def in_bfloat16(forward: Forward) -> Forward:
    """Return the network computed in bfloat16."""

    def narrow(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        low = jax.tree.map(lambda leaf: leaf.astype(jnp.bfloat16), params)
        outputs, stats = forward(low, stats, jnp.asarray(inputs).astype(jnp.bfloat16), key)
        return outputs.astype(jnp.float32), stats

    return narrow


def edge(seed: int) -> Training:
    """The whole split in a step at a rate where the loss swings and falls all the same."""
    plain = tables.mlp_classifier(seed, "tanh")
    return replace(plain, optimiser=sgd(0.5), batch_size=200, epochs=60)


def legitimate_copies(seed: int) -> Training:
    """A fifth of the train rows stand there twice, on purpose."""
    plain = tables.batch_norm(seed)
    rows = np.concatenate([np.arange(750), np.arange(150)])
    return replace(plain, train=Split(plain.train.inputs[rows], plain.train.targets[rows]))


def ignoring(seed: int) -> Training:
    """A third of the steps have the label that is to be ignored."""
    plain = sequences.tagger(seed)

    def hidden(split: Split) -> Split:
        drop = generator(seed, "ignoring", len(split)).random(split.targets.shape) < 0.33
        return replace(split, targets=np.where(drop, -1, split.targets).astype(np.int32))

    return replace(plain, train=hidden(plain.train), validation=hidden(plain.validation), test=hidden(plain.test))


def augmented(seed: int) -> Training:
    """Pictures moved by up to a pixel, in training alone."""
    plain = sequences.cnn(seed)

    def stream(one: Training, epoch: int) -> Batches:
        for number, (inputs, targets) in enumerate(ordinary_stream(one, epoch)):
            yield moved(inputs, targets, 1000 * epoch + number)

    return replace(plain, stream=stream, augment=moved)


def moved(inputs: Any, targets: Any, seed: int) -> tuple[Any, Any]:
    """Return pictures moved by a pixel at most, each by itself."""
    by = generator(seed, "moved").integers(-1, 2, size=(len(inputs), 2))
    return np.stack([np.roll(one, tuple(way), (0, 1)) for one, way in zip(inputs, by, strict=True)]), targets


def zero_head(seed: int) -> Training:
    """A head that starts at nothing, so that nothing before it has a gradient in the first step."""
    plain = tables.mlp_classifier(seed)
    return replace(plain, init=zeroed(plain.init))


@lru_cache(maxsize=8)
def zeroed(init: Any) -> Any:
    """Return the start with a head of zeros."""

    def start(seed: int) -> tuple[Any, Any]:
        params, stats = init(seed)
        return {**params, "head": jax.tree.map(jnp.zeros_like, params["head"])}, stats

    return start
