"""New data for a trained model: its columns found by name, in the order and of the kinds of the training."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import Kind, Task
from piste.data import sources
from piste.data.columns import IMAGE, Column, RawTable
from piste.data.declared import with_tags
from piste.data.encoders.sequence import SequenceEncoder
from piste.data.encoding import Encoding
from piste.data.gaps import with_gaps
from piste.data.joining import Joined, alone
from piste.data.kinds import as_column
from piste.data.labels import target_values, without_target
from piste.data.levels import Raw
from piste.data.naming import listed
from piste.data.reading import count
from piste.data.sequences import as_texts, lengths_of, merged
from piste.data.settings import DataSettings


@dataclass(frozen=True)
class NewRows:
    """Rows to predict or to judge a model by.

    `columns` are in the encoding's order; `values` are as `Target.values`, or None where no labels were asked for;
    `table` has the same rows as read, for echoing; `origin` (B,) is each row's number in the source, `row_names`
    its name there, if it has one; `notes` say what was ignored or repaired.
    """

    columns: tuple[Column, ...]
    values: NDArray[Any] | None
    table: RawTable
    origin: NDArray[np.int64]
    row_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_new(data: Any, encoding: Encoding, settings: DataSettings, *, labelled: bool) -> NewRows:
    """Return the rows of `data` as the model of `encoding` takes them.

    Columns are matched by name, or by position where the data have no names; further ones are ignored, which is said.
    With `labelled`, rows without a target are left out, and a source that brings a test split of its own gives that
    alone. Raises `DataError` naming a column that is missing, a value
    that does not fit its column's kind, or a class that the model never learnt.
    """
    table = sources.read_table(data, settings, labelled=labelled, like=resembled(encoding))
    return match(table, encoding, labelled=labelled)


def resembled(encoding: Encoding) -> RawTable:
    """Return a table without rows that has the columns of the training data, for a reader to resemble."""
    columns: dict[str, NDArray[Any]] = {name: np.empty(0, object) for name in encoding.order}
    if encoding.image_shape is not None:
        columns[IMAGE] = np.empty((0, *encoding.image_shape), np.uint8)
    for encoder in _sequence_encoders(encoding):
        if not encoder.columns:
            columns[encoder.name] = np.empty((0, *encoder.shape))
    return RawTable("", "the training data", 0, columns, target=",".join(encoding.target_columns))


def _sequence_encoders(encoding: Encoding) -> list[SequenceEncoder]:
    return [one for one in (*encoding.encoders, encoding.sequence) if isinstance(one, SequenceEncoder)]


def _with_sequences(table: RawTable, encoding: Encoding) -> RawTable:
    """Return `table` with the columns that were made a sequence in training made one here."""
    for encoder in _sequence_encoders(encoding):
        if encoder.columns and encoder.name not in table.columns:
            names = _matched(table, encoder.columns)
            values = merged([Raw(name, table.columns[name]) for name in names.values()])
            rest = {name: column for name, column in table.columns.items() if name not in names.values()}
            table = replace(table, columns={**rest, encoder.name: values})
    return table


def _about_lengths(columns: Sequence[Column], encoding: Encoding) -> tuple[str, ...]:
    encoder = encoding.sequence
    if encoder is None:
        return ()
    cut = int((lengths_of(np.asarray(columns[0].values, np.float64)) > encoder.length).sum())
    if not cut:
        return ()
    return (
        f"The network reads {encoder.length:,} steps; what comes after them in {count(cut, 'sequence')} is left out.",
    )


def match(table: RawTable, encoding: Encoding, *, labelled: bool) -> NewRows:
    """Return the rows of a table as read, as `read_new` does."""
    table = with_gaps(table, encoding.gaps, encoding.target_columns)
    table = _with_sequences(
        with_tags(table, [name for name in encoding.target_columns if name in table.columns]), encoding
    )
    names = _matched(table, [wanted.name for wanted in encoding.columns])
    joined, values, notes = alone(table), None, table.notes
    if labelled:
        joined = _for_judging(joined)
        joined, values, more = _labels(joined, encoding)
        notes = (*notes, *more)
    columns = tuple(
        _column(joined.raw(names[wanted.name]), wanted.name, wanted.kind, wanted.form) for wanted in encoding.columns
    )
    for column in columns:
        _check_pictures(column, encoding, table.source)
        _check_channels(column, encoding, table.source)
    further = [name for name in table.columns if name not in names.values() and name not in encoding.order]
    ignored = (f"Columns that the model does not know are ignored: {listed(further)}.",) if further else ()
    notes = (*notes, *_about_splits(table, labelled), *ignored, *_about_lengths(columns, encoding))
    return NewRows(columns, values, joined.table, joined.origin, joined.table.row_names, notes)


def _for_judging(joined: Joined) -> Joined:
    # The rest of a source that brings a test split of its own is what networks are trained on.
    test = joined.table.splits.get("test")
    return joined if test is None else joined.take(np.sort(test))


def _about_splits(table: RawTable, labelled: bool) -> tuple[str, ...]:
    if labelled and "test" in table.splits:
        sizes = f"{len(table.splits['test']):,} of {table.rows:,} rows"
        return (f"{table.source} brings a test split of its own; only that is judged by, {sizes}.",)
    own = ", ".join(table.splits)
    return (f"{table.source} brings splits of its own ({own}); the rows of all of them are taken.",) if own else ()


def _matched(table: RawTable, wanted: Sequence[str]) -> dict[str, str]:
    """Return for each wanted column its name in `table`: the same, or else the same but for case and blanks."""
    alike: dict[str, list[str]] = {}
    for name in table.columns:
        alike.setdefault(_plain(name), []).append(name)
    found = {}
    missing = []
    for name in wanted:
        near = alike.get(_plain(name), [])
        if name in table.columns or len(near) == 1:
            found[name] = name if name in table.columns else near[0]
        else:
            missing.append(name)
    if missing:
        raise DataError(_lacking(table, missing))
    return found


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _lacking(table: RawTable, missing: Sequence[str]) -> str:
    if missing[0] == IMAGE:
        return (
            f"{table.source} holds no pictures, and the model was trained on pictures: give files or a folder of them."
        )
    more = f" (nor {listed(missing[1:], 5)})" if len(missing) > 1 else ""
    return (
        f"{table.source} has no column '{missing[0]}'{more}, which the model needs; "
        f"its {len(table.columns)} columns are {listed(list(table.columns))}."
    )


def _column(raw: Raw, name: str, kind: Kind, form: str) -> Column:
    values = raw.values
    if values.ndim == 4 and kind is not Kind.IMAGE:
        raise DataError(f"Column '{raw.name}' holds pictures, where the model expects a {kind.value}.")
    if values.ndim == 3 and kind is not Kind.SEQUENCE:
        values = as_texts(values)
    if values.ndim == 1 and kind is Kind.SEQUENCE:
        values = merged([raw])
    return as_column(Raw(name, values, raw.place), kind, form)


def _check_pictures(column: Column, encoding: Encoding, source: str) -> None:
    if column.kind is Kind.IMAGE and column.values.shape[1:] != encoding.image_shape:
        raise DataError(
            f"{source} holds pictures of {column.values.shape[1:]} (height, width, channels), "
            f"and the model was trained on {encoding.image_shape}."
        )


def _check_channels(column: Column, encoding: Encoding, source: str) -> None:
    for encoder in _sequence_encoders(encoding):
        if encoder.name == column.name and column.values.shape[2] != encoder.shape[1]:
            raise DataError(
                f"{source} holds sequences of {column.values.shape[2]:,} numbers a step, and the model was trained on "
                f"{encoder.shape[1]:,}."
            )


def _labels(joined: Joined, encoding: Encoding) -> tuple[Joined, NDArray[Any], tuple[str, ...]]:
    table, columns = joined.table, _target_columns(joined.table, encoding)
    tagged = encoding.task is Task.MULTI_LABEL and len(columns) == 1
    gone = without_target([joined.raw(name) for name in columns], encoding.task, tagged)
    if gone.all():
        raise DataError(f"{table.source} has no value of {listed(columns)} in any row, so nothing can be judged by it.")
    notes: tuple[str, ...] = ()
    if gone.any():
        joined = joined.take(np.flatnonzero(~gone))
        notes = (f"{gone.sum():,} of {len(gone):,} rows have no value of {listed(columns)} and are left out.",)
    values, more = target_values(
        [joined.raw(name) for name in columns], encoding.task, encoding.classes, table.class_names
    )
    return joined, values, (*notes, *more)


def _target_columns(table: RawTable, encoding: Encoding) -> tuple[str, ...]:
    wanted = encoding.target_columns
    own = tuple((table.target or "").split(","))
    if not all(name in table.columns for name in wanted) and len(own) == len(wanted) and set(own) <= set(table.columns):
        return own
    try:
        found = _matched(table, wanted)
    except DataError as error:
        raise DataError(
            f"{table.source} has no column {listed([repr(name) for name in wanted])} with the true answers, which "
            f"judging the model needs; its columns are {listed(list(table.columns))}."
        ) from error
    return tuple(found[name] for name in wanted)
