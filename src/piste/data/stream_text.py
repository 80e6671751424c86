"""Delimited text that is larger than memory, rewritten once as Parquet, of which any rows can be read at once."""

from collections.abc import Sequence
from pathlib import Path

from piste.core.errors import DataError
from piste.data.bulk import is_decimal
from piste.data.delimited import Layout, layout_of
from piste.data.dialect import Dialect, find_dialect
from piste.data.reading import Wanted

_HEAD = 1 << 22  # bytes of a file by which its layout is judged
_GROUP = 50_000  # rows that are read together


def to_parquet(files: Sequence[Path], folder: Path, wanted: Wanted) -> tuple[Path, tuple[str, ...]]:
    """Write the rows of delimited text `files` of one layout to a Parquet file in `folder`; return it, and notes.

    Cells are texts, as in smaller files; columns of decimal numbers are float64, where all cells are numbers. Raises
    `DataError` for a file that is not plain UTF-8, or whose rows are not all alike.
    """
    import duckdb

    text = _head(files[0])
    dialect = find_dialect(text, files[0].suffix.lower())
    layout = layout_of(files[0], text, dialect, wanted)
    samples = list(zip(*layout.sample, strict=True))
    typed = ["DOUBLE" if is_decimal(sample) else "VARCHAR" for sample in samples]
    target = folder / f"{files[0].stem}.parquet"
    error: Exception | None = None
    for types in (typed, ["VARCHAR"] * len(typed)):
        with duckdb.connect() as connection:
            try:
                _copy(connection, files, dialect, layout, types, target)
                return target, layout.notes
            except duckdb.Error as found:  # a text among the numbers, say
                error = found
    lines = str(error).strip().splitlines()
    raise DataError(f"{files[0]} could not be read as delimited text: {lines[0] if lines else error}") from error


def _head(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_HEAD)
    try:
        return content[: content.rfind(b"\n") + 1].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8 text ({error.reason}), which a file that is streamed must be: save it as UTF-8, or "
            f"leave --stream out."
        ) from error


def _copy(
    connection: object, files: Sequence[Path], dialect: Dialect, layout: Layout, types: Sequence[str], target: Path
) -> None:
    chosen = ", ".join(
        f"nullif(trim(c{index}), '') AS {_quoted(name)}" if kind == "VARCHAR" else f"c{index} AS {_quoted(name)}"
        for index, (name, kind) in enumerate(zip(layout.names, types, strict=True))
    )
    values = {
        "files": [str(file) for file in files],
        "columns": {f"c{index}": kind for index, kind in enumerate(types)},
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "skip": layout.skip,
    }
    connection.execute(  # type: ignore[attr-defined]
        f"COPY (SELECT {chosen} FROM read_csv($files, auto_detect=false, header=false, strict_mode=true, "
        "columns=$columns, delim=$delimiter, quote=$quote, escape=$quote, nullstr='', skip=$skip, "
        f"max_line_size=100000000)) TO '{_literal(target)}' (FORMAT parquet, ROW_GROUP_SIZE {_GROUP})",
        values,
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
