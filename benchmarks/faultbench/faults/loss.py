"""Faults in the loss."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import optax

from benchmarks.faultbench.faults.fault import Fault
from benchmarks.faultbench.training import Forward, Training, on_splits

Loss = Callable[[Any, Any], Any]


def with_loss(loss: Loss) -> Callable[[Training, Any], Training]:
    """Return the planting of another loss."""
    return lambda training, _: replace(training, loss=loss)


def double_softmax(logits: Any, labels: Any) -> Any:
    """Softmax, and then a loss that takes logits."""
    shares = jax.nn.softmax(logits, axis=-1)
    return optax.softmax_cross_entropy_with_integer_labels(shares, labels).mean()


def double_sigmoid(logits: Any, labels: Any) -> Any:
    """Sigmoid, and then a loss that takes logits."""
    return optax.sigmoid_binary_cross_entropy(jax.nn.sigmoid(logits), labels).mean()


@lru_cache(maxsize=32)
def summed(loss: Loss) -> Loss:
    """Return the sum over the examples."""
    return lambda outputs, targets: loss(outputs, targets) * len(targets)


@lru_cache(maxsize=32)
def negative(loss: Loss) -> Loss:
    """Return the loss with its sign changed."""
    return lambda outputs, targets: -loss(outputs, targets)


def squares(logits: Any, labels: Any) -> Any:
    """Squared errors of probabilities."""
    told = jax.nn.one_hot(labels, logits.shape[-1])
    return jnp.mean(jnp.square(jax.nn.softmax(logits, axis=-1) - told))


def one_by_one(logits: Any, labels: Any) -> Any:
    """A sigmoid for each class where exactly one is right."""
    return optax.sigmoid_binary_cross_entropy(logits, jax.nn.one_hot(labels, logits.shape[-1])).mean()


def competing(logits: Any, labels: Any) -> Any:
    """A softmax over labels that may all be right."""
    return optax.softmax_cross_entropy(logits, labels).mean()


def as_a_number(logits: Any, labels: Any) -> Any:
    """The label taken for a number, the first logit for the answer."""
    return jnp.mean(jnp.square(logits[..., 0] - labels))


def column_against_row(outputs: Any, targets: Any) -> Any:
    """(N, 1) against (N,): every output with every target."""
    return jnp.mean(jnp.square(outputs.reshape(-1, 1) - targets.reshape(-1)))


def logit_against_row(logits: Any, labels: Any) -> Any:
    """(N, 1) against (N,): every logit with every label."""
    return optax.sigmoid_binary_cross_entropy(logits.reshape(-1, 1), labels.reshape(-1)).mean()


def over_examples(logits: Any, labels: Any) -> Any:
    """A softmax over the examples."""
    shares = jax.nn.log_softmax(logits, axis=0)
    return -jnp.mean(jnp.take_along_axis(shares, labels[..., None], axis=-1))


def mean_first(outputs: Any, targets: Any) -> Any:
    """The mean over the batch before the square."""
    return jnp.square(jnp.mean(outputs) - jnp.mean(targets)) + 0.01 * jnp.mean(jnp.square(outputs - targets))


def padding_counts(logits: Any, labels: Any) -> Any:
    """Filling trained on as if its label were the last one."""
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels % logits.shape[-1]).mean()


def padding_divides(logits: Any, labels: Any) -> Any:
    """The sum over real steps divided by all steps, and squeezed by their number in the batch."""
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, jnp.maximum(labels, 0)) * (labels >= 0)
    return jnp.mean(losses) ** 2


def wrapping(logits: Any, labels: Any) -> Any:
    """Labels looked up, where -1 is the last class."""
    shares = jax.nn.log_softmax(logits, axis=-1)
    return -jnp.mean(jnp.take_along_axis(shares, labels[..., None], axis=-1))


def one_class_short(logits: Any, labels: Any) -> Any:
    """One-hot of one class less than there are."""
    width = logits.shape[-1]
    told = jnp.pad(jax.nn.one_hot(labels, width - 1), [(0, 0)] * labels.ndim + [(0, 1)])
    return optax.softmax_cross_entropy(logits, told).mean()


def shifted(logits: Any, labels: Any) -> Any:
    """Labels counted from 1 inside the loss."""
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels - 1).mean()


def clipped(logits: Any, labels: Any) -> Any:
    """Losses above 1 cut off, and their gradient with them."""
    return jnp.minimum(optax.softmax_cross_entropy_with_integer_labels(logits, labels), 1.0).mean()


def unsafe(logits: Any, labels: Any) -> Any:
    """The logarithm of a probability that may be 0."""
    shares = jnp.exp(logits) / jnp.exp(logits).sum(axis=-1, keepdims=True)
    return -jnp.mean(jnp.log(jnp.take_along_axis(shares, labels[..., None], axis=-1)))


def of_decisions(logits: Any, labels: Any) -> Any:
    """Squared errors of the decision, which has no slope."""
    return jnp.mean(jnp.square(jnp.argmax(logits, axis=-1) - labels)) + 0.0 * jnp.sum(logits)


def of_rounded(outputs: Any, targets: Any) -> Any:
    """Squared errors of rounded outputs."""
    return jnp.mean(jnp.square(jnp.round(outputs) - targets))


def one_label_rules(logits: Any, labels: Any) -> Any:
    """One label that counts a thousand times."""
    weights = jnp.where(jnp.arange(logits.shape[-1]) == 0, 1000.0, 1.0)
    return jnp.mean(optax.sigmoid_binary_cross_entropy(logits, labels) * weights)


@lru_cache(maxsize=16)
def penalised(forward: Forward, strength: float) -> Forward:
    """Return a network whose outputs carry the gradient of a penalty on the weights."""

    def pulled(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        held = jax.tree.map(lambda leaf: _pulled(leaf, strength), params)
        return forward(held, stats, inputs, key)

    return pulled


@jax.custom_vjp
def _pulled(leaf: Any, strength: Any) -> Any:
    return leaf


def _forwards(leaf: Any, strength: Any) -> tuple[Any, Any]:
    return leaf, (leaf, strength)


def _backwards(kept: tuple[Any, Any], slope: Any) -> tuple[Any, None]:
    leaf, strength = kept
    return slope + 2 * strength * leaf, None


_pulled.defvjp(_forwards, _backwards)


def penalty(training: Training, strength: float) -> Training:
    """Add a penalty on the weights that outweighs the loss, in the step alone."""
    from benchmarks.faultbench.training import _step

    held = penalised(training.forward, strength)
    return replace(training, make_step=lambda one: _step(held, one.loss, one.optimiser))


def with_unknown(training: Training, loss: Loss) -> Training:
    """Have targets of -1 in train that the loss ought to leave out."""
    import numpy as np

    from benchmarks.faultbench.faults.data import draw

    def hidden(split: Any) -> Any:
        labels = np.array(split.targets)
        labels[draw(training, "unknown", len(labels)).random(labels.shape) < 0.4] = -1
        return replace(split, targets=labels)

    declared = replace(training.declared, ignore_label=-1)
    return on_splits(replace(training, loss=loss, declared=declared), hidden, "train")


def plant(get: Callable[[Loss], Loss]) -> Callable[[Training, Any], Training]:
    """Return the planting of a change of the loss that there is."""
    return lambda training, _: replace(training, loss=get(training.loss))


CLASSES = ("mlp-digits", "cnn-digits", "gru-waves", "batch-norm")
TWO = ("logistic-cancer", "multi-label")
NUMBERS = ("regression-friedman", "forecast")

FAULTS = (
    Fault("L01-double-softmax", with_loss(double_softmax), (*CLASSES, "causal-language", "piste-pieces")),
    Fault("L01-double-sigmoid", with_loss(double_sigmoid), TWO),
    Fault("L02-sum", plant(summed), ("mlp-digits", "regression-friedman", "multi-label", "piste-layers")),
    Fault("L03-sign", plant(negative), ("mlp-digits", "regression-friedman", "logistic-cancer", "transformer-waves")),
    Fault("L04-squares", with_loss(squares), ("mlp-digits", "gru-waves", "accumulation")),
    Fault("L04-one-by-one", with_loss(one_by_one), ("mlp-digits", "gru-waves")),
    Fault("L04-competing", with_loss(competing), ("multi-label",)),
    Fault("L04-number", with_loss(as_a_number), ("mlp-digits", "cnn-digits", "batch-norm")),
    Fault("L06-broadcast", with_loss(column_against_row), NUMBERS),
    Fault("L06-broadcast-logits", with_loss(logit_against_row), ("logistic-cancer", "imbalanced")),
    Fault("L07-axis", with_loss(over_examples), (*CLASSES, "conv1d-waves")),
    Fault("L07-mean-first", with_loss(mean_first), NUMBERS),
    Fault("L08-padding-counts", with_loss(padding_counts), ("padded-tagger", "odd-ignoring")),
    Fault("L08-normaliser", with_loss(padding_divides), ("padded-tagger",)),
    Fault("L11-penalty", penalty, ("mlp-digits", "regression-friedman"), (0.1, 1.0)),
    Fault("L12-one-label-rules", with_loss(one_label_rules), ("multi-label",)),
    Fault("L14-wraps", lambda t, _: with_unknown(t, wrapping), ("mlp-digits", "batch-norm", "conv1d-waves")),
    Fault("L15-no-slope", with_loss(of_decisions), ("mlp-digits", "gru-waves")),
    Fault("L15-rounded", with_loss(of_rounded), NUMBERS),
    Fault("L16-short", with_loss(one_class_short), ("mlp-digits", "batch-norm", "cnn-digits")),
    Fault("L17-shifted", with_loss(shifted), ("mlp-digits", "causal-language", "cnn-digits")),
    Fault("L18-clipped", with_loss(clipped), ("mlp-digits", "cnn-digits", "causal-language")),
    Fault("L19-unsafe", with_loss(unsafe), ("odd-raw-pixels", "mlp-digits")),
)  # fmt: skip
