"""Takes the usual loss of the task."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.findings import Finding
from piste.core.records import Task
from piste.lint.arrays import is_torch
from piste.lint.bench import Bench
from piste.lint.declared import Declared
from piste.lint.probes.classes import labels
from piste.lint.problem import Problem, problem
from piste.lint.remedies.composed import without_own_step
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed

_LEAST = 1e-7  # probability whose logarithm is taken


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with softmax or sigmoid cross-entropy, or squared errors, as the task wants.

    Smoothing, the ignored label and weights of classes are as declared; a step of the person's own takes the loss from
    elsewhere, and is put together anew.
    """
    pipeline = bench.pipeline
    if pipeline.declared.loss not in ("", "cross-entropy") or is_torch(pipeline.model) or is_torch(pipeline.loss):
        raise NotFixed(f"It is another loss on purpose, or PyTorch's. By hand: {finding.fix}.")
    one = bench.probe(problem)
    weights = _weights(bench, one) if pipeline.declared.class_weights else jnp.ones(one.width)
    loss, said = _usual(one, pipeline.declared, weights)
    mended = without_own_step(dataclasses.replace(pipeline, loss=loss))
    return Mended(changed(mended), f"the loss is {said}")


def _weights(bench: Bench, one: Problem) -> Any:
    """Return for each class what makes all of them count alike in train (K,), 1 on average over its examples."""
    counts = np.bincount(bench.probe(labels)["train"], minlength=one.width).astype(np.float64)
    return jnp.asarray(counts.sum() / (len(counts) * np.maximum(counts, 1.0)), jnp.float32)


def _usual(one: Problem, declared: Declared, weights: Any) -> tuple[Callable[[Any, Any], Any], str]:
    if one.task is Task.REGRESSION:
        return _squares, "the mean squared error"
    if one.single or one.task is Task.MULTI_LABEL:
        return _sigmoid(one, declared, weights), "the sigmoid cross-entropy, its mean over all labels"
    return _softmax(one, declared, weights), "the softmax cross-entropy, its mean over the examples"


def _squares(outputs: Any, targets: Any) -> Any:
    return jnp.mean(jnp.square(outputs.reshape(jnp.shape(targets)) - targets))


def _sigmoid(one: Problem, declared: Declared, weights: Any) -> Callable[[Any, Any], Any]:
    def loss(outputs: Any, targets: Any) -> Any:
        logits = outputs.reshape(jnp.shape(targets))
        if one.probabilities:
            shares = jnp.clip(logits, _LEAST, 1.0 - _LEAST)
            logits = jnp.log(shares) - jnp.log1p(-shares)
        known = jnp.ones(jnp.shape(targets)) if declared.ignore_label is None else targets != declared.ignore_label
        told = jnp.where(known, targets, 0)
        counts = known * (weights[told.astype(jnp.int32)] if one.single else 1.0)
        soft = told * (1.0 - declared.smoothing) + declared.smoothing / 2
        return jnp.sum((jnp.logaddexp(0.0, logits) - soft * logits) * counts) / jnp.maximum(jnp.sum(known), 1.0)

    return loss


def _softmax(one: Problem, declared: Declared, weights: Any) -> Callable[[Any, Any], Any]:
    def loss(outputs: Any, targets: Any) -> Any:
        logs = jnp.log(jnp.maximum(outputs, _LEAST)) if one.probabilities else jax.nn.log_softmax(outputs, axis=-1)
        if not one.whole:
            return -jnp.mean(jnp.sum(targets * logs, axis=-1))
        known = jnp.ones(jnp.shape(targets)) if declared.ignore_label is None else targets != declared.ignore_label
        told = jnp.where(known, targets, 0)
        own = jnp.take_along_axis(logs, told[..., None], axis=-1)[..., 0]
        costs = -(1.0 - declared.smoothing) * own - declared.smoothing * jnp.mean(logs, axis=-1)
        counts = known * weights[told]
        return jnp.sum(costs * counts) / jnp.maximum(jnp.sum(known), 1.0)

    return loss


REMEDY = Remedy("usual-loss", "Takes the usual loss of the task", mend)
