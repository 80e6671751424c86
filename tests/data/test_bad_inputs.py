"""Every way in which data are known to go wrong on reading gets one sentence that says what, where and what to do."""

import gzip
import io
import os
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import feather
from pyarrow import parquet as pq

from piste.core.errors import DataError
from piste.data.settings import DataSettings
from piste.data.sources import read_table


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[Path], Any]  # puts the data into a folder and returns what a person would give
    said: tuple[str, ...]  # what the sentence has to hold
    labelled: bool = True


def text(content: str | bytes, name: str = "t.csv") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def value(data: Any) -> Callable[[Path], Any]:
    return lambda folder: data


def png(size: tuple[int, int] = (9, 7), form: str = "PNG") -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3)).astype(np.uint8)
    Image.fromarray(noise).save(file, form)
    return file.getvalue()


def tree(**files: bytes) -> Callable[[Path], Path]:
    """Make a folder with files whose names have "/" as "__" and "." as "_dot_"."""

    def make(folder: Path) -> Path:
        for name, content in files.items():
            path = folder / "pictures" / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (folder / "pictures").mkdir(exist_ok=True)
        return folder / "pictures"

    return make


def idx(array: np.ndarray[Any, Any]) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def mnist(**files: bytes | None) -> Callable[[Path], Path]:
    pictures, labels = idx(np.zeros((3, 4, 4))), idx(np.zeros(3))
    whole = {
        "train-images-idx3-ubyte": pictures,
        "train-labels-idx1-ubyte": labels,
        "t10k-images-idx3-ubyte": pictures,
        "t10k-labels-idx1-ubyte": labels,
    }

    def make(folder: Path) -> Path:
        for name, content in (whole | {name.replace("_", "-"): one for name, one in files.items()}).items():
            if content is not None:
                (folder / name).write_bytes(content)
        return folder

    return make


def npz(**arrays: Any) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        np.savez(folder / "a.npz", **arrays)
        return folder / "a.npz"

    return make


def npy(folder: Path) -> Path:
    np.save(folder / "a.npy", np.zeros(3))
    return folder / "a.npy"


def parquet(**columns: Any) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        pq.write_table(pa.table(columns), folder / "p.parquet")
        return folder / "p.parquet"

    return make


def cut(make: Callable[[Path], Path], keep: float = 0.5) -> Callable[[Path], Path]:
    """Cut the file short that `make` makes."""

    def make_cut(folder: Path) -> Path:
        path = make(folder)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * keep)])
        return path

    return make_cut


def feather_file(folder: Path) -> Path:
    feather.write_feather(pa.table({"a": list(range(1000)), "b": ["x"] * 1000}), folder / "f.feather")
    return folder / "f.feather"


def empty_workbook(folder: Path) -> Path:
    path = folder / "w.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("nothing.txt", "no workbook")
    return path


def unreadable(folder: Path) -> Path:
    path = text("a,b\n1,2\n")(folder)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    return path


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.csv")
    return folder / "pipe.csv"


OBJECTS = np.array([{"a": 1}, None], object)
PICTURE = png()

