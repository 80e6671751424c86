"""Data that are in memory already: frames of any library that narwhals knows, columns in a dict, arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
from narwhals.exceptions import NarwhalsError
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.arrays import TARGET, Part, pictures_of, sequences_in, table_of_arrays
from piste.data.columns import IMAGE, RawTable
from piste.data.delimited import MOST_COLUMNS
from piste.data.headers import refuse_equal_names
from piste.data.npz import find_parts
from piste.data.picture_tables import table_with_pictures
from piste.data.reading import Wanted, count
from piste.data.sequences import SHORTEST, sequences_of
from piste.data.values import Column, column_of_array, column_of_values, flattened

_BYTES = "bytes"


def is_frame(data: Any) -> bool:
    """Return whether `data` is a frame of a library that narwhals knows (pandas, polars, pyarrow, DuckDB ...)."""
    return nw.dependencies.is_into_dataframe(data) or isinstance(_native(data), nw.LazyFrame)


def read_frame(data: Any, wanted: Wanted, name: str = "data", source: str = "the data frame") -> RawTable:
    """Return the table in the frame `data`. Its index, where it has one, is left out.

    Raises `DataError` for two columns of one name, for no rows, and for types without a meaning here.
    """
    if nw.dependencies.is_into_dataframe(data):  # before narwhals, whose own sentence names no column
        refuse_equal_names(source, [str(one) for one in getattr(data, "columns", ()) if isinstance(one, str | int)])
    frame = _native(data)
    frame = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    refuse_equal_names(source, [str(one) for one in frame.columns])
    if len(frame) == 0 or not frame.columns:
        raise DataError(
            f"{source} has {count(len(frame), 'row')} and {count(len(frame.columns), 'column')}; data were expected."
        )
    if len(frame.columns) > MOST_COLUMNS:
        raise DataError(f"{source} has {len(frame.columns):,} columns; at most {MOST_COLUMNS:,} can be used.")
    encoded = {str(one.name): pictures for one in frame.iter_columns() if (pictures := _encoded(one)) is not None}
    columns: dict[str, Column] = {}
    for one in frame.iter_columns():
        if str(one.name) not in encoded:
            columns |= _unfolded(one) if one.dtype == nw.Struct else {str(one.name): column_of_series(one)}
    if encoded:
        return table_with_pictures(name, source, columns, encoded, wanted)
    return RawTable(name, source, len(frame), columns)


def column_of_series(series: Any) -> Column:
    """Return a narwhals series as a column."""
    kind, name = series.dtype, str(series.name)
    gaps = series.is_null().any()
    if kind.is_numeric() and kind != nw.Decimal:
        if kind.is_float() or gaps:
            return np.asarray(series.cast(nw.Float64).to_numpy(), np.float64)
        return column_of_array(name, series.to_numpy())
    if kind == nw.Boolean and not gaps:
        return np.asarray(series.to_numpy(), np.bool_)
    if kind == nw.Datetime:
        if getattr(kind, "time_zone", None):
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return np.asarray(series.to_numpy(), "datetime64[us]")
    return column_of_values(name, series.to_list())


def read_columns(data: Mapping[str, Any], wanted: Wanted) -> RawTable:
    """Return the table in `data`, a column for each name; with x and y, or x_train and so on, as in an .npz file."""
    source = "the dict"
    arrays = {str(name): _of_lists(values, f"'{name}' of {source}") for name, values in data.items()}
    if not arrays:
        raise DataError("The dict of columns is empty; at least one column was expected.")
    if any(array.ndim > 1 for array in arrays.values()):
        parts, used = find_parts(arrays)
        if parts and len(used) == len(arrays):
            return table_of_arrays("data", source, parts, wanted)
    lengths = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    (first, rows), *others = lengths.items()
    for name, length in others:
        if length != rows:
            raise DataError(
                f"Column '{name}' of {source} has {count(length, 'row')} and '{first}' {rows:,}; they must agree."
            )
    if not rows:
        raise DataError(f"Column '{first}' of {source} has no rows; at least one was expected.")
    columns, notes = _dict_columns(arrays, wanted, source)
    return RawTable("data", source, rows, columns, notes=notes)


def _of_lists(values: Any, place: str) -> NDArray[Any]:
    """Return `values` as an array; lists of different lengths, one for each row, stay lists."""
    if not isinstance(values, list) or len({len(one) for one in values if isinstance(one, list | tuple)}) < 2:
        return as_array(place, values)
    column = np.empty(len(values), object)
    column[:] = values
    return column


def read_pair(features: Any, target: Any, wanted: Wanted) -> RawTable:
    """Return the table of features (array, frame or dict of columns) and a target (array, series, list or none)."""
    source = "the features and target given"
    if not is_frame(features) and not isinstance(features, Mapping):
        y = None if target is None else as_array("the target", target)
        x = as_array("the features", features)
        if isinstance(features, list | tuple) and x.ndim == 3 and x.dtype.kind == "f" and np.isnan(x).any():
            wanted = replace(wanted, sequences=True)  # lists of different lengths
        return table_of_arrays("data", source, [Part("train", x, y)], wanted)
    table = read_columns(features, wanted) if isinstance(features, Mapping) else read_frame(features, wanted)
    if target is None:
        return table
    targets = _target_columns(target, wanted)
    for name, column in targets.items():
        if name in table.columns:
            raise DataError(f"The features have a column '{name}' and so has the target; give the target another name.")
        if len(column) != table.rows:
            raise DataError(
                f"The features have {count(table.rows, 'row')} and the target {len(column):,}; they must agree."
            )
    return replace(table, columns={**table.columns, **targets}, target=",".join(targets))


def as_array(place: str, values: Any) -> NDArray[Any]:
    """Return `values` as an array; lists of numbers of different lengths become (B, T, C), filled up with NaN.

    Raises `DataError` where other rows have different lengths.
    """
    if hasattr(values, "toarray"):  # a sparse matrix of SciPy
        values = values.toarray()
    if nw.dependencies.is_into_series(values) or nw.dependencies.is_into_dataframe(values):
        values = values.to_numpy()
    try:
        array = np.asanyarray(values)
        if array.dtype.kind == "U" and not isinstance(values, np.ndarray):
            array = np.array(values, object)  # NumPy would turn numbers beside texts into texts, None into "None"
    except ValueError as error:
        sequences = sequences_of(values) if isinstance(values, list | tuple) else None
        if sequences is not None and sequences.shape[1] >= SHORTEST:
            return sequences
        raise DataError(f"The values of {place} have rows of different lengths; equal ones were expected.") from error
    return array


def _native(data: Any) -> Any:
    try:
        return nw.from_native(data, pass_through=True)
    except NarwhalsError as error:
        raise DataError(f"The data frame cannot be read: {str(error).splitlines()[0]}") from error


def _encoded(series: Any) -> list[object] | None:
    """Return the encoded pictures in a column of bytes, or of the Hugging Face library's {"bytes", "path"}."""
    if series.dtype == nw.Binary:
        return list(series.to_list())
    if series.dtype not in (nw.Struct, nw.Object):
        return None
    values = series.to_list()
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, Mapping) and _BYTES in value for value in present):
        return [None if value is None else value[_BYTES] for value in values]
    return values if present and all(isinstance(value, bytes) for value in present) else None


