"""Fit a network: the loop that reads from top to bottom. The host acts only between compiled stretches."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.records import EpochRecord, InitialLoss, Task, TrainingRecord
from piste.nn.head import constant_loss, output_bias, with_output_bias
from piste.nn.layer import Parameters, State
from piste.train.checkpoint import Checkpoints, Position
from piste.train.compiler import jitted
from piste.train.plan import Carry, Curves, Limits, Plan, Split, initial_carry
from piste.train.program import EVALUATION_CHUNK, compiled, evaluate
from piste.train.timeline import Effort, Timeline, named_key
from piste.train.vector import Layout

STOPPED = {0: "epochs", 1: "patience", 2: "diverged", 3: "target"}


class Shown(NamedTuple):
    """How the watched metric is shown: its name, from the program's mean to what a person reads, and back."""

    name: str
    show: Callable[[float], float] = float
    mean: Callable[[float], float] = float
    higher_is_better: bool = True


@dataclass(frozen=True)
class Examples:
    """One split as it enters the program: inputs float32 or uint8 (B, ...), targets int32 (B,) or float32 (B, K)."""

    inputs: NDArray[np.generic]
    targets: NDArray[np.generic]
    weights: NDArray[np.float32] | None = None  # (B,), ones when left out

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Progress:
    """What the host knows between two stretches: `done` epochs (with a fraction), and the epoch just ended."""

    done: float
    record: EpochRecord | None = None


@dataclass(frozen=True)
class Fitted:
    """The parameters and running state with the lowest validation loss, and how the training went."""

    parameters: Parameters
    state: State
    record: TrainingRecord
    epochs: tuple[EpochRecord, ...]


def fit(
    plan: Plan,
    train: Examples,
    validation: Examples,
    effort: Effort,
    *,
    task: Task,
    seed: int,
    metric: Shown,
    watch: Callable[[Progress], None] = lambda progress: None,
    checkpoints: Checkpoints | None = None,
) -> Fitted:
    """Train `plan.model` on `train`, keep the parameters that do best on `validation`.

    Every random draw comes from `seed`: the initial parameters ("parameters"), the order of the examples ("order",
    epoch) and the draws inside the step ("step", epoch), so equal seeds give equal bits on the same machine. With
    `checkpoints`, a training that was cut short goes on from the last one and ends with the very same bits.
    `watch` hears of the progress several times a second; what it raises ends the training, after a checkpoint.
    """
    began = time.perf_counter()
    bias = _bias(plan, train, task)
    carry = _start(plan)(named_key(seed, "parameters"), bias)
    train_split, validation_split = _on_device(train, 1), _on_device(validation, EVALUATION_CHUNK)
    initial = _initial_loss(plan, carry, validation_split, bias, validation, task)
    program = compiled(plan)
    limits = _limits(effort, metric)
    line = Timeline(len(train), train.inputs[:1].nbytes, effort, seed)
    restored = checkpoints.restore(carry) if checkpoints else None
    carry, position = restored or (carry, Position())
    compiling = time.perf_counter()
    # A call of no epochs compiles and computes nothing.
    carry, _ = program(carry, train_split, validation_split, line.stretch(0, 0, 0), limits)
    compile_seconds = time.perf_counter() - compiling
    began -= position.seconds
    step_seconds, late = 0.0, False
    while position.epoch < effort.epochs and not int(carry.stopped) and not late:
        amount = line.amount(position.epoch, position.step, step_seconds)
        called = time.perf_counter()
        stretch = line.stretch(position.epoch, position.step, amount)
        carry, curves = program(carry, train_split, validation_split, stretch, limits)
        ran = int(carry.epoch) - position.epoch
        elapsed = time.perf_counter() - called
        step_seconds = elapsed / max(ran * line.steps, amount if line.whole == 0 else 1)
        clock = [called - began + elapsed * (index + 1) / max(ran, 1) for index in range(ran)]
        fresh = _records(curves, position.epoch, clock, line.steps, effort, metric)
        position = Position(
            position.epoch + ran,
            0 if ran else position.step + amount,
            time.perf_counter() - began,
            (*position.records, *fresh),
        )
        _tell(watch, fresh, position, line.steps, checkpoints, carry)
        late = 0 < effort.seconds <= position.seconds
    stopped = "time" if late and not int(carry.stopped) else STOPPED[int(carry.stopped)]
    return _fitted(plan, carry, position, line.steps, initial, compile_seconds, stopped)


def _limits(effort: Effort, metric: Shown) -> Limits:
    sign = 1.0 if metric.higher_is_better else -1.0
    goal = jnp.inf if effort.target is None else sign * metric.mean(effort.target)
    return Limits(
        patience=jnp.asarray(effort.patience or effort.epochs + 1, jnp.int32),
        gain=jnp.asarray(effort.minimal_gain, jnp.float32),
        sign=jnp.asarray(sign, jnp.float32),
        goal=jnp.asarray(goal, jnp.float32),
        average_from=jnp.asarray(effort.average_from, jnp.int32),
    )


