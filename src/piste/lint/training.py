"""The update of a pipeline as a black box: a person's own step, or the plain one of network, loss and optimiser."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import compiled, network
from piste.lint.pipeline import Pipeline
from piste.lint.rule import NotRun

_BATCH = 64  # examples of a step where no batch size is declared
_NAMES = ("parameters", "params", "model")


@dataclass(frozen=True)
class Training:
    """`start(seed)` gives the state, `step(state, inputs, targets)` the next, `parameters(state)` its parameters.

    `own` says that the step is a person's, not put together from the other pieces.
    """

    start: Callable[[int], Any]
    step: Callable[[Any, Any, Any], Any]
    parameters: Callable[[Any], Any]
    own: bool


def training(bench: Bench) -> Training:
    """Probe: the pipeline's update."""
    pipeline = bench.pipeline
    if pipeline.step is None or pipeline.start is None:
        return _composed(bench)
    own = pipeline.step

    def step(state: Any, inputs: Any, targets: Any) -> Any:
        return divided(state, own(state, inputs, targets))[0]

    return Training(pipeline.start, step, pipeline.parameters_of or _parameters, True)


def divided(state: Any, result: Any) -> tuple[Any, tuple[Any, ...] | None]:
    """Return the new state that a step gave for `state`, and what it gave beside it; None where it gave nothing else.

    A plain tuple of more than the state's own shape is (state, loss, ...).
    """
    if type(result) is tuple and _length(state) != len(result):
        return result[0], result[1:]
    return result, None


def guessed_parameters(pipeline: Pipeline) -> Any:
    """Return the parameters of the trained state: all of it where nothing says that it holds more."""
    if pipeline.parameters_of is not None:
        return pipeline.parameters_of(pipeline.trained)
    if hasattr(pipeline.trained, "named_parameters"):  # a PyTorch module
        return {name: as_numpy(value) for name, value in pipeline.trained.named_parameters()}
    more = pipeline.step is not None or pipeline.optimiser is not None
    return _parameters(pipeline.trained) if more else pipeline.trained


def _length(state: Any) -> int:
    return len(state) if type(state) is tuple else -1


def _parameters(state: Any) -> Any:
    for name in _NAMES:
        if isinstance(state, dict) and name in state:
            return state[name]
        if hasattr(state, name):
            return getattr(state, name)
    return state[0] if isinstance(state, tuple) else state


def objective(bench: Bench) -> Callable[[Any, Any, Any, Any], Any]:
    """Probe: `(parameters, state, inputs, targets)` to the mean loss in evaluation mode, for JAX to differentiate."""
    net, loss = bench.probe(network), bench.pipeline.loss
    if not net.traceable or loss is None:
        raise NotRun("The network is not written in JAX, so that its gradients cannot be asked for.")

    def mean(parameters: Any, state: Any, inputs: Any, targets: Any) -> Any:
        return jnp.mean(jnp.asarray(loss(net.evaluate(parameters, state, inputs), targets)))

    return mean


def gradients(bench: Bench) -> Callable[[Any, Any, Any, Any], tuple[Any, Any]]:
    """Probe: `(parameters, state, inputs, targets)` to (mean loss, gradients by the parameters), compiled."""
    return compiled(jax.value_and_grad(bench.probe(objective)))


def _composed(bench: Bench) -> Training:
    net, optimiser = bench.probe(network), bench.pipeline.optimiser
    slope = jax.value_and_grad(bench.probe(objective))

    def start(seed: int) -> Any:
        parameters = net.parameters if net.init is None else net.init(seed)[0]
        return parameters, optimiser.init(parameters)

    def step(state: Any, inputs: Any, targets: Any) -> Any:
        parameters, memory = state
        _, gradient = slope(parameters, net.state, inputs, targets)
        updates, memory = optimiser.update(gradient, memory, parameters)
        return jax.tree.map(lambda one, change: one + change, parameters, updates), memory

    return Training(start, compiled(step), lambda state: state[0], False)


def batches(bench: Bench, count: int) -> tuple[tuple[NDArray[Any], NDArray[Any]], ...]:
    """Probe: `count` batches of the train split in a fixed order, drawn anew when it is used up."""
    split, pipeline = bench.pipeline.train, bench.pipeline
    if split is None or split.targets is None:
        raise NotRun("To run it, give the examples: train=(inputs, targets).")
    size = min(pipeline.batch_size or _BATCH, len(split))
    generator = bench.generator("batches")
    order = np.concatenate([generator.permutation(len(split)) for _ in range(-(-count * size // len(split)) + 1)])
    inputs, targets = as_numpy(split.inputs), as_numpy(split.targets)
    cut = [order[index * size : (index + 1) * size] for index in range(count)]
    return tuple((inputs[rows], targets[rows]) for rows in cut)
