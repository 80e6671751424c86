"""Python values and arrays of any dtype to the few column types that `RawTable` allows."""

import datetime
import numbers
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.bulk import object_column
from piste.data.sequences import sequences_of

Column = NDArray[np.generic]

LIST_SEPARATOR = ";"


def column_of_values(name: str, values: Sequence[Any]) -> Column:
    """Return one column for Python values that have types of their own, as JSON, Excel or a list gives them.

    All bool gives bool, all whole numbers int64, numbers float64, dates datetime64[us] (in UTC); anything mixed
    gives texts. Lists of numbers give sequences (B, T, C), lists of words one text each. `None`, NaN and the empty text
    are missing. Raises `DataError` for bytes and nested values.
    """
    if any(isinstance(value, list | tuple | np.ndarray) for value in values):
        sequences = sequences_of(values)
        if sequences is not None:
            return sequences
    plain = [_plain(name, value) for value in values]
    kinds = {type(value) for value in plain if value is not None}
    has_gaps = any(value is None for value in plain)
    if kinds == {bool} and not has_gaps:
        return np.array(plain, np.bool_)
    if kinds == {int} and not has_gaps and all(-(2**63) <= value < 2**63 for value in plain):
        return np.array(plain, np.int64)
    if kinds and kinds <= {int, float}:
        return np.array([np.nan if value is None else float(value) for value in plain], np.float64)
    if kinds == {datetime.datetime}:
        return np.array(["NaT" if value is None else value for value in plain], "datetime64[us]")
    return object_column([None if value is None else text_of(value) for value in plain])


def column_of_array(name: str, array: NDArray[Any]) -> Column:
    """Return `array` (B,) of any dtype as a column; raises `DataError` for complex numbers and time spans."""
    if isinstance(array, np.ma.MaskedArray):
        return column_of_values(name, array.tolist())
    kind = array.dtype.kind
    if kind == "b":
        return array.astype(np.bool_)
    if kind in "iu" and not (array.dtype == np.uint64 and array.size and array.max() >= 2**63):
        return array.astype(np.int64)
    if kind in "fiu":
        return array.astype(np.float64)
    if kind == "M":
        return array.astype("datetime64[us]")
    if kind == "S":
        return object_column([value.decode("utf-8", "replace") for value in array.tolist()])
    if kind == "U":
        return object_column(array.tolist())
    if kind == "O":
        return column_of_values(name, array.tolist())
    raise DataError(
        f"Column '{name}' has the type {array.dtype}, which cannot be used; convert it to numbers or texts."
    )


def text_of(value: Any) -> str:
    """Return `value` as a person would write it: whole numbers without a point, dates in ISO 8601."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ") if value.time() != datetime.time() else value.date().isoformat()
    return str(value)


def flattened(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return `rows` with nested mappings unfolded: {"a": {"b": 1}} becomes {"a.b": 1}."""
    return [_flat(row) if any(isinstance(value, Mapping) for value in row.values()) else dict(row) for row in rows]


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": one for inner, one in _flat(value).items()}
        else:
            flat[name] = value
    return flat


def _plain(name: str, value: Any) -> Any:
    """Return `value` as bool, int, float, str or datetime, or `None` where it is missing."""
    if value is None or isinstance(value, str):
        return value.strip() or None if value else None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return None if value != value else value
    if isinstance(value, np.generic):
        return (
            _plain(name, None if np.isnat(value) else value.astype("datetime64[us]").item())
            if isinstance(value, np.datetime64)
            else _plain(name, value.item())
        )
    if isinstance(value, Decimal | numbers.Real):
        return _plain(name, float(value))
    if isinstance(value, datetime.date):
        return _moment(value)
    if isinstance(value, datetime.time | datetime.timedelta):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return _joined(name, value)
    if str(value) in ("<NA>", "NaT"):  # pandas' own signs of a missing value, known without importing pandas
        return None
    if isinstance(value, bytes | bytearray | Mapping):
        raise DataError(
            f"Column '{name}' holds {type(value).__name__} values, and numbers, texts or dates were expected."
        )
    return str(value).strip() or None


def _moment(value: datetime.date) -> datetime.datetime | None:
    if not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time())
    if value != value:  # pandas' NaT is a datetime
        return None
    if value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    return datetime.datetime(
        value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond
    )


def _joined(name: str, items: Iterable[Any]) -> str | None:
    plain = [_plain(name, item) for item in items]
    return LIST_SEPARATOR.join(text_of(item) for item in plain if item is not None) or None
