"""A whole training in the person's own loop, with Piste's watch beside it."""

from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.faultbench.training import State, Training, batches_of, outputs_of, start, step_of
from piste.core.watched import WatchedRecord
from piste.lint.watching.watch import Watch

EVERY = 5  # steps between two looks
EXAMPLES = 256  # that units are looked at on


def watched(training: Training) -> tuple[State, WatchedRecord]:
    """Return the state after the training, and what was seen of it."""
    step, state = step_of(training), start(training, training.seed)
    examples = jnp.asarray(np.asarray(training.train.inputs)[:EXAMPLES])
    watch = Watch(steps=training.steps, every=EVERY, apply=_apply(training.forward, state), examples=examples)
    slopes = _slopes(training.forward, training.loss)
    for epoch in range(training.epochs):
        for inputs, targets in batches_of(training, epoch):
            before = state
            state, loss = step(state, inputs, targets)
            seen = slopes(before.params, before.stats, inputs, targets) if watch.due() else None
            watch.step(loss=loss, parameters=state.params, gradients=seen, optimiser=state.memory)
        watch.validated(_losses(training, state))
    return state, watch.record


@lru_cache(maxsize=32)
def _of_examples(loss: Any) -> Any:
    return jax.jit(jax.vmap(lambda output, target: loss(output[None], target[None])))


def _losses(training: Training, state: State) -> Any:
    outputs = jnp.asarray(outputs_of(training, state, training.validation.inputs))
    targets = jnp.asarray(training.validation.targets)
    try:
        return _of_examples(training.loss)(outputs, targets)
    except (TypeError, ValueError, IndexError):  # a loss that takes whole batches alone
        return np.asarray(training.loss(outputs, targets))


@lru_cache(maxsize=32)
def _slopes(forward: Any, loss: Any) -> Any:
    def objective(params: Any, stats: Any, inputs: Any, targets: Any) -> Any:
        return jnp.mean(loss(forward(params, stats, inputs, jax.random.key(0))[0], targets))

    return jax.jit(jax.grad(objective))


def _apply(forward: Any, state: State) -> Any:
    return lambda params, inputs: forward(params, state.stats, inputs, None)[0]
