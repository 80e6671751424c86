"""The examples that a view looks at one by one: which they are, what is true of them, what the network says."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import RunError, SettingError
from piste.core.records import Task
from piste.core.settings import nearest
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject

SHOWN = 4


@dataclass(frozen=True)
class Shown:
    """Examples of a split: their places in it and rows in their source, inputs, truths and answers as texts.

    `units` is the output that is explained of each, `named` what it stands for; `truths` are class numbers, or -1.
    """

    split: str
    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    inputs: NDArray[Any]
    truth: tuple[str, ...]
    answers: tuple[str, ...]
    confidence: tuple[float, ...]
    units: tuple[int, ...]
    named: tuple[str, ...]
    truths: tuple[int, ...]


def shown_examples(subject: Subject, options: ViewOptions, most: int = SHOWN) -> Shown:
    """Return the examples asked for by `rows`, or the most wrong ones and some spread over the split.

    Raises `SettingError` for a row that is not in the split, or a class that there is not.
    """
    split = options.split or "test"
    origin = subject.dataset.origin[subject.dataset.rows[split]]
    places = _asked(options.rows, origin, split) if options.rows else _usual(subject, split, origin, most)
    inputs = subject.examples(split).inputs[places]
    outputs = subject.network.predict(inputs)
    truth = subject.splits.truth[split][places]
    units = _units(subject, options, outputs)
    classes = subject.encoding.classes or subject.encoding.target_names
    hard = subject.encoding.task in (Task.TWO_CLASS, Task.MANY_CLASS)
    return Shown(
        split,
        places,
        origin[places],
        inputs,
        tuple(_said(subject, np.asarray(one)) for one in truth),
        tuple(_answer(subject, one) for one in outputs),
        tuple(float(one.max()) if hard else float("nan") for one in outputs),
        units,
        tuple(classes[unit] for unit in units),
        tuple(int(one) if hard else -1 for one in np.asarray(truth).reshape(len(truth), -1)[:, 0]),
    )


def places_of_rows(subject: Subject, rows: tuple[int, ...], split: str) -> NDArray[np.int64]:
    """Return the places in a split of rows of its source; raises `SettingError` for one that is not there."""
    return _asked(rows, subject.dataset.origin[subject.dataset.rows[split]], split)


def truths_of(subject: Subject, split: str, places: NDArray[np.int64]) -> tuple[str, ...]:
    """Return what is true of the examples at `places` of a split, as a person reads it."""
    return tuple(_said(subject, np.asarray(one)) for one in subject.splits.truth[split][places])


def answers_of(subject: Subject, inputs: NDArray[Any]) -> tuple[str, ...]:
    """Return what the network says of `inputs` (B, ...), as a person reads it."""
    return tuple(_answer(subject, one) for one in subject.network.predict(inputs))


def _asked(rows: tuple[int, ...], origin: NDArray[np.int64], split: str) -> NDArray[np.int64]:
    place = {int(row): number for number, row in enumerate(origin)}
    for row in rows:
        if row not in place:
            some = ", ".join(map(str, sorted(place)[:5]))
            raise SettingError(f"Row {row} is not in the {split} split, whose rows are {some} and so on.")
    return np.array([place[row] for row in rows], np.int64)


def _usual(subject: Subject, split: str, origin: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    place = {int(row): number for number, row in enumerate(origin)}
    wrong: list[int] = []
    if split == "test":
        try:
            wrong = [place[one.row] for one in subject.run.evaluation.wrong if one.row in place]
        except RunError:
            wrong = []
    chosen = list(dict.fromkeys([*wrong[: most // 2], *subject.sample(split, most).tolist()]))[:most]
    return np.array(chosen, np.int64)


def _units(subject: Subject, options: ViewOptions, outputs: NDArray[np.float64]) -> tuple[int, ...]:
    names = subject.encoding.classes or subject.encoding.target_names
    if options.label is None:
        regression = subject.encoding.task is Task.REGRESSION
        return tuple(0 if regression else int(one.argmax()) for one in outputs)
    if options.label not in names:
        raise SettingError(f"There is no class '{options.label}'. {nearest(options.label, names)}")
    return (names.index(options.label),) * len(outputs)


def _answer(subject: Subject, outputs: NDArray[np.float64]) -> str:
    encoding = subject.encoding
    if encoding.task is Task.MULTI_LABEL:
        return (
            ", ".join(name for name, share in zip(encoding.target_names, outputs, strict=True) if share > 0.5) or "none"
        )
    return encoding.classes[int(outputs.argmax())] if encoding.classes else _numbers(outputs)


def _said(subject: Subject, truth: NDArray[Any]) -> str:
    encoding = subject.encoding
    if encoding.task is Task.MULTI_LABEL:
        return ", ".join(name for name, held in zip(encoding.target_names, truth, strict=True) if held) or "none"
    return encoding.classes[int(truth)] if encoding.classes else _numbers(np.atleast_1d(truth).astype(np.float64))


def _numbers(values: NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)
