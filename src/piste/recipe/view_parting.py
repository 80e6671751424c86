"""The first step after which two trainings no longer have the same parameters, and what differs in that step."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from piste.core.compare import Parting
from piste.core.records import EpochRecord
from piste.lens.compare import different, leaves_of
from piste.recipe.building import build_effort
from piste.recipe.fitting import fit_network
from piste.recipe.view_parting_node import node_of
from piste.recipe.view_subject import Subject
from piste.train.progress import Progress
from piste.train.timeline import Timeline

_STEPS = 4000  # that are looked at one by one, at most
_NAMED = 6

Pair = tuple[Subject, Subject]
Found = tuple[Parting | None, tuple[str, ...]]


def parting_of(pair: Pair, again: bool | None) -> Found:
    """Return where the trainings of the pair part, and what is to say of it.

    Without training again it is told by the curves, which show the epoch alone.
    """
    by_curves = _by_curves(pair)
    first, second = pair
    if again is None:
        alike = first.run.data.fingerprint == second.run.data.fingerprint
        again = alike and first.quick() and second.quick()
        note = "" if again else "The step where they part is found with --again, which trains both once more."
    else:
        note = ""
    if not again:
        return by_curves, (note,) if note else ()
    return _by_steps(pair), ()


def _by_curves(pair: Pair) -> Parting | None:
    curves = [one.run.epochs for one in pair]
    if not all(curves):
        return None
    for one, other in zip(*curves, strict=False):
        named = _differing(one, other)
        if named:
            return Parting("curves", one.epoch, max(one.step, other.step), (), tuple(named))
    if len(curves[0]) != len(curves[1]):
        last = min(curves, key=len)[-1]
        return Parting("curves", last.epoch, last.step, (), ("one of them ended there",))
    return Parting("curves", curves[0][-1].epoch, curves[0][-1].step, never=True)


def _differing(one: EpochRecord, other: EpochRecord) -> list[str]:
    names = ("epoch", "step", "learning_rate", "train_loss", "validation_loss", "gradient_norm")
    return [name.replace("_", " ") for name in names if not _equal(getattr(one, name), getattr(other, name))]


def _equal(first: float, second: float) -> bool:
    return first == second or (first != first and second != second)


def _by_steps(pair: Pair) -> Parting:
    starts = [one.start.parameters for one in pair]
    paths, largest = different(*starts)
    if paths:
        return Parting("trained again", 0, 0, paths[:_NAMED], _at_the_start(pair), largest)
    epochs = [_whole(one) for one in pair]
    place, (paths, largest) = _first_difference(epochs)
    if place is None:
        ended = [len(one) - 1 for one in epochs]
        if ended[0] == ended[1]:
            return Parting("trained again", ended[0], _steps(pair[0]) * ended[0], never=True)
        step = _steps(pair[0]) * min(ended)
        return Parting("trained again", min(ended), step, (), ("one of them ended there",))
    steps = [_steps(one) for one in pair]
    if steps[0] * (place - 1) > _STEPS or _averaged(pair):
        return Parting("trained again", place, steps[0] * place, paths[:_NAMED], _causes(pair, None), largest)
    last = max(steps) * place
    every = [_stepwise(one, last) for one in pair]
    parted, (paths, largest) = _first_difference(every)
    if parted is None:  # other numbers of steps in an epoch, the same until the shorter one ended
        return Parting("trained again", place, min(map(len, every)) - 1, (), _causes(pair, None), largest)
    node = node_of(pair, parted - 1, every[0][parted - 1])
    return Parting("trained again", place, parted, paths[:_NAMED], _causes(pair, parted - 1), largest, node=node)


def _whole(subject: Subject) -> list[Any]:
    return [one.parameters for one in subject.trained_again().moments]


def _stepwise(subject: Subject, last: int) -> list[Any]:
    """Return the parameters after every step up to `last`, the start first."""
    training = dataclasses.replace(subject.settings.training, validate_every=1, minutes=0.0, patience=0, stop_at=None)
    settings = dataclasses.replace(subject.settings, training=training)
    found = [subject.start.parameters]

    def watch(progress: Progress) -> bool:
        if progress.record is not None:
            found.append(progress.parameters())
        return len(found) > last

    fit_network(subject.splits, subject.encoding, settings, watch, by_validation=True)
    return found[: last + 1]


def _first_difference(pair: list[list[Any]]) -> tuple[int | None, tuple[tuple[str, ...], float]]:
    for place, (one, other) in enumerate(zip(*pair, strict=False)):
        found = different(one, other)
        if found[0]:
            return place, found
    return None, ((), 0.0)


def _averaged(pair: Pair) -> bool:
    # What is kept of these depends on when the validations are, so that steps are not validated one by one.
    return any(one.settings.training.schedule == "plateau" for one in pair)


def _steps(subject: Subject) -> int:
    return _line(subject).steps


def _line(subject: Subject) -> Timeline:
    effort = build_effort(subject.settings.training, len(subject.train))
    return Timeline(len(subject.train), subject.train.inputs[:1].nbytes, effort, subject.settings.data.seed)


def _at_the_start(pair: Pair) -> tuple[str, ...]:
    one, other = pair
    causes = []
    if leaves_of(one.start.parameters).keys() != leaves_of(other.start.parameters).keys() or [
        leaf.shape for leaf in jax.tree.leaves(one.start.parameters)
    ] != [leaf.shape for leaf in jax.tree.leaves(other.start.parameters)]:
        causes.append("the networks are built otherwise")
    names = [field.name for field in dataclasses.fields(one.settings.model)]
    changed = [name for name in names if getattr(one.settings.model, name) != getattr(other.settings.model, name)]
    if changed and not causes:
        causes.append(f"settings of the network by which its weights are drawn: {', '.join(changed)}")
    if one.settings.data.seed != other.settings.data.seed:
        causes.append(f"the seed: {one.settings.data.seed} and {other.settings.data.seed}")
    if one.run.data.fingerprint != other.run.data.fingerprint:
        causes.append("the data, which set the first bias of the outputs")
    return tuple(causes) or ("versions or machine: the same seed draws other numbers",)


def _causes(pair: Pair, step: int | None) -> tuple[str, ...]:
    """Return what differs in a step (counted from 0), or in the settings where the step is not known."""
    one, other = pair
    causes: list[str] = []
    if step is not None:
        lines = [_line(subject) for subject in pair]
        rows = [line.rows_of(step) for line in lines]
        if rows[0].shape != rows[1].shape:
            causes.append(f"the batch: {len(rows[0])} and {len(rows[1])} examples")
        elif not np.array_equal(rows[0], rows[1]):
            causes.append("the order of the examples: other ones are in the batch")
        elif not np.array_equal(one.train.inputs[rows[0]], other.train.inputs[rows[1]]):
            causes.append("the examples: the same rows of other data")
        rates = [build_effort(each.settings.training, len(each.train)).rates[step] for each in pair]
        if rates[0] != rates[1]:
            causes.append(f"the learning rate: {rates[0]:.6g} and {rates[1]:.6g}")
    parts: tuple[tuple[str, Callable[[Subject], Any]], ...] = (
        ("the optimiser or its settings", lambda each: each.plan.optimiser),
        ("the loss", lambda each: each.plan.loss),
        ("the augmentation", lambda each: each.plan.augment),
        ("layers without parameters, such as dropout", lambda each: each.plan.model),
        ("the precision", lambda each: each.plan.precision),
        ("the pieces of a batch", lambda each: each.plan.pieces),
        ("how the classes are weighed", lambda each: each.settings.model.class_weights),
    )
    causes += [name for name, of in parts if of(one) != of(other)]
    return tuple(causes)