CASES = [
    Case("missing file", lambda folder: folder / "none.csv", ("There is no file", "none.csv")),
    Case(
        "misspelt file", lambda folder: text("a,b\n1,2\n", "train.csv")(folder).with_name("trian.csv"), ("'train.csv'",)
    ),
    Case("missing folder", lambda folder: folder / "no" / "t.csv", ("does not exist",)),
    Case("misspelt bundled name", value("digit"), ("Did you mean 'digits'",)),
    Case("unknown name", value("qqqqq"), ("no bundled data set", "fashion-mnist")),
    Case("unknown suffix", text("a,b\n1,2\n", "t.xyz"), ("unknown ending '.xyz'", ".parquet")),
    Case("zip archive", text(b"PK\3\4", "t.zip"), ("unpack it",)),
    Case("tar archive", text(b"\x1f\x8b", "t.tar.gz"), ("unpack it",)),
    Case("a pipe", pipe, ("neither a file nor a folder",)),
    Case("no permission", unreadable, ("may not be read",)),
    Case("empty file", text(""), ("is empty",)),
    Case("blank file", text(" \n\n \n"), ("is empty",)),
    Case("header only", text("a,b,c\n"), ("header line and no rows",)),
    Case("one column", text("a\n1\n2\n"), ("one column only ('a')",)),
    Case("ragged row", text("a,b,c\n1,2,3\n4,5\n6,7,8\n"), ("t.csv, line 3", "2 columns found, 3 expected")),
    Case("long row", text("a,b\n1,2\n3,4,5,6\n7,8\n"), ("t.csv, line 3", "4 columns found, 2 expected")),
    Case("ragged far down", text("a,b\n" + "1,2\n" * 300_000 + "1\n"), ("line 300002", "1 column found")),
    Case("equal names", text("a,b,a\n1,2,3\n"), ("two columns called 'a' (columns 1 and 3)",)),
    Case("quote never closed", text('a,b\n1,"2\n3,4\n'), ("opened and never closed",)),
    Case("NUL bytes", text(b"a,b\n1,\0\n"), ("binary data",)),
    Case("picture called csv", text(PICTURE), ("binary data",)),
    Case("broken UTF-16", text(b"\xff\xfea\0,\0b\0\n\0\x00\xd8\n\0"), ("begins as UTF-16",)),
    Case("gz cut short", cut(text(gzip.compress(os.urandom(9999)), "t.csv.gz")), ("could not be unpacked",)),
    Case("not gz", text("a,b\n1,2\n", "t.csv.gz"), ("could not be unpacked",)),
    Case("too many columns", text(",".join(map(str, range(20_001))) + "\n"), ("20,001 columns",)),
    Case("truncated Parquet", cut(parquet(a=list(range(999)), b=list(range(999)))), ("could not be read as Parquet",)),
    Case("text called Parquet", text("a,b\n1,2\n", "t.parquet"), ("could not be read as Parquet",)),
    Case("Parquet without rows", parquet(a=pa.array([], "int64"), b=pa.array([], "int64")), ("no rows",)),
    Case("Parquet of no pictures", parquet(image=[b"abc", b"d"], label=[0, 1]), ("row 1 (image)", "not a picture")),
    Case(
        "Parquet, picture absent", parquet(image=[PICTURE, None], label=[0, 1]), ("row 2 (image)", "no encoded picture")
    ),
    Case(
        "Parquet, two pictures",
        parquet(a=[PICTURE], b=[PICTURE], label=[0]),
        ("several columns of encoded pictures (a, b)",),
    ),
    Case("JSON line broken", text('{"a": 1, "b": 2}\n{"a": 1,\n', "t.jsonl"), ("line 2", "not JSON")),
    Case("JSON line no object", text('{"a": 1, "b": 2}\n[1, 2]\n', "t.jsonl"), ("line 2", "holds list")),
    Case("JSON without values", text("{}\n{}\n", "t.jsonl"), ("no rows with values",)),
    Case("Arrow cut short", cut(feather_file), ("could not be read as an Arrow file",)),
    Case("text called Arrow", text("a,b\n1,2\n", "t.arrow"), ("could not be read as an Arrow file",)),
    Case("Excel cut short", cut(empty_workbook), ("could not be read as an Excel workbook",)),
    Case("zip called Excel", empty_workbook, ("could not be read as an Excel workbook",)),
    Case("text called Excel", text("a,b\n1,2\n", "t.xlsx"), ("could not be read as an Excel workbook",)),
    Case("empty folder", tree(), ("has no pictures", "it has nothing")),
    Case("folder without pictures", tree(notes_dot_txt=b"hello"), ("has no pictures", "notes.txt")),
    Case(
        "folder of tables", tree(a_dot_csv=b"a,b\n1,2\n", b_dot_csv=b"a,b\n1,2\n"), ("several tables (a.csv, b.csv)",)
    ),
    Case("pictures without classes", tree(a_dot_png=PICTURE), ("1 picture and no folder for each class",)),
    Case(
        "picture beside classes", tree(cat__a_dot_png=PICTURE, b_dot_png=PICTURE), ("b.png", "lies in no class folder")
    ),
    Case("PNG cut short", tree(cat__a_dot_png=PICTURE, dog__b_dot_png=PICTURE[:-90]), ("b.png", "damaged")),
    Case("JPEG cut short", tree(cat__a_dot_jpg=png((99, 99), "JPEG")[:-2000]), ("a.jpg", "damaged")),
    Case("text called PNG", tree(cat__a_dot_png=b"hello"), ("a.png", "not a picture")),
    Case("empty PNG", tree(cat__a_dot_png=b""), ("a.png", "not a picture")),
    Case("one picture", text(PICTURE, "a.png"), ("is one picture",)),
    Case("one broken picture to predict", text(PICTURE[:50], "a.png"), ("a.png", "damaged"), labelled=False),
    Case("IDX magic wrong", mnist(train_images_idx3_ubyte=b"\1\2\3\4" * 9), ("train-images", "01 02 03 04")),
    Case("IDX cut short", mnist(train_images_idx3_ubyte=idx(np.zeros((3, 4, 4)))[:-5]), ("59 bytes", "announces 64")),
    Case("IDX header cut short", mnist(train_images_idx3_ubyte=b"\0\0\x08\x03\0\0"), ("damaged or cut short",)),
    Case("IDX lengths differ", mnist(train_labels_idx1_ubyte=idx(np.zeros(2))), ("3 rows of features and 2 targets",)),
    Case("IDX labels absent", mnist(t10k_labels_idx1_ubyte=None), ("no file of test labels",)),
    Case("IDX sizes differ", mnist(t10k_images_idx3_ubyte=idx(np.zeros((3, 5, 4)))), ("(3, 4, 4) and (3, 5, 4)",)),
    Case("IDX labels alone", lambda folder: mnist()(folder) / "train-labels-idx1-ubyte", ("holds labels alone",)),
    Case("npz of objects", npz(x=np.zeros((2, 2)), y=OBJECTS), ("Python objects (pickle)", "never loaded")),
    Case("npz lengths differ", npz(x=np.zeros((3, 2)), y=np.zeros(2)), ("3 rows of features and 2 targets",)),
    Case("npz without features", npz(weights=np.zeros(3), z=np.zeros(3)), ("weights, z", "named x")),
    Case("npz without target", npz(x=np.zeros((3, 2))), ("no target",)),
    Case("npz cut short", cut(npz(x=np.zeros((99, 2)), y=np.zeros(99))), ("could not be read as NumPy arrays",)),
    Case(
        "npz of other shapes",
        npz(x=np.zeros((3, 2)), y=np.zeros(3), x_test=np.zeros((3, 5)), y_test=np.zeros(3)),
        ("(3, 2) and (3, 5)",),
    ),
    Case("npz of five axes", npz(x=np.zeros((3, 2, 2, 2, 2)), y=np.zeros(3)), ("(3, 2, 2, 2, 2)",)),
    Case("npz, values not pictures", npz(x=np.full((3, 4, 4), -0.5), y=np.zeros(3)), ("-0.5", "before any scaling")),
    Case(
        "npz, five channels",
        npz(x=np.zeros((3, 4, 4, 5), np.uint8), y=np.zeros(3)),
        ("(3, 4, 4, 5)", "3 (red, green, blue)"),
    ),
    Case("npy", npy, ("no target",)),
    Case("complex numbers", value((np.zeros((2, 2), complex), [0, 1])), ("complex128",)),
    Case("lists of other lengths", value(([[1, 2], [3]], [0, 1])), ("rows of different lengths",)),
    Case("no rows", value((np.zeros((0, 3)), np.zeros(0))), ("are empty",)),
    Case("pair of other lengths", value((np.zeros((3, 2)), [1, 2])), ("3 rows of features and 2 targets",)),
    Case("three in a tuple", value((1, 2, 3)), ("3 items", "features and target")),
    Case("pictures without labels", value(np.zeros((3, 4, 4), np.uint8)), ("pictures and no labels",)),
    Case("dict of other lengths", value({"a": [1, 2], "b": [1]}), ("'b'", "1 row and 'a' 2")),
    Case("empty dict", value({}), ("is empty",)),
    Case("dict of nested values", value({"a": [{"b": 1}], "c": [1]}), ("Column 'a' holds dict values",)),
    Case("a number", value(3.5), ("type float",)),
    Case("nothing", value(None), ("are None",)),
    Case(
        "frame with equal names", value(pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"])), ("two columns called 'a'",)
    ),
    Case("frame without rows", value(pl.DataFrame({"a": [], "b": []})), ("0 rows and 2 columns",)),
    Case("frame of bytes", value(pl.DataFrame({"a": [b"zz"], "b": [1]})), ("row 1 (a)", "not a picture")),
    Case("frame and short target", value((pd.DataFrame({"a": [1, 2]}), [1])), ("2 rows and the target 1",)),
    Case("target named as a feature", value((pd.DataFrame({"a": [1]}), pd.Series([1], name="a"))), ("a column 'a'",)),
    Case(
        "train and test files unlike",
        tree(train_dot_csv=b"a,b\n1,2\n3,4\n", test_dot_csv=b"a,c\n1,2\n3,4\n"),
        ("test.csv has no column 'b'",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_bad_input_gets_one_sentence(case: Case, tmp_path: Path) -> None:
    data = case.make(tmp_path)
    with pytest.raises(DataError) as caught:
        read_table(data, DataSettings(), labelled=case.labelled)
    sentence = str(caught.value)
    for part in case.said:
        assert part in sentence
    assert "\n" not in sentence
    assert len(sentence) < 600
    assert sentence.endswith((".", "?"))


def test_a_library_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from piste.core.errors import MissingExtraError

    path = feather_file(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"needs the package pyarrow.*piste\[arrow\]"):
        read_table(path, DataSettings())
