"""Metrics that are watched while training: one number per example, averaged over the split by the program.

They are computed inside the compiled step, over the whole validation split. The judged metrics, with intervals,
belong to evaluation.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from piste.core.records import Task

Metric = Callable[[jax.Array, jax.Array], jax.Array]


def right_class(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """1 where the largest of the logits (B, C) is the class (B,), else 0; its mean is the accuracy."""
    return (jnp.argmax(outputs, axis=-1) == targets).astype(jnp.float32)


def right_labels(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """The share of the K labels on the right side of probability 1/2; its mean is 1 - the Hamming loss."""
    return jnp.mean(((outputs > 0) == (targets > 0.5)).astype(jnp.float32), axis=-1)


def squared_error(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """The mean over the K outputs of the squared difference; the root of its mean is the RMSE."""
    return jnp.mean(jnp.square(outputs - targets), axis=-1)


class Watched(NamedTuple):
    """A metric with the name a person knows it by."""

    name: str
    metric: Metric
    higher_is_better: bool


WATCHED = {
    Task.TWO_CLASS: Watched("accuracy", right_class, True),
    Task.MANY_CLASS: Watched("accuracy", right_class, True),
    Task.MULTI_LABEL: Watched("label accuracy", right_labels, True),
    Task.REGRESSION: Watched("RMSE", squared_error, False),
}
