"""Probe PR21, the forks: the same training on the same batches from the same start, one thing changed on purpose.

Each step's change of the parameters is multiplied by a factor, which is another rate for every optimiser whose rate
multiplies its last word, decoupled decay included. A person's own step stays a black box: the state is given the
parameters of a longer or shorter step.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.needs import ASK
from piste.lint.network import compiled, network
from piste.lint.pipeline import Pipeline
from piste.lint.rule import NotRun
from piste.lint.training import training
from piste.lint.tree import differing, floating

STEPS = 64
_BATCH = 64
_RISE = 16  # steps within which a schedule that begins low is at its peak
_NAMES = ("parameters", "params", "model")

Arrays = NDArray[Any]


@dataclass(frozen=True)
class Course:
    """What is changed: `factor` of every step, which rises from 0 over `rise` steps; targets of other examples."""

    factor: float = 1.0
    rise: int = 0
    broken: bool = False
    steps: int = STEPS


@dataclass(frozen=True)
class Run:
    """The mean loss of each batch, in training mode, before the step on it (T,), none of broken pairs; and the end."""

    losses: NDArray[np.float64]
    parameters: Any


@dataclass(frozen=True)
class Forked:
    """`start()` gives a state, `step(state, inputs, targets, factor, number)` the next, `parameters(state)` a tree."""

    start: Callable[[], Any]
    step: Callable[[Any, Any, Any, Any, Any], Any]
    parameters: Callable[[Any], Any]


def run(bench: Bench, course: Course) -> Run:
    """Probe: a training of `course.steps` steps."""
    fork, measure = bench.probe(forked), bench.probe(measured)
    factors = course.factor * bench.probe(scales, course.steps) * _rising(course)
    state, losses = fork.start(), []
    for number, (inputs, targets) in enumerate(bench.probe(paired_batches, course.steps, course.broken)):
        bench.hurry()
        if not course.broken:  # nobody asks how well it learns what is not true
            losses.append(measure(fork.parameters(state), inputs, targets, number)[0])
        if course.factor:
            state = fork.step(state, inputs, targets, np.float32(factors[number]), number)
    return Run(np.array([float(one) for one in losses], np.float64), fork.parameters(state))


def _rising(course: Course) -> NDArray[np.float64]:
    steps = np.arange(1, course.steps + 1)
    return np.minimum(1.0, steps / course.rise) if course.rise else np.ones(course.steps)


def scales(bench: Bench, steps: int) -> NDArray[np.float64]:
    """Probe: what each of the first steps is multiplied by, so that a warm-up of a whole training ends in time."""
    rates = bench.probe(declared_rates)
    if rates is None or len(rates) < steps or rates[0] >= 0.5 * rates.max():
        return np.ones(steps)
    wanted = rates.max() * np.minimum(1.0, np.arange(1, steps + 1) / _RISE)
    return np.where(rates[:steps] > 0, wanted / np.maximum(rates[:steps], 1e-30), 1.0)


def declared_rates(bench: Bench) -> NDArray[np.float64] | None:
    """Probe: the rate of every step of the training (S,); None where no schedule and no length are given."""
    schedule, steps = bench.pipeline.schedule, bench.pipeline.steps
    if schedule is None or not steps:
        return None
    places = np.unique(np.concatenate([np.arange(min(steps, 4 * STEPS)), np.linspace(0, steps - 1, 512).astype(int)]))
    known = np.array([float(as_numpy(schedule(int(one)))) for one in places])
    if not np.all(np.isfinite(known)) or known.max() <= 0:
        return None
    return np.interp(np.arange(steps), places, known)


def batch_rows(bench: Bench, steps: int) -> NDArray[np.int64]:
    """Probe: the rows of the train split in each batch (T, B), in an order of its own for every epoch."""
    split = bench.pipeline.train
    if split is None or split.targets is None or not len(split):
        raise NotRun("To run it, give the examples: train=(inputs, targets).")
    size = min(bench.pipeline.batch_size or _BATCH, len(split))
    generator = bench.generator("twins")
    orders = [generator.permutation(len(split)) for _ in range(-(-steps * size // len(split)))]
    return np.concatenate(orders)[: steps * size].reshape(steps, size)


def paired_batches(bench: Bench, steps: int, broken: bool) -> tuple[tuple[Arrays, Arrays], ...]:
    """Probe: the batches; `broken` gives every example the target of another, the same one in each epoch."""
    rows, split = bench.probe(batch_rows, steps), bench.pipeline.train
    inputs, targets = as_numpy(split.inputs), as_numpy(split.targets)
    if broken:
        targets = targets[bench.probe(broken_pairs, "train", 0)]
    return tuple((inputs[one], targets[one]) for one in rows)


def broken_pairs(bench: Bench, name: str, deal: int = 0) -> NDArray[np.int64]:
    """Probe: for each example of a split the one whose target it gets (N,): targets that say nothing of its own.

    Sorted by target, the examples are dealt targets from evenly spread places, so that those of one class get every
    class in its own share. A random permutation leaves a trace of the truth, from which much is learnt where the
    examples are few clusters.
    """
    targets = as_numpy(bench.pipeline.splits[name].targets)
    count = len(targets)
    flat = targets.reshape(count, -1)
    value = flat.argmax(axis=1) if flat.shape[1] > 1 else flat[:, 0]
    order = np.lexsort((bench.generator("broken pairs", name, deal).random(count), value))
    stride = next(one for one in range(round(0.618 * count), count + 2) if np.gcd(one, count) == 1)
    dealt = np.empty(count, np.int64)
    dealt[order] = order[(np.arange(count) * stride + count // 3) % count]
    return dealt


def measured(bench: Bench) -> Callable[[Any, Any, Any, int], tuple[Any, Any]]:
    """Probe: `(parameters, inputs, targets, number)` to (mean loss, outputs) in training mode, draws the number's."""
    mean, net = _mean(bench), bench.probe(network)
    fast = compiled(mean)

    def measure(parameters: Any, inputs: Any, targets: Any, number: int) -> tuple[Any, Any]:
        loss, (_, outputs) = fast(parameters, net.state, inputs, targets, number)
        return loss, outputs

    return measure