def _unfolded(series: Any) -> dict[str, Column]:
    rows = flattened([{str(series.name): {} if value is None else value} for value in series.to_list()])
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: column_of_values(name, [row.get(name) for row in rows]) for name in names}


def _dict_columns(
    arrays: Mapping[str, NDArray[Any]], wanted: Wanted, source: str
) -> tuple[dict[str, Column], tuple[str, ...]]:
    columns: dict[str, Column] = {}
    notes: tuple[str, ...] = ()
    for name, array in arrays.items():
        if array.ndim == 1:
            columns[name] = column_of_array(name, array)
        elif array.ndim == 2 and array.dtype.kind in "iuf" and array.size:
            columns[name] = array[:, :, None].astype(np.float64)
        elif array.ndim in (3, 4):
            sequences, said = sequences_in(f"'{name}' of {source}", array, wanted)
            if sequences is not None:
                columns[name], notes = sequences, (*notes, *said)
            elif IMAGE in columns:
                raise DataError(f"{source} has two arrays of pictures, '{name}' the second; one was expected.")
            else:
                columns[IMAGE], said = pictures_of(source, array, wanted)
                notes = (*notes, *said)
        else:
            raise DataError(f"Column '{name}' of {source} has the shape {array.shape}; one value per row was expected.")
    return columns, notes


def _target_columns(target: Any, wanted: Wanted) -> dict[str, Column]:
    if nw.dependencies.is_into_dataframe(target):
        return dict(read_frame(target, wanted, source="the target").columns)
    if nw.dependencies.is_into_series(target):
        series = nw.from_native(target, series_only=True)
        return {str(series.name) if series.name is not None and series.name != "" else TARGET: column_of_series(series)}
    array = as_array("the target", target)
    if array.ndim == 2:
        return {f"{TARGET}_{index + 1}": column_of_array(TARGET, array[:, index]) for index in range(array.shape[1])}
    return {TARGET: column_of_array(TARGET, np.atleast_1d(array))}


def read_sequence(data: Sequence[Any] | NDArray[Any], wanted: Wanted) -> RawTable:
    """Return the table of features alone: an array, a list of rows, or a list of dicts."""
    if isinstance(data, list) and data and all(isinstance(row, Mapping) for row in data):
        names = list(dict.fromkeys(name for row in data for name in row))
        columns = {str(name): column_of_values(str(name), [row.get(name) for row in data]) for name in names}
        return RawTable("data", "the list of rows", len(data), columns)
    return read_pair(data, None, wanted)
