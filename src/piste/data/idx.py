"""IDX files, the format of MNIST: a header of big-endian numbers, then the values (yann.lecun.com/exdb/mnist)."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.arrays import Part, table_of_arrays
from piste.data.columns import RawTable
from piste.data.reading import Wanted
from piste.data.text_files import read_bytes

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_NAME = re.compile(r"(?P<split>.+?)[-_.](?P<what>images|labels)[-_.]idx\d[-_.]ubyte(?:\.gz)?", re.IGNORECASE)
_SPLITS = {"train": "train", "t10k": "test", "test": "test", "validation": "validation", "valid": "validation"}


def is_idx(path: Path) -> bool:
    """Return whether the name of `path` is one of an IDX file."""
    return bool(re.search(r"[-_.]idx\d?([-_.]ubyte)?(\.gz)?$|\.ubyte(\.gz)?$", path.name, re.IGNORECASE))


def read_idx_array(path: Path) -> NDArray[np.generic]:
    """Return the array in the IDX file `path`, plain or gz; raises `DataError` where it is not one, or is cut short."""
    content = read_bytes(path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES or not 1 <= content[3] <= 8:
        raise DataError(
            f"{path} is not an IDX file: it begins with the bytes {content[:4].hex(' ')}, and 00 00, a type from 08 "
            f"to 0e and a number of axes were expected."
        )
    start = 4 + 4 * content[3]
    shape = tuple(np.frombuffer(content[4:start], ">u4").astype(int).tolist()) if len(content) >= start else ()
    kind = np.dtype(_TYPES[content[2]])
    expected = start + kind.itemsize * int(np.prod(shape, dtype=object))
    if len(content) != expected or not shape:
        raise DataError(
            f"{path} has {len(content):,} bytes where its header announces {expected:,}; the file is damaged or cut "
            f"short: fetch it again."
        )
    values = np.frombuffer(content, kind, offset=start).reshape(shape)
    return values.astype(kind.newbyteorder("="))


def read_idx(path: Path, wanted: Wanted) -> RawTable:
    """Return the pictures (or vectors) in the IDX file `path`, with the labels in the file beside it."""
    match = _NAME.fullmatch(path.name)
    if match and match["what"].lower() == "labels":
        raise DataError(f"{path} holds labels alone; give the file of images, whose labels are looked for beside it.")
    labels = _labels_beside(path, match)
    if wanted.labelled and labels is None:
        raise DataError(f"{path} has no file of labels beside it; one named like it with 'labels-idx1' was expected.")
    y = read_idx_array(labels) if labels is not None else None
    return table_of_arrays(path.name, str(path), [Part("train", read_idx_array(path), y)], wanted)


def idx_pairs(folder: Path) -> dict[str, dict[str, Path]]:
    """Return, for each split in `folder`, its files "images" and "labels", as far as they are there."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match and match["split"].lower() in _SPLITS:
            found.setdefault(_SPLITS[match["split"].lower()], {})[match["what"].lower()] = path
    return found


def read_idx_folder(
    folder: Path, pairs: Mapping[str, Mapping[str, Path]], wanted: Wanted, class_names: tuple[str, ...] = ()
) -> RawTable:
    """Return the table of a folder with the file names of MNIST; its test files are the test split."""
    parts = []
    for split in sorted(pairs, key=("train", "validation", "test").index):
        for what in ("images", "labels") if wanted.labelled else ("images",):
            if what not in pairs[split]:
                raise DataError(
                    f"{folder} has no file of {split} {what}; the four files of MNIST's names were expected."
                )
        files = pairs[split]
        y = read_idx_array(files["labels"]) if "labels" in files else None
        parts.append(Part(split, read_idx_array(files["images"]), y))
    if parts[0].split != "train" and len(parts) == 1:
        parts = [Part("train", parts[0].x, parts[0].y)]
    return table_of_arrays(folder.resolve().name, str(folder), parts, wanted, class_names)


def _labels_beside(path: Path, match: re.Match[str] | None) -> Path | None:
    if match is None:
        return None
    for other in path.parent.iterdir():
        found = _NAME.fullmatch(other.name)
        if found and found["what"].lower() == "labels" and found["split"] == match["split"]:
            return other
    return None