def _mean(bench: Bench) -> Callable[..., tuple[Any, tuple[Any, Any]]]:
    """Return `(parameters, state, inputs, targets, number)` to (mean loss, (new state, outputs)) in training mode.

    Batch norm needs the statistics of the batch: running ones are not those of parameters that moved.
    """
    net, loss = bench.probe(network), bench.pipeline.loss
    if not net.traceable or loss is None:
        raise NotRun("It takes a network and a loss that are written in JAX.")

    def mean(parameters: Any, state: Any, inputs: Any, targets: Any, number: Any) -> tuple[Any, tuple[Any, Any]]:
        if net.train is None:
            outputs = net.evaluate(parameters, state, inputs)
        else:
            key = jax.random.fold_in(jax.random.key(bench.pipeline.seed), number)
            outputs, state = net.train(parameters, state, inputs, key)
        return jnp.mean(jnp.asarray(loss(outputs, targets))), (state, outputs)

    return mean


def forked(bench: Bench) -> Forked:
    """Probe: the pipeline's update, each step as much longer as is asked for."""
    if bench.pipeline.step is None or bench.pipeline.start is None:
        return _composed(bench)
    own, seed = bench.probe(training), bench.pipeline.seed

    def step(state: Any, inputs: Any, targets: Any, factor: Any, number: Any) -> Any:
        if factor == 1.0:
            return own.step(state, inputs, targets)
        before = copied(own.parameters(state))  # a person's step may give its arguments' memory away
        state = own.step(state, inputs, targets)
        return bench.probe(replacing)(state, blended(before, own.parameters(state), factor))

    return Forked(lambda: own.start(seed), step, own.parameters)


def _composed(bench: Bench) -> Forked:
    net, optimiser = bench.probe(network), bench.pipeline.optimiser
    slope = jax.value_and_grad(_mean(bench), has_aux=True)

    def start() -> Any:
        parameters = net.parameters
        return parameters, optimiser.init(parameters), net.state

    def step(state: Any, inputs: Any, targets: Any, factor: Any, number: Any) -> Any:
        parameters, memory, running = state
        (_, (running, _)), gradient = slope(parameters, running, inputs, targets, number)
        updates, memory = optimiser.update(gradient, memory, parameters)
        moved = jax.tree.map(lambda one, change: (one + factor * change).astype(one.dtype), parameters, updates)
        return moved, memory, running

    return Forked(start, compiled(step), lambda state: state[0])


@jax.jit
def blended(before: Any, after: Any, factor: Any) -> Any:
    """Return the parameters after a step `factor` times as long; what is no floating-point number is that of after."""

    def one(old: Any, new: Any) -> Any:
        return (old + factor * (new - old)).astype(new.dtype) if jnp.issubdtype(new.dtype, jnp.floating) else new

    return jax.tree.map(one, before, after)


def copied(tree: Any) -> Any:
    """Return a tree of parameters in memory of its own."""
    return jax.tree.map(lambda leaf: jnp.array(leaf, copy=True), tree)


def replacing(bench: Bench) -> Callable[[Any, Any], Any]:
    """Probe: `(state, parameters)` to the state with these parameters; tried, since a state may hold them twice."""
    pipeline, own = bench.pipeline, bench.probe(training)
    replaced = pipeline.with_parameters or _guessed(pipeline)
    (inputs, targets), *_ = bench.probe(paired_batches, STEPS, False)
    before = copied(own.parameters(own.start(pipeline.seed)))
    state = own.step(own.start(pipeline.seed), inputs, targets)
    far = blended(before, own.parameters(state), np.float32(10.0))
    if not differing(floating(far), floating(before)):  # the first steps gather gradients, and move nothing
        far = blended(before, jax.tree.map(jnp.ones_like, before), np.float32(0.01))
    try:
        longer = own.step(replaced(own.start(pipeline.seed), far), inputs, targets)
    except Exception as error:
        raise NotRun(_ASK) from error
    if not differing(floating(own.parameters(longer)), floating(own.parameters(state))):
        raise NotRun(_ASK)
    return replaced


_ASK = f"To run it, {ASK['with_parameters']}."


def _guessed(pipeline: Pipeline) -> Callable[[Any, Any], Any]:
    def replaced(state: Any, parameters: Any) -> Any:
        for name in _NAMES:
            if isinstance(state, dict) and name in state:
                return {**state, name: parameters}
            if hasattr(state, name):
                return _with(state, name, parameters)
        return (parameters, *state[1:]) if type(state) is tuple else parameters

    return replaced


def _with(state: Any, name: str, parameters: Any) -> Any:
    if dataclasses.is_dataclass(state):
        return dataclasses.replace(state, **{name: parameters})  # type: ignore[type-var]
    if hasattr(state, "_replace"):
        return state._replace(**{name: parameters})
    raise NotRun(_ASK)
