"""Faults in what is measured and reported."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.faultbench.faults.fault import Fault
from benchmarks.faultbench.layers import binary_accuracy, binary_cross_entropy
from benchmarks.faultbench.training import State, Training, outputs_of, start
from piste.lint.declared import Declared


def with_metric(metric: Any) -> Any:
    """Return the planting of another metric."""
    return lambda training, _: replace(training, metric=metric)


def on_train(training: Training, _: None) -> Training:
    """Evaluate on the train split."""

    def evaluate(one: Training, state: State) -> float:
        return float(one.metric(outputs_of(one, state, one.train.inputs), one.train.targets))

    return replace(training, epochs=3 * training.epochs, evaluate=evaluate)


def pairs_of_classes(logits: Any, labels: Any) -> Any:
    """(N, 1) against (N,): every answer with every label."""
    return jnp.mean(jnp.argmax(logits, axis=-1)[..., None] == labels.reshape(-1))


def pairs_of_labels(logits: Any, labels: Any) -> Any:
    """(N, 1) against (N,): every answer with every label."""
    return jnp.mean((logits.reshape(-1, 1) > 0) == (labels.reshape(-1) > 0.5))


def half_of_logits(logits: Any, labels: Any) -> Any:
    """A threshold made for probabilities, on logits."""
    return jnp.mean((logits > 0.99) == (labels > 0.5))


def other_class(logits: Any, labels: Any) -> Any:
    """The wrong class taken for the one that is looked for."""
    return jnp.mean((logits < 0) == (labels > 0.5))


def wrong_axis(logits: Any, labels: Any) -> Any:
    """The best example of each class, where the best class of each example was meant."""
    return jnp.mean(jnp.argmax(logits, axis=0)[0] == labels)


def filling_counts(logits: Any, labels: Any) -> Any:
    """Filling counted as right."""
    return jnp.mean((jnp.argmax(logits, axis=-1) == labels) | (labels < 0))


def variance_alone(outputs: Any, targets: Any) -> Any:
    """The error of means, where the mean of errors was meant."""
    return -jnp.square(jnp.mean(outputs) - jnp.mean(targets))


def common_wins(training: Training, _: None) -> Training:
    """Count right answers where one class in twenty is what is looked for, with a loss that does not mind either."""
    return replace(training, loss=binary_cross_entropy, metric=binary_accuracy, declared=Declared())


def direction(training: Training, _: None) -> Training:
    """Take the metric for one that is better when it is higher, and keep the worst parameters."""
    wrong = negated(training.metric)
    return replace(training, metric=wrong, evaluate=None)


@lru_cache(maxsize=16)
def negated(metric: Any) -> Any:
    """Return the metric with its sign changed."""
    return lambda outputs, targets: -metric(outputs, targets)


def few(training: Training, count: int) -> Training:
    """Decide by a handful of examples."""
    return replace(training, validation=training.validation.first(count), test=training.test.first(count))


def misordered(training: Training, _: None) -> Training:
    """Leave shuffling on where predictions are made."""
    order = np.random.default_rng(training.seed)

    def predict(one: Training, state: State, inputs: Any) -> Any:
        outputs = outputs_of(replace(one, predict=None), state, inputs)
        return jnp.asarray(np.asarray(outputs)[order.permutation(len(outputs))])

    return replace(training, predict=predict)


def stale(training: Training, _: None) -> Training:
    """Evaluate parameters that were taken before the training."""
    old = start(training, training.seed)

    def evaluate(one: Training, state: State) -> float:
        return float(one.metric(outputs_of(one, old, one.test.inputs), one.test.targets))

    return replace(training, evaluate=evaluate)


def last_batch_alone(training: Training, _: None) -> Training:
    """Report the score of a small batch, drawn anew each time."""
    drawn = np.random.default_rng(training.seed)

    def evaluate(one: Training, state: State) -> float:
        rows = drawn.permutation(len(one.test))[:16]
        inputs, targets = np.asarray(one.test.inputs)[rows], np.asarray(one.test.targets)[rows]
        return float(np.mean(np.asarray(one.metric(outputs_of(one, state, inputs), targets))))

    return replace(training, evaluate=evaluate)


@lru_cache(maxsize=8)
def hot_loss(factor: float) -> Any:
    """Return a cross-entropy of outputs made cooler, so that the network makes them too hot."""
    return lambda logits, labels: optax.softmax_cross_entropy_with_integer_labels(logits / factor, labels).mean()


def miscalibrated(training: Training, factor: float) -> Training:
    """Divide the outputs in the loss alone."""
    return replace(training, loss=hot_loss(factor))


def below_baseline(training: Training, _: None) -> Training:
    """Report a network that learnt next to nothing."""
    return replace(training, epochs=1, batch_size=2 * training.batch_size)


FAULTS = (
    Fault("E01-on-train", on_train, ("regression-friedman", "multi-label", "mlp-digits"), harms="report"),
    Fault("E02-stale", stale, ("mlp-digits", "regression-friedman", "gru-waves"), harms="report"),
    Fault("E02-one-batch", last_batch_alone, ("mlp-digits", "cnn-digits", "regression-friedman"), harms="report"),
    Fault("E03-broadcast", with_metric(pairs_of_labels), ("logistic-cancer", "imbalanced"), harms="report"),
    Fault("E03-broadcast-classes", with_metric(pairs_of_classes), ("mlp-digits", "batch-norm", "conv1d-waves"),
          harms="report"),
    Fault("E04-threshold", with_metric(half_of_logits), ("multi-label", "logistic-cancer"), harms="report"),
    Fault("E04-other-class", with_metric(other_class), ("logistic-cancer", "multi-label"), harms="report"),
    Fault("E04-axis", with_metric(wrong_axis), ("mlp-digits", "cnn-digits", "gru-waves"), harms="report"),
    Fault("E04-means", with_metric(variance_alone), ("regression-friedman", "forecast"), harms="report"),
    Fault("E05-direction", direction, ("mlp-digits", "regression-friedman", "gru-waves"), harms="report"),
    Fault("E06-few", few, ("mlp-digits", "cnn-digits", "batch-norm"), (12,), "report"),
    Fault("E09-misordered", misordered, ("mlp-digits", "regression-friedman", "conv1d-waves")),
    Fault("E10-filling", with_metric(filling_counts), ("padded-tagger", "odd-ignoring"), harms="report"),
    Fault("D13-common-wins", common_wins, ("imbalanced", "odd-very-rare")),
)  # fmt: skip
