"""Bad input through the command line: one sentence, exit code 2, and nothing left behind."""

import gzip
import io
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from piste.cli.application import DONE, MISTAKE

Piste = Callable[..., Any]
Files = dict[str, str | bytes]

GOOD = [
    "size,colour,label",
    *(f"{row * 1.5},{'rgb'[row % 3]},{['no', 'yes'][row % 4 // 3]}" for row in range(40)),
]
TABLE = "\n".join(GOOD) + "\n"


def picture(form: str = "PNG", side: int = 9) -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (side, side, 3)).astype(np.uint8)
    Image.fromarray(noise).save(file, form)
    return file.getvalue()


def idx(*shape: int) -> bytes:
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + bytes(int(np.prod(shape)))


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def with_row(number: int, row: str) -> str:
    return "\n".join([*GOOD[:number], row, *GOOD[number + 1 :]])


def with_column(name: str, values: list[Any]) -> str:
    return "\n".join(f"{line},{value}" for line, value in zip(GOOD, [name, *values], strict=True))


PNG, JPEG = picture(), picture("JPEG", 99)
ODD = [f"x{row}" for row in range(40)]
DIGITS = {"train-images-idx3-ubyte": idx(30, 6, 6), "train-labels-idx1-ubyte": idx(30)}

REFUSED: dict[str, tuple[Files, str, str]] = {
    # what -> files, the words after `piste train`, what the sentence says
    "no such file": ({}, "none.csv", "There is no file or folder none.csv"),
    "no such folder": ({}, "no/t.csv", "the folder no does not exist"),
    "misspelt file": ({"train.csv": TABLE}, "trian.csv", "Did you mean 'train.csv'?"),
    "misspelt bundled name": ({}, "digit", "Did you mean 'digits'?"),
    "nothing": ({}, "", "The name of the data is empty"),
    "an empty folder": ({}, ".", "(it has nothing)"),
    "a number": ({}, "3", "There is no file or folder 3"),
    "empty file": ({"t.csv": ""}, "t.csv", "t.csv is empty"),
    "blank file": ({"t.csv": " \n\n"}, "t.csv", "t.csv is empty"),
    "header only": ({"t.csv": "a,b\n"}, "t.csv", "header line and no rows"),
    "one column": ({"t.csv": "a\n1\n2\n"}, "t.csv", "one column only ('a')"),
    "ragged row": ({"t.csv": "a,b,c\n1,2,3\n4,5\n"}, "t.csv", "t.csv, line 3: 2 columns found, 3 expected"),
    "long row": ({"t.csv": "a,b\n1,2\n3,4,5\n"}, "t.csv", "t.csv, line 3: 3 columns found, 2 expected"),
    "duplicate names": ({"t.csv": "a,b,a\n1,2,3\n"}, "t.csv", "two columns called 'a' (columns 1 and 3)"),
    "quote never closed": ({"t.csv": 'a,b\n1,"2\n3,4\n'}, "t.csv", "opened and never closed"),
    "binary junk": ({"t.csv": bytes(range(256)) * 9}, "t.csv", "binary data"),
    "picture called csv": ({"t.csv": PNG}, "t.csv", "binary data"),
    "broken UTF-16": ({"t.csv": b"\xff\xfea\0,\0b\0\n\0\x00\xd8\n\0"}, "t.csv", "begins as UTF-16"),
    "20,001 columns": ({"t.csv": ",".join(map(str, range(20_001)))}, "t.csv", "20,001 columns"),
    "truncated gz": ({"t.csv.gz": gzip.compress(os.urandom(9999))[:500]}, "t.csv.gz", "could not be unpacked"),
    "no gz": ({"t.csv.gz": TABLE}, "t.csv.gz", "could not be unpacked"),
    "archive": ({"t.zip": b"PK\3\4"}, "t.zip", "unpack it"),
    "unknown ending": ({"t.docx": "x"}, "t.docx", "unknown ending '.docx'"),
    "text called Parquet": ({"t.parquet": TABLE}, "t.parquet", "could not be read as Parquet"),
    "text called Arrow": ({"t.arrow": TABLE}, "t.arrow", "could not be read as an Arrow file"),
    "text called Excel": ({"t.xlsx": TABLE}, "t.xlsx", "could not be read as an Excel workbook"),
    "text called npz": ({"t.npz": TABLE}, "t.npz", "could not be read as NumPy arrays"),
    "broken JSON line": ({"t.jsonl": '{"a": 1, "b": 2}\n{"a": \n'}, "t.jsonl", "line 2"),
    "pickled objects": ({"t.npz": npz(x=np.zeros((2, 2)), y=np.array([{}, 1]))}, "t.npz", "never loaded"),
    "unequal arrays": ({"t.npz": npz(x=np.zeros((3, 2)), y=np.zeros(2))}, "t.npz", "3 rows of features and 2 targets"),
    "no features": ({"t.npz": npz(weights=np.zeros(3), z=np.zeros(3))}, "t.npz", "features named x"),
    "truncated PNG": ({"p/cat/a.png": PNG, "p/dog/b.png": PNG[:-90]}, "p", "p/dog/b.png"),
    "truncated JPEG": ({"p/cat/a.jpg": JPEG[:-2000], "p/dog/b.jpg": JPEG}, "p", "p/cat/a.jpg"),
    "text called PNG": ({"p/cat/a.png": "hello", "p/dog/b.png": PNG}, "p", "not a picture"),
    "folder without pictures": ({"p/notes.txt": "hello"}, "p", "p has no pictures"),
    "no class folders": ({"p/a.png": PNG, "p/b.png": PNG}, "p", "no folder for each class"),
    "picture beside classes": ({"p/cat/a.png": PNG, "p/b.png": PNG}, "p", "lies in no class folder"),
    "truncated IDX": ({**DIGITS, "train-images-idx3-ubyte": idx(30, 6, 6)[:-5]}, ".", "announces 1,096"),
    "unequal IDX": ({**DIGITS, "train-labels-idx1-ubyte": idx(29)}, ".", "30 rows of features and 29 targets"),
    "target absent": ({"t.csv": TABLE}, "t.csv --target lable", "did you mean 'label'?"),
    "target beyond": ({"t.csv": TABLE}, "t.csv --target 9", "no column at position 9 for --target"),
    "target not plain": ({"t.csv": TABLE.replace("label", "sort")}, "t.csv --target", "--target needs a value"),
    "one class": ({"t.csv": with_column("c", ["x"] * 40)}, "t.csv --target c", "'c' has one class only, 'x'"),
    "a class with one example": (
        {"t.csv": with_column("c", ["a"] * 20 + ["b"] * 19 + ["d"])}, "t.csv --target c",
        "Class 'd' of the target column 'c' has one row only, row 40",
    ),
    "a class for each row": ({"t.csv": with_column("c", ODD)}, "t.csv --target c", "40 different values in 40 rows"),
    "empty target": ({"t.csv": with_column("c", ["?"] * 40)}, "t.csv --target c", "'c' is empty in every row"),
    "constant number": (
        {"t.csv": with_column("c", [5] * 40)}, "t.csv --target c --task regression", "the same number in every row",
    ),
    "infinite feature": ({"t.csv": with_row(4, "inf,r,no")}, "t.csv", "infinite value ('inf') in row 4"),
    "infinite target": ({"t.csv": with_row(4, "-inf,r,no")}, "t.csv --target size", "'size' holds an infinite value"),
    "text in a number column": ({"t.csv": with_row(9, "tall,r,no")}, "t.csv", "numbers in 39 rows but 'tall' in row 9"),
    "nothing but missing": (
        {"t.csv": "a,b,label\n" + "?,,yes\n,NA,no\n" * 20}, "t.csv", "No column is left to learn from: 'a'",
    ),
    "nothing but names": (
        {"t.csv": "a,label\n" + "".join(f"{one},{row % 2}\n" for row, one in enumerate(ODD))}, "t.csv",
        "No column is left to learn from: 'a' (40 distinct texts in 40 rows, all different",
    ),
    "everything dropped": ({"t.csv": TABLE}, "t.csv --drop size,colour", "No column is left to learn from"),
    "two rows": ({"t.csv": "a,label\n1,x\n2,y\n"}, "t.csv", "one row only, row 1 (1 other class too)"),
    "too few rows": ({"t.csv": "a,b\n1,2.5\n2,3.5\n"}, "t.csv --target b --task regression", "few"),
    "words to regress on": ({"t.csv": TABLE}, "t.csv --target colour --task regression", "'colour' holds 'r' in row 1"),
    "two classes of three": ({"t.csv": TABLE}, "t.csv --target colour --task two-class", "has 3 classes"),
    "group absent": ({"t.csv": TABLE}, "t.csv --group patient", "no column 'patient' for --group. The columns are"),
    "group and time": ({"t.csv": TABLE}, "t.csv --group colour --time size", "cannot be used together"),
    "time of words": ({"t.csv": TABLE}, "t.csv --time colour", "--time column 'colour' holds 'r'"),
    "shares beyond one": ({"t.csv": TABLE}, "t.csv --split 0.8/0.8/0.8", "sum to 1 or 100 %"),
    "two shares": ({"t.csv": TABLE}, "t.csv --split 0.8/0.2", "three shares such as 0.7/0.15/0.15"),
    "test file absent": ({"t.csv": TABLE}, "t.csv --test none.csv", "There is no file or folder none.csv"),
    "test file of other columns": (
        {"t.csv": TABLE, "u.csv": "size,label\n1,no\n"}, "t.csv --test u.csv", "u.csv has no column 'colour'",
    ),
    "test file with a new class": (
        {"t.csv": TABLE, "u.csv": "size,colour,label\n1,r,maybe\n"}, "t.csv --test u.csv", "the class 'maybe' in row 1",
    ),
    "test file without answers": (
        {"t.csv": TABLE, "u.csv": "size,colour,label\n1,r,\n"}, "t.csv --test u.csv", "u.csv has no value of label",
    ),
    "no whole number": ({"t.csv": TABLE}, "t.csv --epochs 1.5", "expected a whole number, got '1.5'"),
    "no epoch": ({"t.csv": TABLE}, "t.csv --epochs 0", "must be a whole number in [1, 1000000]. Got 0 instead."),
    "negative seed": ({"t.csv": TABLE}, "t.csv --seed=-1", "must be a whole number in [0, 2147483647]"),
    "rate that is no number": ({"t.csv": TABLE}, "t.csv --learning-rate nan", "Got nan instead."),
    "layer without units": ({"t.csv": TABLE}, "t.csv --hidden 8,0", "Got (8, 0) instead."),
    "misspelt option": ({"t.csv": TABLE}, "t.csv --epohcs 3", "Did you mean --epochs?"),
    "misspelt choice": ({"t.csv": TABLE}, "t.csv --optimiser adm", 'Did you mean "adam"?'),
    "two data sets": ({"t.csv": TABLE}, "t.csv t.csv", "The argument t.csv is one too many."),
    "loss of another task": ({"t.csv": TABLE}, "t.csv --loss squared-error", "does not fit a two-class target"),
    "pictures' net on a table": ({"t.csv": TABLE}, "t.csv --model cnn", "needs pictures or sequences"),
    "no settings file": ({"t.csv": TABLE}, "t.csv --config s.toml", "Could not read the settings file s.toml"),
    "broken settings file": ({"t.csv": TABLE, "s.toml": "[data"}, "t.csv --config s.toml", "is not TOML"),
    "misspelt setting": (
        {"t.csv": TABLE, "s.toml": "[training]\nepohcs = 3"}, "t.csv --config s.toml", "Did you mean 'epochs'?",
    ),
}  # fmt: skip


