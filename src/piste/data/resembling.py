"""New data beside those of the training, where columns may be gone, new, or of another kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.drift import Change, SchemaChange
from piste.core.errors import DataError
from piste.data import sources
from piste.data.columns import Column, RawTable
from piste.data.encoding import Encoding
from piste.data.joining import take_rows
from piste.data.levels import Raw
from piste.data.naming import listed
from piste.data.new_rows import match, resembled
from piste.data.settings import DataSettings


@dataclass(frozen=True)
class Resembling:
    """What could be made of new data.

    `columns` are those that fit, by name; `values` the target's values of the rows `labelled`, or None where the data
    have none; `changes` say what does not fit. `complete` says whether the network can be asked.
    """

    table: RawTable
    columns: Mapping[str, Column]
    values: NDArray[Any] | None
    labelled: NDArray[np.int64]
    changes: tuple[SchemaChange, ...]
    complete: bool
    notes: tuple[str, ...] = ()


def resembling(data: Any, encoding: Encoding, settings: DataSettings) -> Resembling:
    """Return `data` as far as they resemble the data of the training, each column judged by itself.

    Data that bring a test split of their own are taken by that alone. Raises `DataError` for data that cannot be read.
    """
    table = _read(data, encoding, settings)
    notes = table.notes
    if "test" in table.splits:
        rows = np.sort(table.splits["test"])
        notes = (*notes, f"{table.source} brings a test split of its own; only that is looked at.")
        table = replace(take_rows(table, rows), splits={})
    columns, changes = _columns(table, encoding)
    values, labelled, about, more = _target(table, encoding)
    every = (*changes, *_further(table, encoding), *about)
    complete = len(columns) == len(encoding.columns)
    return Resembling(table, columns, values, labelled, every, complete, (*notes, *more))


def _read(data: Any, encoding: Encoding, settings: DataSettings) -> RawTable:
    like = resembled(encoding)
    try:
        return sources.read_table(data, settings, labelled=True, like=like)
    except DataError:
        return sources.read_table(data, settings, labelled=False, like=like)


def _columns(table: RawTable, encoding: Encoding) -> tuple[dict[str, Column], tuple[SchemaChange, ...]]:
    found: dict[str, Column] = {}
    changes = []
    for place, wanted in enumerate(encoding.columns):
        try:
            new = match(table, _with_one(encoding, place), labelled=False)
        except DataError as error:
            gone = _plain(wanted.name) not in map(_plain, table.columns)
            changes.append(SchemaChange(Change.GONE if gone else Change.UNFIT, wanted.name, str(error), alarm=True))
        else:
            found[wanted.name] = new.columns[0]
    return found, tuple(changes)


def _with_one(encoding: Encoding, place: int) -> Encoding:
    """Return the encoding of one column alone."""
    return replace(encoding, encoders=encoding.encoders[place : place + 1]) if encoding.encoders else encoding


def _target(
    table: RawTable, encoding: Encoding
) -> tuple[NDArray[Any] | None, NDArray[np.int64], tuple[SchemaChange, ...], tuple[str, ...]]:
    nobody = np.empty(0, np.int64)
    target = listed(encoding.target_columns)
    try:
        new = match(table, _without_columns(encoding), labelled=True)
    except DataError as error:
        if _has_answers(table, encoding):
            return None, nobody, (SchemaChange(Change.CLASSES, target, str(error), alarm=True),), ()
        return None, nobody, (), (f"There are no true answers ({target}), so how well the network does is not known.",)
    # What is said of columns is said of each by itself.
    common = match(table, _without_columns(encoding), labelled=False).notes
    return new.values, new.origin, (), tuple(note for note in new.notes if note not in common)


def _has_answers(table: RawTable, encoding: Encoding) -> bool:
    wanted = {_plain(name) for name in (*encoding.target_columns, *(table.target or "").split(","))}
    raws = [Raw(name, values) for name, values in table.columns.items() if _plain(name) in wanted]
    return any(not raw.missing.all() for raw in raws if raw.values.ndim == 1)


def _without_columns(encoding: Encoding) -> Encoding:
    return replace(encoding, encoders=(), image_shape=None, sequence=None, tokens=None)


def _further(table: RawTable, encoding: Encoding) -> tuple[SchemaChange, ...]:
    steps = {name for one in encoding.encoders for name in getattr(one, "columns", ())}
    steps |= set(encoding.sequence.columns if encoding.sequence else ())
    known = {_plain(name) for name in (*encoding.order, *encoding.target_columns, *steps)}
    known |= {_plain(one.name) for one in encoding.columns} | {_plain(table.target or "")}
    return tuple(
        SchemaChange(Change.NEW, name, f"The column '{name}' is new; the network does not read it.", alarm=False)
        for name in table.columns
        if _plain(name) not in known
    )


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
