"""Losses written down plainly in float64: the right ones, and the usual wrong ones, each with its cause and cure.

A loss under test is compared with these by its values on chosen scores, so that a wrong one has a name. What no
reference fits is judged by laws (`laws.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, softmax

from piste.core.findings import Severity

Rows = NDArray[Any]
Reference = Callable[[Rows, Rows], Rows]  # (scores (R, K), truth) -> the loss of each row, whose mean counts


@dataclass(frozen=True)
class Suspect:
    """A loss that is not the one that is needed: what it computes, and what to say of it."""

    key: str
    reference: Reference
    severity: Severity
    cause: str
    fix: str


def hot(truth: Rows, width: int) -> Rows:
    """Return classes (R,) as rows (R, K) with one 1."""
    return np.eye(width)[truth]


def cross_entropy(scores: Rows, truth: Rows, smoothing: float = 0.0) -> Rows:
    """Return the softmax cross-entropy of classes, in nats."""
    target = (1.0 - smoothing) * hot(truth, scores.shape[1]) + smoothing / scores.shape[1]
    return np.asarray(-np.sum(target * log_softmax(scores, axis=1), axis=1))


def binary_cross_entropy(scores: Rows, truth: Rows) -> Rows:
    """Return the cross-entropy of two classes or labels told by logits, in nats (R, K)."""
    target = truth.reshape(scores.shape)
    return np.asarray(np.logaddexp(0.0, scores) - target * scores)


def class_suspects(width: int) -> Iterator[Suspect]:
    """Yield the usual wrong losses of one class out of `width`."""

    def given_probabilities(scores: Rows, truth: Rows) -> Rows:
        return cross_entropy(softmax(scores, axis=1), truth)

    def over_the_batch(scores: Rows, truth: Rows) -> Rows:
        return np.asarray(-np.sum(hot(truth, width) * log_softmax(scores, axis=0), axis=1))

    def one_by_one(scores: Rows, truth: Rows) -> Rows:
        return binary_cross_entropy(scores, hot(truth, width))

    def squares_of(transform: Callable[[Rows], Rows]) -> Reference:
        return lambda scores, truth: np.square(transform(scores) - hot(truth, width))

    def shifted(by: int) -> Reference:
        return lambda scores, truth: cross_entropy(scores, np.clip(truth + by, 0, width - 1))

    def rolled(by: int) -> Reference:
        return lambda scores, truth: cross_entropy(scores, (truth + by) % width)

    def short(scores: Rows, truth: Rows) -> Rows:
        kept = hot(truth, width) * (np.arange(width) < width - 1)
        return np.asarray(-np.sum(kept * log_softmax(scores, axis=1), axis=1))

    squared = "Squared errors learn classes slowly: a confident wrong answer is hardly corrected."
    logits = "jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, labels))"
    yield Suspect(
        "loss.double-softmax", given_probabilities, Severity.ERROR,
        "Softmax is applied twice: the loss takes logits and applies it itself.",
        "Take the softmax out of the network, or out of what you hand to the loss: loss(logits, labels)",
    )  # fmt: skip
    yield Suspect(
        "loss.batch-axis", over_the_batch, Severity.ERROR,
        "The softmax runs over the examples of the batch instead of the classes.",
        "jax.nn.log_softmax(logits, axis=-1)",
    )  # fmt: skip
    yield Suspect(
        "loss.sigmoid-for-classes", one_by_one, Severity.WARNING,
        "Each class is judged by itself (sigmoid), though exactly one is right.", logits,
    )  # fmt: skip
    for transform in (lambda scores: softmax(scores, axis=1), expit, lambda scores: scores):
        yield Suspect("loss.squared-error-of-classes", squares_of(transform), Severity.WARNING, squared, logits)
    for reference in (shifted(-1), shifted(1), rolled(-1), rolled(1)):
        yield Suspect(
            "loss.labels-shifted", reference, Severity.ERROR,
            "The labels are off by one: each example is taught the class next to its own.",
            "Count the classes from 0 to K - 1, in the data and in the loss alike",
        )  # fmt: skip
    yield Suspect(
        "loss.one-hot-short", short, Severity.ERROR,
        "The last class has no place in the one-hot vector, and costs nothing.", f"jax.nn.one_hot(labels, {width})",
    )  # fmt: skip


def label_suspects() -> Iterator[Suspect]:
    """Yield the usual wrong losses of two classes told by one logit, or of several labels."""
    logits = "jnp.mean(optax.sigmoid_binary_cross_entropy(logits, labels))"

    def given_probabilities(scores: Rows, truth: Rows) -> Rows:
        return binary_cross_entropy(expit(scores), truth)

    def squares(scores: Rows, truth: Rows) -> Rows:
        return np.asarray(np.square(expit(scores) - truth.reshape(scores.shape)))

    def distances(scores: Rows, truth: Rows) -> Rows:
        return np.asarray(np.square(scores - truth.reshape(scores.shape)))

    def flipped(scores: Rows, truth: Rows) -> Rows:
        return binary_cross_entropy(scores, 1 - truth)

    def one_of_all(scores: Rows, truth: Rows) -> Rows:
        return np.asarray(-np.sum(truth.reshape(scores.shape) * log_softmax(scores, axis=1), axis=1))

    yield Suspect(
        "loss.double-sigmoid", given_probabilities, Severity.ERROR,
        "The sigmoid is applied twice: the loss takes logits and applies it itself.",
        "Take the sigmoid out of the network, or out of what you hand to the loss: loss(logits, labels)",
    )  # fmt: skip
    for reference in (squares, distances):
        yield Suspect(
            "loss.squared-error-of-classes", reference, Severity.WARNING,
            "Squared errors learn classes slowly: a confident wrong answer is hardly corrected.", logits,
        )  # fmt: skip
    yield Suspect(
        "loss.labels-flipped", flipped, Severity.ERROR, "0 and 1 have changed places in the loss.",
        "Check which class is 1 where the targets are made",
    )  # fmt: skip
    yield Suspect(
        "loss.softmax-for-labels", one_of_all, Severity.ERROR,
        "The labels compete in a softmax, though several can be right at once.", logits,
    )  # fmt: skip


def broadcast(pairs: Callable[[Rows, Rows], Rows]) -> Suspect:
    """Return the loss that pairs every output with every target: (N, 1) against (N,) gives (N, N)."""

    def reference(scores: Rows, truth: Rows) -> Rows:
        return pairs(scores.reshape(-1, 1), truth.reshape(1, -1))

    return Suspect(
        "loss.broadcast", reference, Severity.ERROR,
        "Outputs (N, 1) and targets (N,) broadcast to (N, N): each output is compared with all targets.",
        "outputs = outputs.squeeze(-1), before the loss",
    )  # fmt: skip
