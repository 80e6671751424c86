"""Makes classes count alike, in the metric and in the loss."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy, is_torch
from piste.lint.bench import Bench
from piste.lint.probes.classes import labels
from piste.lint.problem import Problem, problem
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline judged by the mean of the classes' recalls, each example's loss weighed by its class.

    Weights are `examples / (classes * examples of the class)` of the train split, 1 on average.
    """
    pipeline, one = bench.pipeline, bench.probe(problem)
    if not one.whole:
        raise NotFixed(f"The targets are one-hot or shares of classes. By hand: {finding.fix}.")
    known = bench.probe(labels)["train"]
    counts = np.bincount(known, minlength=one.width).astype(np.float64)
    weights = np.where(counts > 0, len(known) / (np.sum(counts > 0) * np.maximum(counts, 1)), 1.0)
    pieces: dict[str, Any] = {"metric": balanced_accuracy(one), "higher_is_better": True}
    said = "the metric is the balanced accuracy"
    if pipeline.loss is not None and pipeline.step is None:
        pieces["loss"] = weighted(pipeline.loss, weights)
        pieces["declared"] = dataclasses.replace(pipeline.declared, class_weights=True)
        said += f", and the loss weighs classes from {weights.min():.3g} to {weights.max():.3g}"
    return Mended(changed(pipeline, **pieces), said)


def balanced_accuracy(one: Problem) -> Callable[[Any, Any], float]:
    """Return the metric of outputs (N, K) or (N, 1) and classes (N,): the mean of the classes' recalls."""
    middle = 0.5 if one.probabilities else 0.0

    def metric(outputs: Any, targets: Any) -> float:
        given, known = as_numpy(outputs), as_numpy(targets).reshape(-1)
        told = (given.reshape(-1) > middle) if one.single else given.argmax(axis=-1)
        return float(np.mean([np.mean(told.reshape(-1)[known == each] == each) for each in np.unique(known)]))

    return metric


def weighted(loss: Callable[..., Any], weights: NDArray[np.float64]) -> Callable[[Any, Any], Any]:
    """Return the mean over the batch of each example's own loss times the weight of its class.

    The example's own loss is that of a batch of it alone. Raises `NotFixed` for a loss that is not written in JAX.
    """
    if is_torch(loss):
        raise NotFixed("The loss is PyTorch's: give it weight=, the weight of each class.")
    by_class = jnp.asarray(weights, jnp.float32)

    def own(output: Any, target: Any) -> Any:
        return jnp.mean(loss(output[None], target[None]))

    def mean(outputs: Any, targets: Any) -> Any:
        whole = jnp.asarray(targets)
        return jnp.mean(jax.vmap(own)(jnp.asarray(outputs), whole) * by_class[whole.reshape(len(whole))])

    try:
        jax.eval_shape(mean, jnp.zeros((2, max(len(weights), 2))), jnp.zeros(2, jnp.int32))
    except jax.errors.JAXTypeError as error:
        raise NotFixed("The loss is not written in JAX: weigh each example inside it.") from error
    except (TypeError, ValueError):
        pass  # it takes outputs of another shape, with which the rules will ask it
    return mean


REMEDY = Remedy("class-weights", "Makes classes count alike", mend)
