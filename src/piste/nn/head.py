"""The last layer's bias from the data, so that training starts at the best constant guess (MISSION row A6)."""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.nn.dense import Dense
from piste.nn.layer import Layer, Parameters
from piste.nn.sequential import Sequential, child_name


def output_bias(task: Task, targets: NDArray[np.generic], outputs: int) -> NDArray[np.float32]:
    """Return the bias (outputs,) that makes an input-blind network predict the train split's distribution.

    Classes: the log of each class's share; labels: the log odds of each; both with one example added to each side
    so that none is infinite. Regression: the mean, which is zero where targets are standardised.
    """
    if task is Task.REGRESSION:
        return np.asarray(np.mean(np.asarray(targets, np.float64), axis=0), np.float32).reshape(outputs)
    if task is Task.MULTI_LABEL:
        present = np.sum(np.asarray(targets, np.float64), axis=0) + 1
        return np.log(present / (len(targets) + 2 - present)).astype(np.float32)
    counts = np.bincount(np.asarray(targets, np.int64), minlength=outputs) + 1.0
    return np.log(counts / counts.sum()).astype(np.float32)


def constant_loss(task: Task, bias: NDArray[np.float32], targets: NDArray[np.generic]) -> float:
    """Return the mean loss on `targets` of a network that answers `bias` to every input: the loss to start from."""
    answer = bias.astype(np.float64)
    if task is Task.REGRESSION:
        return float(np.mean(np.square(np.asarray(targets, np.float64) - answer)))
    if task is Task.MULTI_LABEL:
        return float(np.mean(np.logaddexp(0.0, answer) - np.asarray(targets) * answer))
    return float(-np.mean(answer[np.asarray(targets, np.int64)] - np.logaddexp.reduce(answer)))


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
