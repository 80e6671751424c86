"""Files whose columns have types: Parquet (through DuckDB), JSON and JSON lines, Arrow and Feather."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from piste.core.errors import DataError, MissingExtraError
from piste.data.columns import RawTable
from piste.data.delimited import MOST_COLUMNS
from piste.data.frames import read_frame
from piste.data.picture_tables import table_with_pictures
from piste.data.plain_path import plain_path
from piste.data.reading import Wanted, unreadable
from piste.data.text_files import read_text
from piste.data.values import Column, column_of_array, column_of_values, flattened

_INTEGERS = frozenset({"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"})
_NUMBERS = frozenset({"float", "double", "decimal", "hugeint", "uhugeint", "ubigint"})
_MOMENTS = frozenset({"date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"})


def read_parquet(path: Path, wanted: Wanted, rows: tuple[int, int] | None = None) -> RawTable:
    """Return the table in the Parquet file `path`, or its `rows` from the first up to the second.

    Structs are unfolded, lists of words joined, encoded pictures decoded.

    Raises `DataError` for a damaged file and for types without a meaning here (maps, binary that is no picture).
    """
    import duckdb

    with plain_path(path) as file, duckdb.connect() as connection:
        try:
            relation = connection.from_parquet(str(file))
            chosen = [
                field
                for name, kind in zip(relation.columns, relation.dtypes, strict=True)
                for field in _fields(name, kind)
            ]
            if rows is None:
                _refuse_shape(path, len(chosen), relation)
            else:
                relation = _range_of(connection, str(file), rows)
            found = relation.project(", ".join(f'{one[1]} AS "c{i}"' for i, one in enumerate(chosen))).fetchnumpy()
            names = _class_names(connection, str(file), path)
        except duckdb.Error as error:
            raise unreadable(path, "Parquet", error) from error
    values = dict(zip([name for name, _, _ in chosen], found.values(), strict=True))
    encoded = {name: values[name].tolist() for name, _, kind in chosen if kind == "blob"}
    columns = {name: _column(name, values[name], kind) for name, _, kind in chosen if kind != "blob"}
    if encoded:
        return table_with_pictures(path.stem, str(path), columns, encoded, wanted, names)
    return RawTable(path.stem, str(path), len(next(iter(columns.values()))), columns)


def _fields(name: str, kind: Any, expression: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (name, SQL expression, type) for a column, or for each field of a struct."""
    expression = expression or _quoted(name)
    if kind.id == "struct":
        for inner, type_of_inner in kind.children:
            yield from _fields(f"{name}.{inner}", type_of_inner, f"{expression}[{_literal(inner)}]")
    elif kind.id in _INTEGERS:
        yield name, f"{expression}::BIGINT", "integer"
    elif kind.id in _NUMBERS:
        yield name, f"{expression}::DOUBLE", "number"
    elif kind.id in _MOMENTS:
        yield name, f"{expression}::TIMESTAMP", "moment"
    elif kind.id == "timestamp with time zone":
        yield name, f"make_timestamp(epoch_us({expression}))", "moment"
    elif kind.id in ("boolean", "blob"):
        yield name, expression, kind.id
    elif kind.id in ("list", "array") and _innermost(kind) in _INTEGERS | _NUMBERS:
        yield name, expression, "numbers"
    elif kind.id in ("list", "array"):
        yield name, f"array_to_string({expression}::VARCHAR[], ';')", "text"
    else:
        yield name, f"{expression}::VARCHAR", "text"


def _range_of(connection: Any, file: str, rows: tuple[int, int]) -> Any:
    # Only the groups of rows in which the range lies are read.
    first, last = (f"file_row_number {sign} {row}" for sign, row in zip((">=", "<"), rows, strict=True))
    return connection.from_parquet(file, file_row_number=True).filter(f"{first} AND {last}")


def _innermost(kind: Any) -> str:
    """Return the type of the items of a list, or of the items of its items."""
    while kind.id in ("list", "array"):
        kind = kind.children[0][1]
    return str(kind.id)


