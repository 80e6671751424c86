"""Which of the ways to divide rows a data set gets, said in words."""

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError, SettingError
from piste.core.records import Kind, SplitRecord, Task
from piste.data.joining import Joined
from piste.data.kinds import as_column, infer
from piste.data.levels import Raw
from piste.data.naming import find_columns, listed, shortened
from piste.data.settings import DataSettings
from piste.data.splits import NAMES, Divide, Split, by_chance, by_class, by_group, by_time, parse_shares, split_rows
from piste.data.target import Target


def divide(joined: Joined, target: Target, settings: DataSettings) -> tuple[Split, SplitRecord]:
    """Return the rows of each split, and how they were chosen.

    Splits that the source brings, or a test file, are kept. Raises `DataError` or `SettingError` when the columns
    of --group and --time do not serve, a split would be empty, or a class has no row to train on.
    """
    shares = parse_shares(settings.split)
    method, detail, chosen = _way(joined, target, settings)
    given = {name: rows for name, rows in joined.table.splits.items() if name in NAMES}
    split = split_rows(joined.table.rows, given, shares, chosen)
    if "test" in given:
        own = joined.second or f"{joined.table.source} itself"
        rest = f"; validation cut {detail}" if "validation" not in given else ""
        method, detail = "file", f"the test split comes from {own}{rest}"
    _check_classes(split, target)
    return split, SplitRecord(method, detail, {name: len(rows) for name, rows in split.items()})


def _way(joined: Joined, target: Target, settings: DataSettings) -> tuple[str, str, Divide]:
    if settings.group is not None and settings.time is not None:
        raise SettingError("--group and --time cannot be used together: choose the one that new data will differ by.")
    if settings.group is not None:
        name = _one_column(settings.group, joined, "group")
        return (
            "group",
            f"so that equal values of '{name}' stay together",
            by_group(_groups(joined.raw(name)), settings.seed),
        )
    if settings.time is not None:
        name = _one_column(settings.time, joined, "time")
        return "time", f"by '{name}', the latest rows held back", by_time(_times(joined.raw(name)))
    if target.task in (Task.TWO_CLASS, Task.MANY_CLASS):
        detail = f"by chance within each class, seed {settings.seed}"
        return "stratified", detail, by_class(target.values, settings.seed)
    return "random", f"by chance, seed {settings.seed}", by_chance(settings.seed)


def _one_column(wanted: str, joined: Joined, setting: str) -> str:
    names = find_columns(wanted, tuple(joined.table.columns), setting)
    if len(names) > 1:
        raise SettingError(f"--{setting} takes one column. Got {listed(names)} instead.")
    return names[0]


def _groups(raw: Raw) -> NDArray[np.int64]:
    _refuse_gaps(raw, "group")
    return raw.codes


def _times(raw: Raw) -> NDArray[np.generic]:
    _refuse_gaps(raw, "time")
    guess = infer(raw)
    if guess.kind is Kind.DATE:
        return as_column(raw, Kind.DATE, guess.form).values
    if np.isnan(raw.numbers).any():
        raise DataError(
            f"The --time column '{raw.name}' holds {shortened(raw.texts[0])!r}: dates or numbers are expected."
        )
    numbers: NDArray[np.generic] = raw.numbers[raw.codes]
    return numbers


def _refuse_gaps(raw: Raw, setting: str) -> None:
    if raw.values.ndim > 1:
        raise DataError(f"The --{setting} column '{raw.name}' holds pictures, by which rows cannot be divided.")
    if raw.missing.any():
        place, _ = raw.first(raw.absent)
        raise DataError(
            f"The --{setting} column '{raw.name}' has no value in {place}: fill it in, or leave the row out."
        )


def _check_classes(split: Split, target: Target) -> None:
    if target.task not in (Task.TWO_CLASS, Task.MANY_CLASS):
        return
    learnt = np.bincount(target.values[split["train"]], minlength=len(target.classes)) > 0
    for name in ("validation", "test"):
        lost = np.setdiff1d(target.values[split[name]], np.flatnonzero(learnt))
        if len(lost):
            raise DataError(
                f"Class {target.classes[lost[0]]!r} of '{target.names[0]}' occurs in the {name} split and never in "
                f"the train split, so it cannot be learnt: divide the rows otherwise (--split, --seed) or leave "
                f"the class out."
            )
    if learnt.sum() < 2:
        raise DataError(f"The train split has one class of '{target.names[0]}' only: divide the rows otherwise.")
