"""Large well-formed text tables through DuckDB, in several threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.data.dialect import Dialect, is_typed
from piste.data.plain_path import plain_path

Column = NDArray[np.generic]

_DECIMALS = 500  # different decimal numbers among a sample of 1000, above which a column surely is one of measurements
_LEVELS = 100  # different texts in the sample, up to which a column is fetched as codes of its distinct texts


@dataclass(frozen=True)
class Bulk:
    """Where the rows of a file are: `skip` lines stand above them; `sample` has the first rows, all of one width.

    With `typed`, columns that plainly hold decimal numbers come back as float64: as texts they would take ten
    times the memory.
    """

    path: Path
    dialect: Dialect
    skip: int
    sample: Sequence[Sequence[str]]
    typed: bool


def read_in_bulk(bulk: Bulk) -> list[Column] | None:
    """Return the columns, object of `str` or `None`, or float64; nothing where DuckDB finds the file at fault."""
    import duckdb

    samples = list(zip(*bulk.sample, strict=True))
    plain = ["VARCHAR"] * len(samples)
    typed = ["DOUBLE" if bulk.typed and is_decimal(sample) else "VARCHAR" for sample in samples]
    for types in (typed, plain) if typed != plain else (plain,):
        with plain_path(bulk.path) as file, duckdb.connect() as connection:
            try:
                _load(connection, file, bulk, types)
                return [_fetch(connection, index, kind, samples[index]) for index, kind in enumerate(types)]
            except duckdb.Error:  # a text among the numbers, say
                continue
    return None


def is_decimal(sample: Sequence[str]) -> bool:
    """Return whether a column surely holds measurements, judging by a sample of its cells."""
    return all("." in cell and is_typed(cell) for cell in sample if cell) and len(set(sample)) > _DECIMALS


def _load(connection: Any, file: Path, bulk: Bulk, types: Sequence[str]) -> None:
    chosen = ", ".join(f"trim(c{i}) AS c{i}" if kind == "VARCHAR" else f"c{i}" for i, kind in enumerate(types))
    query = (
        f"CREATE TEMP TABLE rows AS SELECT {chosen} FROM read_csv($file, auto_detect=false, header=false, "
        "strict_mode=true, columns=$columns, delim=$delimiter, quote=$quote, escape=$quote, nullstr='', "
        "skip=$skip, max_line_size=100000000)"
    )
    values = {
        "file": str(file),
        "columns": {f"c{index}": kind for index, kind in enumerate(types)},
        "delimiter": bulk.dialect.delimiter,
        "quote": bulk.dialect.quote,
        "skip": bulk.skip,
    }
    connection.execute(query, values)


def _fetch(connection: Any, index: int, kind: str, sample: Sequence[str]) -> Column:
    name = f"c{index}"
    if kind == "DOUBLE":
        return _filled(connection.sql(f"SELECT {name} FROM rows"), name, np.nan)
    if len(set(sample)) > _LEVELS:
        return object_column(_filled(connection.sql(f"SELECT {name} FROM rows"), name, None).tolist())
    connection.execute(f"CREATE TYPE levels{index} AS ENUM (SELECT DISTINCT {name} FROM rows WHERE {name} IS NOT NULL)")
    levels = connection.sql(f"SELECT unnest(enum_range(NULL::levels{index})) AS level").fetchnumpy()["level"]
    codes = connection.sql(f"SELECT coalesce(enum_code({name}::levels{index})::INT, {len(levels)}) AS {name} FROM rows")
    return object_column([*levels.tolist(), None])[codes.fetchnumpy()[name]]


def _filled(relation: Any, name: str, missing: float | None) -> NDArray[Any]:
    column = relation.fetchnumpy()[name]
    filled: NDArray[Any] = np.ma.getdata(column).copy()
    filled[np.ma.getmaskarray(column)] = missing  # `np.ma.filled` writes "?" where it is asked for None
    return filled


def object_column(values: Sequence[str | None]) -> NDArray[np.object_]:
    """Return `values` as an object array, stripped of blanks, with `None` for what is empty."""
    column = np.empty(len(values), object)
    column[:] = [(value.strip() or None) if value else None for value in values]
    return column
