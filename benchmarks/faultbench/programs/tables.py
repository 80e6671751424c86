"""Small trainings on rows of tables."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import optax

from benchmarks.faultbench import data, layers
from benchmarks.faultbench.programs import networks
from benchmarks.faultbench.training import Training
from piste.lint.declared import Declared


@lru_cache(maxsize=256)
def adam(rate: float) -> optax.GradientTransformation:
    """Return Adam, the same object for the same rate."""
    return optax.adam(rate)


@lru_cache(maxsize=64)
def starts(init: Any, *arguments: Any) -> Any:
    """Return `init` of a seed with these arguments, the same function for the same ones."""
    return lambda seed: init(seed, *arguments)


def mlp_classifier(seed: int, activation: str = "relu", widths: tuple[int, ...] = (32,)) -> Training:
    """Handwritten digits by one hidden layer."""
    four = data.split(*data.bundled("digits"), (800, 300, 300), seed)
    features = four.train.inputs.shape[1]
    return Training(
        name="mlp-digits", task="many-class", classes=10, **four._asdict(),
        init=starts(networks.mlp_init, (features, *widths, 10)), forward=networks.mlp(activation),
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=adam(1e-2), batch_size=50, epochs=12, seed=seed, stop=patient(5),
    )  # fmt: skip


@lru_cache(maxsize=8)
def patient(evaluations: int, best: Any = max) -> Callable[[list[float]], bool]:
    """Return early stopping: nothing better for some evaluations of a score."""

    def stop(history: list[float]) -> bool:
        return len(history) > evaluations and best(history[-evaluations:]) != best(history)

    return stop


def logistic(seed: int) -> Training:
    """Ill or healthy, by weighted sums alone."""
    four = data.split(*data.bundled("breast_cancer"), (280, 140, 149), seed)
    four = data.Four(*(replace(one, targets=one.targets.astype("float32")) for one in four))
    return Training(
        name="logistic-cancer", task="two-class", classes=2, **four._asdict(),
        init=starts(networks.mlp_init, (30, 1)), forward=networks.mlp(single=True),
        loss=layers.binary_cross_entropy, metric=layers.binary_accuracy, judge=layers.binary_accuracy,
        optimiser=adam(1e-2), batch_size=20, epochs=20, seed=seed,
    )  # fmt: skip


def multi_label(seed: int) -> Training:
    """Four labels, any number of which may hold."""
    four = data.split(*data.labels_of(seed, 3000), (800, 400, 400), seed)
    return Training(
        name="multi-label", task="multi-label", classes=4, **four._asdict(),
        init=starts(networks.mlp_init, (10, 32, 4)), forward=networks.mlp(),
        loss=layers.binary_cross_entropy, metric=layers.binary_accuracy, judge=layers.binary_accuracy,
        optimiser=adam(1e-2), batch_size=40, epochs=12, seed=seed,
    )  # fmt: skip


def regression(seed: int) -> Training:
    """A number, by two hidden layers."""
    four = data.split(*data.friedman(seed, 3000), (800, 400, 400), seed)
    return Training(
        name="regression-friedman", task="regression", **four._asdict(),
        init=starts(networks.mlp_init, (8, 32, 32, 1)), forward=networks.mlp("tanh", single=True),
        loss=layers.squared_error, metric=layers.negative_error, judge=layers.negative_error,
        optimiser=adam(1e-2), batch_size=40, epochs=20, seed=seed,
    )  # fmt: skip


def imbalanced(seed: int, share: float = 0.05, weight: float = 19.0) -> Training:
    """One row in twenty is what is looked for: a weighted loss and a metric of both classes."""
    four = data.split(*data.rare(seed, 6000, share), (1500, 700, 700), seed)
    return Training(
        name="imbalanced", task="two-class", classes=2, **four._asdict(),
        init=starts(networks.mlp_init, (8, 16, 1)), forward=networks.mlp(single=True), loss=weighted(weight),
        metric=layers.balanced_accuracy, judge=layers.balanced_accuracy,
        optimiser=adam(5e-3), batch_size=50, epochs=10, seed=seed, declared=Declared(class_weights=True),
    )  # fmt: skip


@lru_cache(maxsize=8)
def weighted(weight: float) -> Any:
    """Return the mean cross-entropy in which the second class counts `weight` times."""

    def loss(logits: Any, labels: Any) -> Any:
        losses = optax.sigmoid_binary_cross_entropy(logits, labels)
        counts = jnp.where(labels > 0.5, weight, 1.0)
        return jnp.mean(losses * counts) / 2

    return loss


def embedded(seed: int) -> Training:
    """Three classes from the ids of five columns."""
    four = data.split(*data.categories(seed, 5000), (1500, 500, 500), seed)
    return Training(
        name="embedding-ids", task="many-class", classes=3, **four._asdict(),
        init=starts(networks.embedding_init, 5, 30, 6, 3), forward=networks.embedding,
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=adam(5e-3), batch_size=50, epochs=8, seed=seed,
    )  # fmt: skip


def autoencoder(seed: int) -> Training:
    """Digits through eight numbers and back."""
    inputs, _ = data.bundled("digits")
    four = data.split(inputs, inputs, (800, 300, 300), seed)
    width = inputs.shape[1]
    return Training(
        name="autoencoder", task="regression", **four._asdict(),
        init=starts(networks.mlp_init, (width, 48, 8, 48, width)), forward=networks.mlp("tanh"),
        loss=layers.squared_error, metric=layers.negative_error, judge=layers.negative_error,
        optimiser=adam(1e-2), batch_size=50, epochs=15, seed=seed,
    )  # fmt: skip


def batch_norm(seed: int, rate: float = 0.0) -> Training:
    """Six classes by two hidden layers with batch norm; with `rate` by plain gradient descent."""
    four = data.split(*data.blobs(seed, 3000, 12, 6, 2.2), (900, 400, 400), seed)
    return Training(
        name="batch-norm", task="many-class", classes=6, **four._asdict(),
        init=starts(networks.norm_init, (12, 32, 32, 6)), forward=networks.norm_mlp(), two_modes=True,
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=sgd(rate) if rate else adam(1e-2), batch_size=50, epochs=10, seed=seed,
        declared=Declared(mixes_batch=True),
    )  # fmt: skip


@lru_cache(maxsize=32)
def sgd(rate: float, momentum: float | None = None) -> optax.GradientTransformation:
    """Return gradient descent, the same object for the same choices."""
    return optax.sgd(rate, momentum)


def with_dropout(seed: int, rate: float = 0.3) -> Training:
    """Handwritten digits with dropout."""
    plain = mlp_classifier(seed, widths=(64,))
    return replace(plain, name="dropout-digits", forward=networks.mlp(rate=rate), two_modes=True)


@lru_cache(maxsize=8)
def accumulating(rate: float, every: int) -> Any:
    """Return Adam that steps after every few micro-batches."""
    return optax.MultiSteps(optax.adam(rate), every).gradient_transformation()


def accumulation(seed: int) -> Training:
    """Five classes, four micro-batches to a step."""
    four = data.split(*data.blobs(seed, 3000, 10, 5, 2.0, "accumulation"), (960, 400, 400), seed)
    return Training(
        name="accumulation", task="many-class", classes=5, **four._asdict(),
        init=starts(networks.mlp_init, (10, 32, 5)), forward=networks.mlp(),
        loss=layers.cross_entropy, metric=layers.accuracy, judge=layers.accuracy,
        optimiser=accumulating(1e-2, 4), batch_size=16, epochs=12, seed=seed, accumulate=over_batches(1.0),
    )  # fmt: skip


@lru_cache(maxsize=4)
def over_batches(factor: float) -> Callable[[Training, Any, Any], Any]:
    """Return the gradient of an update of several batches; times their number where a division is forgotten."""

    def accumulate(training: Training, params: Any, batches: Any) -> Any:
        slope = _slope(training.forward, training.loss)
        slopes = [slope(params, inputs, targets) for inputs, targets in batches]
        return jax.tree.map(lambda *leaves: sum(leaves) * factor / (len(leaves) if factor == 1.0 else 1.0), *slopes)

    return accumulate


@lru_cache(maxsize=16)
def _slope(forward: Any, loss: Any) -> Callable[[Any, Any, Any], Any]:
    return jax.jit(jax.grad(lambda params, x, y: jnp.mean(loss(forward(params, {}, x, None)[0], y))))


def frozen_backbone(seed: int) -> Training:
    """Digits by features that stay as they are, and a head that is trained."""
    plain = mlp_classifier(seed, widths=(128,))
    return replace(plain, name="frozen-backbone", optimiser=head_alone(1e-2), declared=Declared(frozen=("hidden_0/",)))


@lru_cache(maxsize=4)
def head_alone(rate: float) -> optax.GradientTransformation:
    """Return Adam for the head, and no updates for what lies before it."""
    return parted(optax.adam(rate), lambda name: name == "head")


def parted(optimiser: optax.GradientTransformation, moves: Callable[[str], bool]) -> optax.GradientTransformation:
    """Return the optimiser for the layers that move, and no updates for the others."""

    def labels(params: Any) -> Any:
        words = {name: "train" if moves(name) else "stay" for name in params}
        return {name: jax.tree.map(lambda _, word=words[name]: word, one) for name, one in params.items()}

    return optax.multi_transform({"train": optimiser, "stay": optax.set_to_zero()}, labels)