def _column(name: str, values: Any, kind: str) -> Column:
    if kind == "numbers":
        return column_of_values(name, list(values) if values.ndim > 1 else values.tolist())
    if isinstance(values, np.ma.MaskedArray) and values.mask.any():
        if kind in ("integer", "number"):
            return np.ma.filled(values.astype(np.float64), np.nan)
        if kind == "moment":
            return np.ma.filled(values.astype("datetime64[us]"), np.datetime64("NaT"))
        return column_of_values(name, values.tolist())  # masked values come out as None
    return column_of_array(name, np.ma.getdata(values))


def _refuse_shape(path: Path, width: int, relation: Any) -> None:
    if width > MOST_COLUMNS:
        raise DataError(f"{path} has {width:,} columns; at most {MOST_COLUMNS:,} can be used: leave some out.")
    if len(relation) == 0 or width == 0:
        raise DataError(f"{path} has columns and no rows; at least one row of data was expected.")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _class_names(connection: Any, file: str, path: Path) -> tuple[str, ...]:
    """Return the spelled-out classes that the Hugging Face library keeps in a file's own notes, if any."""
    rows = connection.execute("SELECT value FROM parquet_kv_metadata(?) WHERE key = 'huggingface'", [file]).fetchall()
    with suppress(ValueError, LookupError, TypeError):
        features = json.loads(rows[0][0])["info"]["features"]
        named = [
            one["names"] for one in features.values() if isinstance(one, dict) and one.get("_type") == "ClassLabel"
        ]
        return tuple(map(str, named[0]))
    return ()


def read_json(path: Path, wanted: Wanted) -> RawTable:
    """Return the table in `path`: one object a line, or one list of objects; names absent from a row are missing."""
    content = read_text(path).content
    rows = flattened(_listed(path, content) if content.lstrip().startswith("[") else _lines(path, content))
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise DataError(f'{path} has no rows with values; objects such as {{"name": 1}} were expected.')
    if len(names) > MOST_COLUMNS:
        raise DataError(f"{path} has {len(names):,} columns; at most {MOST_COLUMNS:,} can be used: leave some out.")
    columns = {name: column_of_values(name, [row.get(name) for row in rows]) for name in names}
    return RawTable(path.name.split(".")[0], str(path), len(rows), columns)


def _lines(path: Path, content: str) -> Iterator[dict[str, Any]]:
    decoder = msgspec.json.Decoder()
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield _object(f"{path}, line {number}", _decoded(f"{path}, line {number}", decoder, line))


def _listed(path: Path, content: str) -> Sequence[dict[str, Any]]:
    values = _decoded(str(path), msgspec.json.Decoder(), content)
    return [_object(f"{path}, item {number}", value) for number, value in enumerate(values, 1)]


def _decoded(place: str, decoder: msgspec.json.Decoder[Any], text: str) -> Any:
    try:
        return decoder.decode(text)
    except msgspec.DecodeError as error:
        try:
            return json.loads(text)  # Python's own writer spells NaN and Infinity, which JSON has not
        except ValueError:
            raise DataError(f"{place} is not JSON ({error}); one object a line was expected.") from error


def _object(place: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{place} holds {type(value).__name__}; an object with names and values was expected.")
    return value


def read_arrow(path: Path, wanted: Wanted) -> RawTable:
    """Return the table in the Arrow (file or stream) or Feather file `path`; needs the package pyarrow."""
    try:
        import pyarrow
        from pyarrow import feather, ipc
    except ImportError as error:
        raise MissingExtraError(
            f"Reading {path} needs the package pyarrow: install it with `pip install 'piste[arrow]'`, or save the "
            f"table as Parquet."
        ) from error
    with path.open("rb") as file:
        is_file = file.read(6) in (b"ARROW1", b"FEA1\0\0") or path.suffix.lower() == ".feather"
    try:
        table = feather.read_table(path) if is_file else ipc.open_stream(path.read_bytes()).read_all()
    except (pyarrow.ArrowException, OSError) as error:
        raise unreadable(path, "an Arrow file", error) from error
    return read_frame(table, wanted, path.stem, str(path))
