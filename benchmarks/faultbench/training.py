"""A training as a person writes it in plain JAX and Optax, in pieces that a fault can be planted in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from piste.core.keys import generator
from piste.lint.declared import Declared
from piste.lint.pipeline import Split

Arrays = NDArray[Any]
Forward = Callable[[Any, Any, Any, Any], tuple[Any, Any]]
Batches = Iterator[tuple[Arrays, Arrays]]


class State(NamedTuple):
    """What a training carries from step to step."""

    params: Any
    stats: Any  # running statistics, {} where there are none
    memory: Any  # of the optimiser
    key: Any


@dataclass(frozen=True, kw_only=True)
class Training:
    """One training with everything that belongs to it.

    `forward(params, stats, inputs, key)` gives (outputs, new stats); without a key it is evaluation mode. `truth` are
    examples that are met after the training, which the linter never sees, and `judge` the metric that is meant: a
    fault never touches it. `stream`, `step`, `start`, `evaluate`, `save` and `restore` are what the person wrote
    for their loop; the ordinary ones where they are left out.
    """

    name: str
    task: str
    classes: int | None = None
    train: Split
    validation: Split
    test: Split
    truth: Split
    init: Callable[[int], tuple[Any, Any]]
    forward: Forward
    two_modes: bool = False  # dropout or batch norm: training mode is another one
    loss: Callable[[Any, Any], Any]
    metric: Callable[[Any, Any], Any]
    judge: Callable[[Any, Any], Any]
    higher_is_better: bool = True
    optimiser: optax.GradientTransformation
    schedule: Callable[[int], Any] | None = None
    batch_size: int = 32
    epochs: int = 8
    declared: Declared = field(default_factory=Declared)
    seed: int = 0
    stream: "Callable[[Training, int], Batches] | None" = None
    make_step: "Callable[[Training], Callable[..., Any]] | None" = None
    evaluate: "Callable[[Training, State], float] | None" = None
    save: Callable[[State], Any] | None = None
    restore: Callable[[Any], State] | None = None
    predict: "Callable[[Training, State, Any], Any] | None" = None
    accumulate: "Callable[[Training, Any, Any], Any] | None" = None
    augment: Callable[[Any, Any, int], Any] | None = None
    stop: Callable[[list[float]], Any] | None = None
    own_step: bool = True  # False: only network, loss and optimiser are handed to the linter

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return self.epochs * (len(self.train) // self.batch_size)


def start(training: Training, seed: int) -> State:
    """Return the state that a training with `seed` begins with."""
    params, stats = training.init(seed)
    return State(params, stats, training.optimiser.init(params), jax.random.key(seed))


def stepping(
    forward: Forward, loss: Any, optimiser: Any, apply: Callable[..., Any]
) -> Callable[..., tuple[State, Any]]:
    """Return a compiled step that applies its updates by `apply`."""

    @jax.jit
    def step(state: State, inputs: Any, targets: Any) -> tuple[State, Any]:
        key, drawn = jax.random.split(state.key)

        def objective(params: Any) -> tuple[Any, Any]:
            outputs, stats = forward(params, state.stats, inputs, drawn)
            return jnp.mean(loss(outputs, targets)), stats

        (value, stats), gradient = jax.value_and_grad(objective, has_aux=True)(state.params)
        updates, memory = optimiser.update(gradient, state.memory, state.params)
        return State(apply(state.params, updates), stats, memory, key), value

    return step


@lru_cache(maxsize=64)
def _step(forward: Forward, loss: Any, optimiser: Any) -> Callable[..., tuple[State, Any]]:
    return stepping(forward, loss, optimiser, optax.apply_updates)


def ordinary_step(training: Training) -> Callable[..., tuple[State, Any]]:
    """Return the step (state, inputs, targets) -> (state, loss), compiled once for equal pieces."""
    return _step(training.forward, training.loss, training.optimiser)


def ordinary_stream(training: Training, epoch: int) -> Batches:
    """Yield the whole batches of an epoch in an order of its own."""
    order = generator(training.seed, "stream", epoch).permutation(len(training.train))
    yield from in_order(training, order)


def in_order(training: Training, order: Arrays) -> Batches:
    """Yield the train rows `order` in whole batches."""
    size = training.batch_size
    inputs, targets = np.asarray(training.train.inputs), np.asarray(training.train.targets)
    for first in range(0, len(order) - size + 1, size):
        rows = order[first : first + size]
        yield inputs[rows], targets[rows]


@lru_cache(maxsize=64)
def _evaluation(forward: Forward) -> Callable[..., Any]:
    return jax.jit(lambda params, stats, inputs: forward(params, stats, inputs, None)[0])


def outputs_of(training: Training, state: State, inputs: Any) -> Any:
    """Return the outputs in evaluation mode."""
    if training.predict is not None:
        return training.predict(training, state, inputs)
    return _evaluation(training.forward)(state.params, state.stats, inputs)


def ordinary_evaluate(training: Training, state: State) -> float:
    """Return the metric on the test split."""
    outputs = outputs_of(training, state, training.test.inputs)
    return float(np.mean(np.asarray(training.metric(outputs, training.test.targets))))


def reported(training: Training, state: State) -> float:
    """Return the score that the person would report."""
    return (training.evaluate or ordinary_evaluate)(training, state)


def true_score(training: Training, state: State) -> float:
    """Return the score on examples that nobody has seen, by the metric that is meant."""
    outputs = outputs_of(training, state, training.truth.inputs)
    return float(np.mean(np.asarray(training.judge(outputs, training.truth.targets))))


def batches_of(training: Training, epoch: int) -> Batches:
    """Yield the batches of an epoch as the training's own stream does."""
    yield from (training.stream or ordinary_stream)(training, epoch)


def step_of(training: Training) -> Callable[..., Any]:
    """Return the training's own step, the ordinary one where it has none."""
    return (training.make_step or ordinary_step)(training)


def trained(training: Training) -> State:
    """Return the state after the training."""
    step, state = step_of(training), start(training, training.seed)
    for epoch in range(training.epochs):
        for inputs, targets in batches_of(training, epoch):
            state, _ = step(state, inputs, targets)
    return state


def on_splits(training: Training, change: Callable[[Split], Split], *names: str) -> Training:
    """Return the training with the splits `names` (all four when left out) changed."""
    wanted = names or ("train", "validation", "test", "truth")
    changed: dict[str, Any] = {name: change(getattr(training, name)) for name in wanted}
    return replace(training, **changed)


def on_inputs(training: Training, change: Callable[[Arrays], Arrays], *names: str) -> Training:
    """Return the training with the inputs of the splits `names` (all four when left out) changed."""
    return on_splits(training, lambda split: replace(split, inputs=change(np.asarray(split.inputs))), *names)
