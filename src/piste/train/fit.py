"""Fit a network: the loop that reads from top to bottom. The host acts only between compiled stretches."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.records import EpochRecord, InitialLoss, Task, TrainingRecord
from piste.core.watched import WatchedRecord
from piste.nn.head import constant_loss, output_bias, with_output_bias
from piste.nn.layer import Parameters, State
from piste.train.checkpoint import Keeper, Position
from piste.train.compiler import jitted
from piste.train.examples import Examples as Examples
from piste.train.examples import for_judging, on_device
from piste.train.layout import Parts
from piste.train.plan import Carry, Curves, Limits, Plan, Split, handed, initial_carry
from piste.train.precision import in_its_precision
from piste.train.program import compiled, evaluate
from piste.train.progress import Progress as Progress
from piste.train.progress import Watch, on_host, present, unheard
from piste.train.sharding import placed
from piste.train.streaming import ReadAhead, Stream
from piste.train.timeline import Effort, Timeline, named_key
from piste.train.watching import broken_step, in_view, watched_record, with_looks

STOPPED = {0: "epochs", 1: "patience", 2: "diverged", 3: "target"}


class Shown(NamedTuple):
    """How the watched metric is shown: its name, from the program's mean to what a person reads, and back."""

    name: str
    show: Callable[[float], float] = float
    mean: Callable[[float], float] = float
    higher_is_better: bool = True


@dataclass(frozen=True)
class Fitted:
    """The parameters and running state with the lowest validation loss, how the training went, what was seen of it."""

    parameters: Parameters
    state: State
    record: TrainingRecord
    epochs: tuple[EpochRecord, ...]
    watched: WatchedRecord


@in_its_precision
def fit(
    plan: Plan,
    train: Examples | Stream,
    validation: Examples,
    effort: Effort,
    *,
    task: Task,
    seed: int,
    metric: Shown,
    watch: Watch = unheard,
    by_validation: bool = False,
    checkpoints: Keeper | None = None,
    start: tuple[Parameters, State] | None = None,
) -> Fitted:
    """Train `plan.model` on `train`, keep the parameters that do best on `validation`.

    Every random draw comes from `seed`: the initial parameters ("parameters"), the order of the examples ("order",
    epoch) and the draws inside the step ("step", then the number of the step), so equal seeds give equal bits on the
    same machine. With `checkpoints`, a training that was cut short goes on from the last one and ends with the very
    same bits.

    A `Stream` is trained on window by window, each in a random order of its own, so its bits are not those of the same
    examples in memory.

    `watch` hears of the progress between two calls of the program, several times a second; returning True ends the
    training as if it were over, and what it raises ends it at once, after a checkpoint. With `by_validation` a call
    ends with each validation, so that what is heard, and where it ends the training, does not depend on the clock.
    With `start` the parameters and the running state are not drawn, but those of a network that is trained already.
    """
    began = time.perf_counter()
    head = train.head if isinstance(train, Stream) else train
    bias = _bias(plan, head, task)
    carry = _start(plan)(named_key(seed, "parameters"), bias) if start is None else going_on(plan, *start)
    validation_split = placed(plan.devices, for_judging(validation))
    initial = _initial_loss(plan, carry, validation_split, bias, validation, task)
    carry = in_view(carry, validation_split, plan.precision)
    program = compiled(plan)
    limits = limits_of(effort, metric)
    window = train.window(min(effort.batch_size, len(train))) if isinstance(train, Stream) else 0
    line = Timeline(len(train), head.inputs[:1].nbytes, effort, seed, window)
    examples = _feed(plan, train, line)
    restored = checkpoints.restore(carry) if checkpoints else None
    carry, position = restored or (carry, Position())
    carry = placed(plan.devices, carry)
    compiling = time.perf_counter()
    # A call of nothing compiles and computes nothing.
    carry, curves = program(carry, examples(position.step), validation_split, line.stretch(0, 0), limits)
    compile_seconds = time.perf_counter() - compiling
    began -= position.seconds
    step_seconds, ended = 0.0, ""
    while position.step < line.total and not int(carry.stopped) and not ended:
        amount = min(line.amount(position.step, step_seconds), 1 if by_validation and line.whole else line.total)
        called = time.perf_counter()
        stretch = line.stretch(position.step, amount)
        carry, curves = program(carry, examples(position.step), validation_split, stretch, limits)
        before = len(position.records)
        ran = int(carry.rounds) - before
        elapsed = time.perf_counter() - called
        step = line.round_end(before + ran) if line.whole else position.step + amount
        step_seconds = elapsed / max(step - position.step, 1)
        clock = [called - began + elapsed * (index + 1) / max(ran, 1) for index in range(ran)]
        fresh = records_of(curves, before, clock, line, effort, metric)
        looks = with_looks(position, curves.seen, fresh, line)
        position = Position(step, time.perf_counter() - began, (*position.records, *fresh), looks)
        if _tell(watch, fresh, plan, line, position, checkpoints, carry):
            ended = "watch"
        elif 0 < effort.seconds <= position.seconds:
            ended = "time"
    stopped = STOPPED[int(carry.stopped)] if int(carry.stopped) or not ended else ended
    origin = broken_step(plan, carry, curves.seen, examples, line, seed) if stopped == STOPPED[2] else ""
    watched = watched_record(plan, validation_split, len(validation), position, line, stopped, origin)
    return _fitted(plan, carry, position, line, initial, compile_seconds, stopped, watched)