def _tell(
    watch: Callable[[Progress], None],
    fresh: list[EpochRecord],
    position: Position,
    steps: int,
    checkpoints: Checkpoints | None,
    carry: Carry,
) -> None:
    try:
        for record in fresh:
            watch(Progress(record.epoch, record))
        if not fresh:
            watch(Progress(position.epoch + position.step / steps))
    except BaseException:
        if checkpoints:
            checkpoints.write(carry, position)
        raise
    if checkpoints:
        checkpoints.offer(carry, position)


def starting_point(plan: Plan, train: Examples, task: Task, seed: int) -> tuple[Carry, Split]:
    """Return the carry with which `fit` begins, and the examples on the device."""
    return _start(plan)(named_key(seed, "parameters"), _bias(plan, train, task)), _on_device(train, 1)


def _bias(plan: Plan, train: Examples, task: Task) -> NDArray[np.float32]:
    outputs = plan.model.output_shape(plan.input_shape)[-1]
    return output_bias(task, train.targets, outputs, train.weights, plan.loss)


@lru_cache(maxsize=64)
def _start(plan: Plan) -> Callable[[jax.Array, NDArray[np.float32]], Carry]:
    """Return the program that draws the parameters: (key, output bias) -> carry. Kept, as tracing it takes a while."""

    def draw(key: jax.Array, bias: jax.Array) -> Carry:
        parameters = plan.model.init(key, plan.input_shape)
        parameters = with_output_bias(plan.model, parameters, bias)
        return initial_carry(plan, plan.layout.ravel(parameters), plan.model.init_state(plan.input_shape))

    return jitted(draw)


@lru_cache(maxsize=64)
def _measure(plan: Plan) -> Callable[[jax.Array, State, Split], tuple[jax.Array, jax.Array]]:
    """Return the program (vector, state, split) -> (mean loss, metric)."""
    return jitted(partial(evaluate, plan, plan.layout))


@lru_cache(maxsize=64)
def _unravel(layout: Layout) -> Callable[[jax.Array], Parameters]:
    """Return the program that cuts the vector into the parameters."""
    return jitted(layout.unravel)


def _on_device(examples: Examples, multiple: int) -> Split:
    """Return the split on the device, its rows padded with zero weight to a multiple."""
    count = len(examples)
    weights = np.ones(count, np.float32) if examples.weights is None else examples.weights
    extra = -count % multiple

    def padded(values: NDArray[np.generic]) -> jax.Array:
        widths = [(0, extra)] + [(0, 0)] * (values.ndim - 1)
        return jnp.asarray(np.pad(values, widths) if extra else values)

    return Split(padded(examples.inputs), padded(examples.targets), padded(weights))


def _initial_loss(
    plan: Plan, carry: Carry, split: Split, bias: NDArray[np.float32], validation: Examples, task: Task
) -> InitialLoss:
    measured, _ = _measure(plan)(carry.vector, carry.state, split)
    return InitialLoss(float(measured), constant_loss(task, bias, validation.targets, validation.weights, plan.loss))


def _records(
    curves: Curves,
    done: int,
    clock: list[float],
    steps: int,
    effort: Effort,
    metric: Shown,
) -> list[EpochRecord]:
    *columns, factors = [np.asarray(column) for column in curves]
    records = []
    for index, seconds in enumerate(clock):
        train_loss, norm, loss, value = (float(column[index]) for column in columns)
        epoch = done + index + 1
        records.append(
            EpochRecord(
                epoch=epoch,
                step=epoch * steps,
                train_loss=train_loss,
                validation_loss=loss,
                metric=metric.name,
                validation_metric=metric.show(value),
                learning_rate=float(effort.rates[epoch * steps - 1] * (factors[index] if factors.size else 1)),
                gradient_norm=norm,
                seconds=round(seconds, 3),
            )
        )
    return records


def _fitted(
    plan: Plan,
    carry: Carry,
    position: Position,
    steps: int,
    initial: InitialLoss,
    compile_seconds: float,
    stopped: str,
) -> Fitted:
    layout = plan.layout
    record = TrainingRecord(
        parameters=layout.size,
        epochs=position.epoch,
        best_epoch=int(carry.best_epoch),
        steps=position.epoch * steps + position.step,
        seconds=round(position.seconds, 3),
        compile_seconds=round(compile_seconds, 3),
        stopped=stopped,
        initial_loss=initial,
    )
    parameters = _unravel(layout)(carry.best_vector)
    on_host = partial(jax.tree.map, np.asarray)
    return Fitted(on_host(parameters), on_host(carry.best_state), record, position.records)