def put(files: Files) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def check_sentence(outcome: Any, said: str) -> None:
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert outcome.err.startswith("piste: ")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.err.rstrip().endswith((".", "?"))
    assert len(outcome.err) < 600
    assert "Traceback" not in outcome.err


def test_there_are_as_many_cases_as_were_promised() -> None:
    assert len(REFUSED) >= 60


@pytest.mark.parametrize(("files", "words", "said"), REFUSED.values(), ids=list(REFUSED))
def test_one_sentence_and_no_run(
    piste: Piste, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Files, words: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    put(files)
    outcome = piste("train", *words.split(" "), "--quiet")
    check_sentence(outcome, said)
    assert not Path("runs").exists()


OTHER_SCHEMAS: dict[str, tuple[Files, str, str]] = {
    # what -> files, the data to predict, what the sentence says; the model knows size, colour, picked -> sort
    "none of its columns": ({}, "iris", "iris (scikit-learn) has no column 'size' (nor colour, picked), which the"),
    "some of its columns": ({"t.csv": "picked,size\n2024-01-01,3\n"}, "t.csv", "t.csv has no column 'colour', which"),
    "pictures": ({"p/a.png": PNG, "p/b.png": PNG}, "p", "p has no column 'size'"),
    "arrays of another width": ({"t.npz": npz(x=np.zeros((4, 7)))}, "t.npz", "t.npz has "),
    "a date of words": ({"t.csv": "picked,size,colour\nsoon,3,r\n"}, "t.csv", "'picked' holds 'soon' in row 1"),
    "numbers of words": ({"t.csv": "picked,size,colour\n2024-01-01,big,r\n"}, "t.csv", "'size' holds 'big' in row 1"),
    "infinity": ({"t.csv": "picked,size,colour\n2024-01-01,1e999,r\n"}, "t.csv", "infinite value ('1e999') in row 1"),
    "no rows": ({"t.csv": "picked,size,colour\n"}, "t.csv", "header line and no rows"),
    "ragged row": ({"t.csv": "picked,size,colour\n2024-01-01,3\n"}, "t.csv", "t.csv, line 2: 2 columns found, 3"),
    "no such file": ({}, "none.csv", "There is no file or folder none.csv"),
}


@pytest.mark.parametrize(("files", "data", "said"), OTHER_SCHEMAS.values(), ids=list(OTHER_SCHEMAS))
def test_a_model_of_another_schema_predicts_nothing(
    piste: Piste, fruit_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Files, data: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    put(files)
    check_sentence(piste("predict", fruit_run, data, "-o", "out.csv"), said)
    assert not Path("out.csv").exists()


def test_what_can_be_repaired_is_repaired_and_said(
    piste: Piste, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"{row * 1.5},{'éü?r'[row % 4]},NA,{('no', 'yes')[row % 4 // 3]}" for row in range(40)]
    table = "\n".join(["size,colour,nothing,label", *rows])
    put({"t.csv": table.encode("latin-1"), "u.csv": table.replace("no\n", "no.\n").replace("yes", "yes.")})
    outcome = piste("train", "t.csv", "--test", "u.csv", "--epochs", 1, "--hidden", 4)
    assert outcome.code == DONE
    for said in (
        "t.csv is not UTF-8",
        "nothing: left out: no value in any of 80 rows",
        "full stop",
        ", test 40 (",
    ):
        assert said in outcome.err


def test_ten_thousand_columns_are_no_mistake(piste: Piste, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    heading = [f"c{column}" for column in range(9_999)]
    numbers = np.random.default_rng(0).integers(0, 100, (40, 9_999))
    rows = [[*numbers[row], ("no", "yes")[row % 2]] for row in range(40)]
    put({"t.csv": "\n".join(",".join(map(str, row)) for row in [[*heading, "label"], *rows])})
    outcome = piste("train", "t.csv", "--epochs", 1, "--hidden", 2, "--batch-size", 40)
    assert outcome.code == DONE
    assert "Features: 9,999 used (9,999 number)" in outcome.err
