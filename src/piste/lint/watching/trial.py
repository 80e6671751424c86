"""Probe: the pipeline's own update, watched for a few hundred steps where no training was."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from piste.core.watched import WatchedRecord
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.needs import has
from piste.lint.network import Network, network, sample
from piste.lint.training import Training, batches, training
from piste.lint.watching.watch import Watch
from piste.train.origin import origin

STEPS = 300
SECONDS = 4.0
EVERY = 10  # steps between two looks
_LEAST = 20  # steps, however slow
_EXAMPLES = 1024  # that activations are looked at on
_BYTES = 1 << 26  # of batches held at once
_AFTER = 3  # looks after the first value that is not finite: are its steps made or left out?


def watched(bench: Bench) -> WatchedRecord:
    """Probe: what was seen of the training; of a trial where `watched` was not given."""
    return bench.pipeline.watched or _tried(bench)


def _tried(bench: Bench) -> WatchedRecord:
    pipeline, one = bench.pipeline, bench.probe(training)
    net = bench.probe(network) if has(pipeline, "network") and pipeline.loss is not None else None
    trial = _Trial(bench, one, _asking(bench, net) if net is not None and net.traceable else None)
    watch = Watch(steps=pipeline.steps or 0, every=EVERY, **_units(bench, net if trial.ask else None))
    count, until, broken = _count(bench), bench.deadline, 0
    validate = _validating(bench, net, count) if trial.ask else None
    state = held = one.start(pipeline.seed)
    for number in range(count):
        bench.hurry()
        if number == _LEAST:  # what had to be compiled is compiled
            until = time.monotonic() + SECONDS
        if broken >= _AFTER or time.monotonic() > until:
            break
        loss, slopes, looks = None, None, watch.due()
        if looks and trial.ask is not None:
            loss, slopes = trial.asked(state, number)
            broken += int(not _finite(loss, slopes))
            if broken == 1 and not watch.first_not_finite:
                watch.first_not_finite = trial.origin(held, max(number + 1 - EVERY, 0), state, number)
        state = one.step(state, *trial.batch(number))
        if looks and validate is not None:
            watch.validated(validate(one.parameters(state)))
        watch.step(loss=loss, parameters=one.parameters(state), gradients=slopes, optimiser=state)
        held = state if looks else held
    return watch.record


@dataclass(frozen=True)
class _Trial:
    """A pipeline's update, its batches, and (parameters, inputs, targets) -> (loss, gradients) where that is known."""

    bench: Bench
    one: Training
    ask: Callable[..., Any] | None

    def batch(self, number: int) -> tuple[Any, Any]:
        return self.bench.probe(batches, _count(self.bench))[number]

    def asked(self, state: Any, number: int) -> tuple[Any, Any]:
        """Return loss and gradients of the step that comes next."""
        loss, slopes = self.ask(self.one.parameters(state), *self.batch(number)) if self.ask else (None, None)
        return loss, slopes

    def origin(self, held: Any, first: int, state: Any, last: int) -> str:
        """Return what made the first value that is not finite, in a step from `first`, made from `held`, to `last`."""
        try:
            for number in range(first, last):
                if not _finite(*self.asked(held, number)):
                    return self._origin(held, number)
                held = self.one.step(held, *self.batch(number))
        except RuntimeError:  # the step gave the memory of its arguments away
            pass
        return self._origin(state, last)

    def _origin(self, state: Any, number: int) -> str:
        ask = self.ask
        batch = tuple(map(jnp.asarray, self.batch(number)))
        return origin(lambda parameters, pair: ask(parameters, *pair), self.one.parameters(state), batch) if ask else ""


def _finite(loss: Any, slopes: Any) -> bool:
    return all(bool(jnp.all(jnp.isfinite(leaf))) for leaf in jax.tree.leaves((loss, slopes)))


def _validating(bench: Bench, net: Network | None, count: int) -> Callable[[Any], Any] | None:
    """Return parameters -> mean validation loss, where the trial is the whole training and so says how it ends."""
    pipeline = bench.pipeline
    if net is None or pipeline.validation is None or not 0 < (pipeline.steps or 0) <= count:
        return None
    inputs, targets = bench.probe(sample, _EXAMPLES, "validation")
    loss, run = pipeline.loss, _running(net)
    if loss is None or targets is None:
        return None
    return jax.jit(lambda parameters: jnp.mean(jnp.asarray(loss(run(parameters, inputs), targets))))


def _count(bench: Bench) -> int:
    split, size = bench.pipeline.train, bench.pipeline.batch_size or 64
    row = as_numpy(split.inputs[:1]).nbytes if split is not None else 1
    room = max(_BYTES // max(row * size, 1), 2 * _LEAST)
    return min(bench.pipeline.steps or STEPS, STEPS, room)


def _asking(bench: Bench, net: Network) -> Callable[..., Any] | None:
    """Return (parameters, inputs, targets) -> (loss, gradients) in training mode; None where the pieces do not fit."""
    loss, run = bench.pipeline.loss, _running(net)

    def mean(parameters: Any, inputs: Any, targets: Any) -> Any:
        return jnp.mean(jnp.asarray(loss(run(parameters, inputs), targets))) if loss is not None else None

    one, (inputs, targets) = bench.probe(training), bench.probe(batches, 1)[0]
    parameters = one.parameters(one.start(bench.pipeline.seed))
    return jax.jit(jax.value_and_grad(mean)) if _fits(mean, parameters, inputs, targets) else None


def _units(bench: Bench, net: Network | None) -> dict[str, Any]:
    """Return the network and the examples on which its units are watched, as `Watch` takes them."""
    if net is None:
        return {}
    return {"apply": _running(net), "examples": bench.probe(sample, _EXAMPLES)[0]}


def _running(net: Network) -> Callable[[Any, Any], Any]:
    """Return (parameters, inputs) -> outputs, with the statistics of the batch: the running ones are of the start."""
    if net.train is None:
        return lambda parameters, inputs: net.evaluate(parameters, net.state, inputs)
    own, key = net.train, jax.random.key(0)
    return lambda parameters, inputs: own(parameters, net.state, inputs, key)[0]


def _fits(function: Callable[..., Any], *arguments: Any) -> bool:
    try:
        jax.eval_shape(function, *arguments)
    except Exception:  # a person's pieces may raise anything; other rules say what
        return False
    return True