def _feed(plan: Plan, train: Examples | Stream, line: Timeline) -> Callable[[int], Split]:
    """Return what gives the examples of a step on the device: always all of them, or the window that it lies in."""
    if isinstance(train, Examples):
        split: Split = placed(plan.devices, on_device(train))
        return lambda step: split
    ahead = ReadAhead(train, line.window, -(-line.steps // line.window_steps))
    return lambda step: placed(plan.devices, ahead(*line.window_at(step)))


def limits_of(effort: Effort, metric: Shown) -> Limits:
    """Return when a training stops, as the program takes it."""
    sign = 1.0 if metric.higher_is_better else -1.0
    goal = np.inf if effort.target is None else sign * metric.mean(effort.target)
    return Limits(
        patience=handed(np.int32(effort.patience or len(effort.rates) + 1)),
        gain=handed(np.float32(effort.minimal_gain)),
        sign=handed(np.float32(sign)),
        goal=handed(np.float32(goal)),
        average_from=handed(np.int32(effort.average_from)),
        patient_from=handed(np.int32(effort.patient_from)),
    )


def _tell(
    watch: Watch,
    fresh: list[EpochRecord],
    plan: Plan,
    line: Timeline,
    position: Position,
    checkpoints: Keeper | None,
    carry: Carry,
) -> bool:
    fetched, epochs = present(plan, carry), line.epochs(line.total)
    done = position.step / line.steps
    heard = [Progress(one.epoch, epochs, one, *fetched) for one in fresh]
    try:
        answers = [watch(progress) for progress in heard or [Progress(done, epochs, None, *fetched)]]
    except BaseException:
        if checkpoints:
            checkpoints.write(carry, position)
        raise
    if checkpoints:
        checkpoints.offer(carry, position)
    return any(answer is True for answer in answers)


@in_its_precision
def going_on(plan: Plan, parameters: Parameters, state: State) -> Carry:
    """Return the carry of a network that is trained already; the optimiser starts anew."""
    return _going_on(plan)(parameters, state)


@lru_cache(maxsize=64)
def _going_on(plan: Plan) -> Callable[[Parameters, State], Carry]:
    """Return the program that takes parameters and running state over. Compiled: no two leaves share memory."""

    def take(parameters: Parameters, state: State) -> Carry:
        return initial_carry(plan, plan.layout.pack(parameters), state)

    return jitted(take)


@in_its_precision
def starting_point(plan: Plan, train: Examples, task: Task, seed: int) -> tuple[Carry, Split]:
    """Return the carry with which `fit` begins, and the examples on the device."""
    return drawn(plan, train, task, seed), on_device(train, exact=True)


@in_its_precision
def drawn(plan: Plan, train: Examples, task: Task, seed: int) -> Carry:
    """Return the carry with which `fit` begins: parameters drawn with `seed`, the last bias that of the targets."""
    return _start(plan)(named_key(seed, "parameters"), _bias(plan, train, task))


def _bias(plan: Plan, train: Examples, task: Task) -> NDArray[np.float32]:
    outputs = plan.model.output_shape(plan.input_shape)[-1]
    return output_bias(task, train.targets, outputs, train.weights, plan.loss)


@lru_cache(maxsize=64)
def _start(plan: Plan) -> Callable[[jax.Array, NDArray[np.float32]], Carry]:
    """Return the program that draws the parameters: (key, output bias) -> carry. Kept, as tracing it takes a while."""

    def draw(key: jax.Array, bias: jax.Array) -> Carry:
        parameters = plan.model.init(key, plan.input_shape)
        parameters = with_output_bias(plan.model, parameters, bias)
        return initial_carry(plan, plan.layout.pack(parameters), plan.model.init_state(plan.input_shape))

    return jitted(draw, once=True)


@lru_cache(maxsize=64)
def _measure(plan: Plan) -> Callable[[Parts, State, Split], tuple[jax.Array, jax.Array]]:
    """Return the program (weights, state, split) -> (mean loss, metric)."""
    return jitted(partial(evaluate, plan, plan.layout))


def _initial_loss(
    plan: Plan, carry: Carry, split: Split, bias: NDArray[np.float32], validation: Examples, task: Task
) -> InitialLoss:
    measured, _ = _measure(plan)(carry.weights, carry.state, split)
    return InitialLoss(float(measured), constant_loss(task, bias, validation.targets, validation.weights, plan.loss))


def records_of(
    curves: Curves,
    before: int,
    clock: list[float],
    line: Timeline,
    effort: Effort,
    metric: Shown,
) -> list[EpochRecord]:
    """Return the records of the rounds of a call, `before` being those done earlier and `clock` when each ended."""
    *columns, factors = [np.asarray(column) for column in curves[:-1]]
    records = []
    for index, seconds in enumerate(clock):
        train_loss, norm, loss, value = (float(column[index]) for column in columns)
        step = line.round_end(before + index + 1)
        records.append(
            EpochRecord(
                epoch=line.epochs(step),
                step=step,
                train_loss=train_loss,
                validation_loss=loss,
                metric=metric.name,
                validation_metric=metric.show(value),
                learning_rate=float(effort.rates[step - 1] * (factors[index] if factors.size else 1)),
                gradient_norm=norm,
                seconds=round(seconds, 3),
            )
        )
    return records


def _fitted(
    plan: Plan,
    carry: Carry,
    position: Position,
    line: Timeline,
    initial: InitialLoss,
    compile_seconds: float,
    stopped: str,
    watched: WatchedRecord,
) -> Fitted:
    layout = plan.layout
    record = TrainingRecord(
        parameters=layout.size,
        epochs=line.epochs(position.step),
        best_epoch=line.epochs(line.round_end(int(carry.best_round))),
        steps=position.step,
        seconds=round(position.seconds, 3),
        compile_seconds=round(compile_seconds, 3),
        stopped=stopped,
        initial_loss=initial,
    )
    state = jax.tree.map(np.asarray, carry.best_state)
    return Fitted(on_host(layout, carry.best_weights), state, record, position.records, watched)
