"""The one door to data: files, folders, bundled names, arrays and frames, all to a `RawTable`."""

import difflib
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from piste.core.errors import DataError
from piste.data.columns import IMAGE, LABEL, RawTable
from piste.data.reading import Wanted, count
from piste.data.settings import DataSettings

Read = Callable[[Path, Wanted], RawTable]

_TEXT = (".csv", ".tsv", ".tab", ".psv", ".txt", ".data", ".dat", ".test", ".train", "")
_JSON = (".jsonl", ".ndjson", ".json")
_PARQUET = (".parquet", ".pq", ".parq")
_ARROW = (".arrow", ".feather", ".ipc", ".arrows")
_EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_NUMPY = (".npz", ".npy")
_TABLES = (*_TEXT[:4], *_JSON, *_PARQUET, *_ARROW, *_EXCEL, ".npz")
_ROWS_PER_BLOCK = 100_000


def read_table(
    data: Any,
    settings: DataSettings,
    *,
    labelled: bool = True,
    like: RawTable | None = None,
    sequences: bool = False,
) -> RawTable:
    """Return the table in `data`.

    Parameters
    ----------
    data
        A path to a file or folder, a bundled name, a frame (pandas, polars, pyarrow ...), a dict of columns, an
        array, or a pair of features and target.
    settings
        `header` and `image_size` say how to read; the rest is for the parts that come after.
    labelled
        Whether a target has to be there; not so for prediction, which also takes pictures in no class folder.
    like
        A table read earlier, whose header decision, column names and picture shape this one gets.
    sequences
        Whether arrays of three axes are sequences, because the network reads nothing else.

    Raises `DataError` for data that cannot be read, with the file and, where it helps, the row or column.
    """
    wanted = Wanted(settings, labelled, like, sequences or settings.sequence is not None)
    table = _read_text(data, wanted) if isinstance(data, str | Path) else _read_object(data, wanted)
    if labelled and len(table.columns) < 2:
        only = next(iter(table.columns))
        if only == IMAGE:
            raise DataError(f"{table.source} has pictures and no labels; a column called '{LABEL}' was expected.")
        raise DataError(
            f"{table.source} has one column only ('{only}'); features and a target were expected. If values are "
            f"divided by another sign than comma, semicolon, tab, bar or blanks, change it."
        )
    return table


def fingerprint(table: RawTable) -> str:
    """Return the SHA-256, hexadecimal, of the table's content: names, types and values of its columns, and splits.

    It does not depend on the file's format where that gives the same values, nor on its name.
    """
    digest = hashlib.sha256()
    for name, column in table.columns.items():
        digest.update(msgspec.json.encode([name, str(column.dtype), column.shape]))
        for start in range(0, len(column), _ROWS_PER_BLOCK):
            block = column[start : start + _ROWS_PER_BLOCK]
            plain = msgspec.json.encode(block.tolist()) if block.dtype == object else _little_endian(block)
            digest.update(plain)
    for name, rows in sorted(table.splits.items()):
        digest.update(msgspec.json.encode([name, len(rows)]) + _little_endian(rows))
    return digest.hexdigest()


def _little_endian(block: np.ndarray[Any, Any]) -> bytes:
    return block.astype(block.dtype.newbyteorder("<"), copy=False).tobytes()


def _read_text(data: str | Path, wanted: Wanted) -> RawTable:
    from piste.data.bundled import NAMES, read_bundled

    if not str(data).strip():
        raise DataError("The name of the data is empty; a path or a bundled name was expected.")
    path = Path(data).expanduser()
    try:
        if path.exists():
            return _read_path(path, wanted)
    except PermissionError as error:
        raise DataError(f"{path} may not be read by this user; change its permissions.") from error
    except IsADirectoryError as error:
        raise DataError(f"{path} is a folder where a file was expected.") from error
    except OSError as error:
        raise DataError(f"{path} could not be read: {error.strerror or error}.") from error
    name = str(data).lower().replace("_", "-")
    if name in NAMES:
        return read_bundled(name, wanted, _read_path)
    raise _not_found(path, name, NAMES)


def _not_found(path: Path, name: str, names: tuple[str, ...]) -> DataError:
    folder = path.parent
    if not folder.is_dir():
        return DataError(f"There is no file {path}: the folder {folder} does not exist.")
    beside = sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))
    near = difflib.get_close_matches(name, names, 1) or difflib.get_close_matches(path.name, beside, 1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return DataError(
        f"There is no file or folder {path}, and no bundled data set of that name ({', '.join(names)}).{hint}"
    )


def _read_path(path: Path, wanted: Wanted) -> RawTable:
    from piste.data.folders import PICTURE_SUFFIXES, read_folder, read_picture
    from piste.data.idx import is_idx, read_idx
    from piste.data.text_folders import is_one_text, read_texts, texts_below

    if path.is_dir():
        if texts := texts_below(path, wanted, _TABLES):
            return read_texts(path, texts, wanted)
        return read_folder(path, wanted, _TABLES, _read_path)
    if not path.is_file():
        raise DataError(f"{path} is neither a file nor a folder; a file or folder with data was expected.")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty; a file with data was expected.")
    if is_idx(path):
        return read_idx(path, wanted)
    if is_one_text(path, wanted):
        return read_texts(path.parent, [path], wanted)
    suffix = _suffix(path)
    if suffix in PICTURE_SUFFIXES:
        return read_picture(path, wanted)
    return _reader(path, suffix)(path, wanted)


def _suffix(path: Path) -> str:
    suffixes = [part.lower() for part in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    suffix = (suffixes[-2] if len(suffixes) > 1 else "") if packed else (suffixes[-1] if suffixes else "")
    return f"{suffix}.gz" if packed and suffix not in (*_TEXT, *_JSON) else suffix


def _reader(path: Path, suffix: str) -> Read:
    if suffix in _TEXT:
        from piste.data.delimited import read_delimited

        return read_delimited
    if suffix in (*_JSON, *_PARQUET, *_ARROW):
        from piste.data import columnar

        return (
            columnar.read_json
            if suffix in _JSON
            else columnar.read_parquet
            if suffix in _PARQUET
            else columnar.read_arrow
        )
    if suffix in _EXCEL:
        from piste.data.excel import read_excel

        return read_excel
    if suffix in _NUMPY:
        from piste.data import npz

        return npz.read_npz if suffix == ".npz" else npz.read_npy
    if suffix in (".zip", ".tar.gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz", ".zst"):
        raise DataError(f"{path} is a packed archive; unpack it and give the file or folder inside.")
    raise DataError(
        f"{path} has the unknown ending '{suffix}'; files ending in {', '.join(_TABLES)}, text files, IDX files and "
        f"folders of pictures can be read."
    )


def _read_object(data: Any, wanted: Wanted) -> RawTable:
    from piste.data import frames

    if data is None:
        raise DataError("The data are None; a path, a bundled name, arrays or a data frame were expected.")
    if frames.is_frame(data):
        return frames.read_frame(data, wanted)
    if isinstance(data, Mapping):
        return frames.read_columns(data, wanted)
    if isinstance(data, tuple):
        if len(data) != 2:
            raise DataError(
                f"The tuple given as data has {count(len(data), 'item')}; two, features and target, were expected."
            )
        return frames.read_pair(data[0], data[1], wanted)
    if isinstance(data, list | np.ndarray) or hasattr(data, "toarray") or hasattr(data, "__array__"):
        return frames.read_sequence(data, wanted)
    raise DataError(
        f"Data of the type {type(data).__name__} cannot be read; a path, a bundled name, a frame, a dict of columns, "
        f"an array or a pair of features and target was expected."
    )
