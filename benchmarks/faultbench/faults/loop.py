"""Faults in the loop, in what can be continued, and in what is repeated."""

import os
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.faultbench.faults.fault import Fault
from benchmarks.faultbench.programs.tables import adam, patient
from benchmarks.faultbench.training import (
    Batches,
    State,
    Training,
    batches_of,
    in_order,
    ordinary_stream,
    start,
    stepping,
)
from piste.core.keys import generator
from piste.lint.pipeline import Split


def sorted_rows(training: Training, _: None) -> Training:
    """Do not shuffle rows that are sorted by class."""
    targets = np.asarray(training.train.targets)
    order = np.argsort(targets if targets.ndim == 1 else targets[:, 0], kind="stable")
    train = Split(np.asarray(training.train.inputs)[order], targets[order])
    return replace(training, train=train, stream=lambda one, epoch: in_order(one, np.arange(len(one.train))))


def with_test(training: Training, _: None) -> Training:
    """Train on the test split as well."""
    both = [np.concatenate([np.asarray(getattr(one, name)) for one in (training.train, training.test)])
            for name in ("inputs", "targets")]  # fmt: skip

    def stream(one: Training, epoch: int) -> Batches:
        order = generator(one.seed, "stream", epoch).permutation(len(both[0]))
        for first in range(0, len(order) - one.batch_size + 1, one.batch_size):
            rows = order[first : first + one.batch_size]
            yield both[0][rows], both[1][rows]

    return replace(training, stream=stream, epochs=2 * training.epochs)


def part_of_epoch(training: Training, share: float) -> Training:
    """See the same first part of the rows in every epoch."""

    def stream(one: Training, epoch: int) -> Batches:
        count = max(int(share * len(one.train)), one.batch_size)
        yield from in_order(one, generator(one.seed, "stream", epoch).permutation(count))

    return replace(training, stream=stream)


def other_targets(training: Training, _: None) -> Training:
    """Shuffle the inputs and not the targets."""

    def stream(one: Training, epoch: int) -> Batches:
        for number, (inputs, targets) in enumerate(ordinary_stream(one, epoch)):
            yield inputs[generator(one.seed, "apart", epoch, number).permutation(len(inputs))], targets

    return replace(training, stream=stream)


def few_epochs(training: Training, epochs: int) -> Training:
    """Stop far too early."""
    return replace(training, epochs=epochs)


def swallowed(training: Training, share: float) -> Training:
    """Have NaN among the inputs, and turn gradients that are none into zeros."""
    from benchmarks.faultbench.faults.data import not_numbers

    spoilt = not_numbers(training, share)
    kept = {name: getattr(training, name) for name in ("validation", "test", "truth")}

    def apply(params: Any, updates: Any) -> Any:
        return jax.tree.map(lambda leaf, change: jnp.nan_to_num(leaf + jnp.nan_to_num(change)), params, updates)

    made = lru_cache(maxsize=2)(lambda forward, loss, optimiser: stepping(forward, loss, optimiser, apply))
    return replace(spoilt, **kept, make_step=lambda one: made(one.forward, one.loss, one.optimiser))


def ragged(training: Training, _: None) -> Training:
    """Hand the step a batch of another length each time."""

    def stream(one: Training, epoch: int) -> Batches:
        drawn = generator(one.seed, "ragged", epoch)
        for inputs, targets in batches_of(replace(one, stream=training.stream), epoch):
            count = int(drawn.integers(len(inputs) // 3, len(inputs) + 1))
            yield inputs[:count], targets[:count]

    return replace(training, stream=stream)


def unsaved(training: Training, what: str) -> Training:
    """Save the parameters, and not the rest."""

    def save(state: State) -> Any:
        params, stats = (jax.tree.map(np.array, one) for one in (state.params, state.stats))
        memory = None if what == "memory" else jax.tree.map(np.array, state.memory)
        return params, stats, memory, None if what == "key" else np.array(jax.random.key_data(state.key))

    def restore(saved: Any) -> State:
        params, stats, memory, key = saved
        fresh = start(training, training.seed)
        memory = training.optimiser.init(params) if memory is None else memory
        return State(params, stats, memory, fresh.key if key is None else jax.random.wrap_key_data(key))

    return replace(training, save=save, restore=restore)


def unseeded(training: Training, _: None) -> Training:
    """Draw the first parameters with a generator that has no seed."""
    own = training.init

    def init(seed: int) -> tuple[Any, Any]:
        return own(int.from_bytes(os.urandom(4), "big"))

    return replace(training, init=init)


def seed_ignored(training: Training, _: None) -> Training:
    """Begin with the same parameters whatever the seed."""
    own = training.init
    return replace(training, init=lambda seed: own(0))


def stop_at_worst(training: Training, _: None) -> Training:
    """Take the lowest score for the best one when it is asked whether to stop."""
    return replace(training, stop=patient(5, min), epochs=_stopped(training))


def _stopped(training: Training) -> int:
    """Return after how many epochs a score that rises would have been stopped."""
    return min(6, training.epochs)


def at_once(training: Training, _: None) -> Training:
    """Stop when one evaluation brings nothing better."""
    return replace(training, stop=lambda history: len(history) > 1 and history[-1] <= history[-2], epochs=3)


def constant_rate(training: Training, _: None) -> Training:
    """Have a schedule, and a step that was compiled with the rate of before."""
    schedule = optax.cosine_decay_schedule(1e-2, training.steps)
    return replace(training, schedule=schedule, optimiser=adam(3e-4))


FAULTS = (
    Fault("T10-stops-at-worst", stop_at_worst, ("mlp-digits", "dropout-digits")),
    Fault("T10-stops-at-once", at_once, ("mlp-digits", "dropout-digits")),
    Fault("T08-baked-rate", constant_rate, ("mlp-digits", "conv1d-waves", "regression-friedman")),
    Fault("T01-sorted", sorted_rows, ("mlp-digits", "cnn-digits", "gru-waves", "batch-norm")),
    Fault("T03-test-in-train", with_test, ("regression-friedman", "multi-label", "mlp-digits", "cnn-digits"),
          harms="report"),
    Fault("T04-part", part_of_epoch, ("mlp-digits", "regression-friedman", "gru-waves", "causal-language"), (0.1,)),
    Fault("T05-other-targets", other_targets, ("mlp-digits", "regression-friedman", "padded-tagger", "conv1d-waves")),
    Fault("T13-few-epochs", few_epochs, ("mlp-digits", "causal-language", "conv1d-waves", "regression-friedman"), (1,)),
    Fault("T14-swallowed", swallowed, ("mlp-digits", "regression-friedman"), (0.02,)),
    Fault("T17-ragged", ragged, ("mlp-digits", "multi-label"), harms="cost"),
    Fault("T12-resume-memory", unsaved, ("mlp-digits", "regression-friedman", "gru-waves", "causal-language"),
          ("memory",), "bits"),
    Fault("T12-resume-key", unsaved, ("dropout-digits", "piste-layers"), ("key",), "bits"),
    Fault("R01-unseeded", unseeded, ("mlp-digits", "cnn-digits", "gru-waves", "regression-friedman"), harms="bits"),
)  # fmt: skip
