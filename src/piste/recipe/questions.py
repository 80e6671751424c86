"""Test examples as they are shown to a person who is asked: the features alone, as the network gets them."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from piste.core.errors import RunError
from piste.core.records import Kind, RunRecord, Task
from piste.core.runs import RUN, RunFolder
from piste.core.settings import from_mapping
from piste.data.columns import Column
from piste.data.dataset import load
from piste.data.examples import DataSet
from piste.data.sequences import lengths_of
from piste.data.settings import DataSettings
from piste.human.asking import Question
from piste.human.form import Form
from piste.human.judge import Describe
from piste.recipe.drawing import drawn, limits_of
from piste.recipe.examples import describer, png, shown
from piste.recipe.networks import takes_of
from piste.recipe.said import check_askable


@dataclass(frozen=True)
class Shown:
    """The test split for asking: `rows` within their source, what is asked, and how a row looks.

    `question` gives what the person sees before the answer, `describe` what the result shows of it afterwards.
    """

    rows: tuple[int, ...]
    form: Form
    question: Callable[[int], Question]
    describe: Describe
    pictures: bool


def shown_of(folder: RunFolder, data: Any = None) -> Shown:
    """Return the test split of a run, read once more from `data`, or from where the run had them.

    Raises `RunError` where the data came from Python and are not given, or are not those of the run.
    """
    record, target = folder.record, folder.data.target
    check_askable(target)
    dataset = _dataset(folder, record, data)
    places = dataset.rows["test"]
    rows = tuple(dataset.origin[places].tolist())
    place = dict(zip(rows, places.tolist(), strict=True))
    order = dict(zip(rows, range(len(rows)), strict=True))
    describe = describer(dataset, places)
    return Shown(
        rows,
        Form(target.task, "labels" if target.task is Task.MULTI_LABEL else target.names[0], _asked(dataset)),
        lambda row: question_of(dataset.used, place[row]),
        lambda row: describe(order[row]),
        any(column.kind is Kind.IMAGE for column in dataset.used),
    )


def _asked(dataset: DataSet) -> tuple[str, ...]:
    target = dataset.target
    return target.classes or (target.names if len(target.names) > 1 else ())


def _dataset(folder: RunFolder, record: RunRecord, data: Any) -> DataSet:
    if data is None and not record.source:
        raise RunError(f"The data of {folder.path} came from Python: give them again, from Python.")
    known = {field.name for field in dataclasses.fields(DataSettings)}
    stored = {name: value for name, value in record.settings["data"].items() if name in known}
    settings = from_mapping(DataSettings, stored, RUN)
    if settings.stream is None:  # less memory may be free than at the time
        settings = dataclasses.replace(settings, stream=False)
    dataset = load(record.source if data is None else data, settings, takes_of(record.settings["model"].get("model")))
    if dataset.record.fingerprint != folder.data.fingerprint:
        raise RunError(
            f"The data of {folder.path} have changed since its training: fingerprint "
            f"{dataset.record.fingerprint[:12]}, then {folder.data.fingerprint[:12]}. Its test split is no more there."
        )
    return dataset


def question_of(columns: tuple[Column, ...], row: int) -> Question:
    """Return what a person sees of the example at `row` of `columns`: all that the network gets, and nothing else."""
    by_kind = {kind: [column for column in columns if column.kind is kind] for kind in Kind}
    if len(columns) == 1 and by_kind[Kind.TEXT]:
        return Question(text=str(columns[0].values[row]))
    sequences = {column.name: np.asarray(column.values[row], np.float64) for column in by_kind[Kind.SEQUENCE]}
    pictures = {column.name: png(column.values[row]) for column in by_kind[Kind.IMAGE]}
    drawings = {name: png(drawn(values, *limits_of(values))) for name, values in sequences.items()}
    rest = [column for column in columns if column.kind not in (Kind.SEQUENCE, Kind.IMAGE)]
    return Question(
        {column.name: _value(column, row) for column in rest},
        lines={name: _channels(values) for name, values in sequences.items()},
        pictures={**pictures, **drawings},
    )


def _value(column: Column, row: int) -> str:
    return str(column.values[row]) if column.kind is Kind.TEXT and not column.missing[row] else shown(column, row)


def _channels(values: Any) -> tuple[tuple[float | None, ...], ...]:
    steps = int(lengths_of(values[None])[0])
    return tuple(
        tuple(None if number != number else number for number in channel) for channel in values[:steps].T.tolist()
    )
