"""NumPy archives (.npz) and arrays (.npy). Nothing is ever unpickled."""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.arrays import Part, table_of_arrays
from piste.data.columns import RawTable
from piste.data.naming import listed
from piste.data.reading import Wanted, unreadable

_FEATURES = ("x", "data", "features", "images", "image", "inputs", "imgs")
_TARGETS = ("y", "target", "targets", "labels", "label", "classes")
_SPLITS = {"train": ("train", "tr"), "test": ("test", "te"), "validation": ("val", "valid", "validation", "dev")}

Array = NDArray[Any]


def read_npz(path: Path, wanted: Wanted) -> RawTable:
    """Return the table in `path`: arrays x and y, or x_train, y_train, x_test, y_test, or the like.

    Accepted names are x, data, features, images, inputs and y, target, labels, classes, upper and lower case alike,
    with or without train, test or val before or behind. Raises `DataError` for others, and for arrays of objects.
    """
    arrays = _load(path)
    parts, used = find_parts(arrays)
    if not parts:
        raise DataError(
            f"{path} has the arrays {listed(list(arrays))}; features named x (or x_train, data, images) and a target "
            f"named y (or y_train, target, labels) were expected."
        )
    if wanted.labelled and any(part.y is None for part in parts):
        raise DataError(f"{path} has no target for its features; an array named y, target or labels was expected.")
    table = table_of_arrays(path.stem, str(path), parts, wanted, _class_names(arrays))
    others = [name for name in arrays if name not in used and name not in _NAMING]
    if not others:
        return table
    note = f"The arrays {listed(others)} of {path.name} are left out: they are neither features nor target."
    return RawTable(**{**vars(table), "notes": (*table.notes, note)})


def read_npy(path: Path, wanted: Wanted) -> RawTable:
    """Return the features in the array file `path`; it has no target, so it serves for prediction alone."""
    if wanted.labelled:
        raise DataError(f"{path} holds one array and no target; put features x and target y into one .npz file.")
    return table_of_arrays(path.stem, str(path), [Part("train", _load(path)["x"], None)], wanted)


def find_parts(arrays: Mapping[str, Array]) -> tuple[list[Part], list[str]]:
    """Return the parts that the arrays' names make plain, train first, and the names that were used."""
    parts, used = [], []
    by_name = {name.lower(): name for name in arrays}
    for split in ("train", "validation", "test"):
        x_name = _find(by_name, split, _FEATURES)
        if x_name is None or x_name in used:
            continue
        y_name = _find(by_name, split, _TARGETS)
        parts.append(Part(split, arrays[x_name], None if y_name is None else arrays[y_name]))
        used += [x_name] if y_name is None else [x_name, y_name]
    return parts, used


_NAMING = ("target_names", "class_names", "label_names", "feature_names")


def _find(by_name: Mapping[str, str], split: str, words: Sequence[str]) -> str | None:
    for word in words:
        marked = [form for mark in _SPLITS[split] for form in (f"{word}_{mark}", f"{mark}_{word}", f"{word}{mark}")]
        for name in [*marked, word] if split == "train" else marked:
            if name in by_name:
                return by_name[name]
    return None


def _class_names(arrays: Mapping[str, Array]) -> tuple[str, ...]:
    for name in _NAMING[:3]:
        if name in arrays and arrays[name].dtype.kind == "U" and arrays[name].ndim == 1:
            return tuple(arrays[name].tolist())
    return ()


def _load(path: Path) -> dict[str, Array]:
    try:
        with path.open("rb") as file:
            _check_start(path, file.read(2))
            file.seek(0)
            loaded = np.load(file, allow_pickle=False)
            return {"x": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except ValueError as error:
        if "pickle" in str(error).lower() or "object array" in str(error).lower():
            raise _objects(path) from error
        raise unreadable(path, "NumPy arrays", error) from error
    except (OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise unreadable(path, "NumPy arrays", error) from error


def _check_start(path: Path, start: bytes) -> None:
    # NumPy takes whatever is not its own for a pickle.
    if start[:1] == b"\x80":
        raise _objects(path)
    if start not in (b"PK", b"\x93N"):
        raise unreadable(path, "NumPy arrays", ValueError("it does not begin as a file of NumPy does"))


def _objects(path: Path) -> DataError:
    return DataError(
        f"{path} holds Python objects (pickle), which could run anything and are never loaded; "
        f"save arrays of numbers or texts with numpy.savez."
    )
