"""The last layer's bias from the data, so that training starts at the best constant guess (MISSION row A6)."""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.nn.dense import Dense
from piste.nn.layer import Layer, Parameters
from piste.nn.losses import BinaryCrossEntropy, CrossEntropy, Loss, SquaredError
from piste.nn.losses.loss import StandardLoss
from piste.nn.sequential import Sequential, child_name

_BY_TASK: dict[Task, StandardLoss] = {
    Task.TWO_CLASS: CrossEntropy(),
    Task.MANY_CLASS: CrossEntropy(),
    Task.MULTI_LABEL: BinaryCrossEntropy(),
    Task.REGRESSION: SquaredError(),
}


def output_bias(
    task: Task,
    targets: NDArray[np.generic],
    outputs: int,
    weights: NDArray[np.floating] | None = None,
    loss: Loss | None = None,
) -> NDArray[np.float32]:
    """Return the bias (outputs,) with which an input-blind network has the least loss on the train split.

    Classes: the log of each class's share; labels: the log odds of each; both with one example added to each side
    so that none is infinite. Regression: the mean, which is zero where targets are standardised, or what else is
    best for the `loss` (the median for absolute errors). `weights` (B,) are those of the examples. A person's own loss
    starts as the task's usual one.
    """
    standard = loss if isinstance(loss, StandardLoss) else _BY_TASK[task]
    counted = np.ones(len(targets)) if weights is None else np.asarray(weights, np.float64)
    return standard.best_constant(targets, outputs, counted).reshape(outputs).astype(np.float32)


def constant_loss(
    task: Task,
    bias: NDArray[np.float32],
    targets: NDArray[np.generic],
    weights: NDArray[np.floating] | None = None,
    loss: Loss | None = None,
) -> float:
    """Return the mean loss on `targets` of a network that answers `bias` to every input: the loss to start from."""
    if loss is not None and loss != _BY_TASK[task]:
        answers = jnp.broadcast_to(jnp.asarray(bias), (len(targets), len(bias)))
        values = np.asarray(loss(answers, jnp.asarray(targets)), np.float64)
    else:
        values = _usual_losses(task, bias.astype(np.float64), targets)
    return float(np.average(values, weights=weights))


def _usual_losses(task: Task, answer: NDArray[np.float64], targets: NDArray[np.generic]) -> NDArray[np.float64]:
    # In NumPy: each operation that JAX runs by itself would be compiled for it.
    if task is Task.REGRESSION:
        return np.asarray(np.mean(np.square(np.asarray(targets, np.float64) - answer), axis=-1))
    if task is Task.MULTI_LABEL:
        return np.asarray(np.mean(np.logaddexp(0.0, answer) - np.asarray(targets) * answer, axis=-1))
    logs = answer - np.logaddexp.reduce(answer)
    if targets.ndim == 2:
        return -np.asarray(targets, np.float64) @ logs
    return -logs[np.asarray(targets, np.int64)]


def with_output_bias(model: Layer, parameters: Parameters, bias: jax.Array | NDArray[np.float32]) -> Parameters:
    """Return `parameters` with the bias of the model's last layer set; the last layer must be a `Dense` with bias."""
    if isinstance(model, Sequential) and model.layers:
        index = len(model.layers) - 1
        name = child_name(index, model.layers[index])
        inner = with_output_bias(model.layers[index], parameters.get(name, {}), bias)
        return {**parameters, name: inner}
    if not isinstance(model, Dense) or not model.bias:
        raise SettingError("The last layer must be Dense with a bias, to be started from the data.")
    return {**parameters, "bias": jnp.asarray(bias)}
