"""Bad input: each mistake gets one clear sentence that says where it is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.core.errors import DataError, PisteError, SettingError
from piste.data.dataset import load, read_new
from piste.data.encoding import Encoding, fit_encoding
from piste.data.settings import DataSettings

ROWS = range(40)
GOOD = [
    "size,colour,when,label",
    *(f"{row * 1.5},{'rgb'[row % 3]},2024-01-{row % 28 + 1:02},{row % 4 // 3}" for row in ROWS),
]


@dataclass(frozen=True)
class Mistake:
    """A file (all good but for one line, or one column), settings, and what the sentence must hold."""

    says: str
    settings: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=lambda: GOOD)
    test: list[str] | None = None
    kind: type[PisteError] = DataError


def with_line(number: int, line: str) -> list[str]:
    return [*GOOD[:number], line, *GOOD[number + 1 :]]


def with_column(name: str, values: list[Any]) -> list[str]:
    return [f"{line},{value}" for line, value in zip(GOOD, [name, *values], strict=True)]


MISTAKES = {
    "target absent": Mistake("There is no column 'lable' for --target: did you mean 'label'?", {"target": "lable"}),
    "target position": Mistake("no column at position 9 for --target: there are 4", {"target": 9}),
    "target not plain": Mistake("say which with --target", lines=[line.rsplit(",", 1)[0] for line in GOOD]),
    "target and drop": Mistake("'label' is the target and cannot be left out", {"drop": "label"}),
    "drop absent": Mistake("no column 'weight' for --drop", {"drop": "weight"}),
    "drop everything": Mistake("No column is left to learn from: 'size'", {"drop": "size,colour,when"}),
    "group absent": Mistake("no column 'patient' for --group", {"group": "patient"}),
    "group with gaps": Mistake(
        "The --group column 'patient' has no value in row 3",
        {"group": "patient"},
        with_column("patient", [1, 1, "", *range(37)]),
    ),
    "one group": Mistake("--group column has too few different values", {"group": "g"}, with_column("g", ["x"] * 40)),
    "time of words": Mistake("--time column 'colour' holds 'r'", {"time": "colour"}),
    "one moment": Mistake("--time column has too few different values", {"time": "t"}, with_column("t", [7] * 40)),
    "group and time": Mistake("cannot be used together", {"group": "colour", "time": "when"}, kind=SettingError),
    "two times": Mistake("--time takes one column", {"time": "when,size"}, kind=SettingError),
    "split of two": Mistake("three shares such as 0.7/0.15/0.15", {"split": "0.8/0.2"}, kind=SettingError),
    "split beyond one": Mistake("sum to 1 or 100 %", {"split": "0.8/0.8/0.8"}, kind=SettingError),
    "split of nothing": Mistake("three positive shares", {"split": "1/0/0"}, kind=SettingError),
    "negative seed": Mistake("The 'seed' setting must be a whole number in", {"seed": -3}, kind=SettingError),
    "unknown task": Mistake("The 'task' setting must be one of 'two-class'", {"task": "binary"}, kind=SettingError),
    "regression on words": Mistake("'colour' holds 'r' in row 1", {"target": "colour", "task": "regression"}),
    "two-class on three": Mistake(
        "has 3 classes, but --task says two-class", {"target": "colour", "task": "two-class"}
    ),
    "classes in two columns": Mistake("but --target names 2", {"target": "colour,label", "task": "many-class"}),
    "numbers and words": Mistake("predict them one at a time", {"target": "colour,size"}),
    "one class": Mistake("'c' has one class only, 'x'", {"target": "c"}, with_column("c", ["x"] * 40)),
    "class of one row": Mistake(
        "Class 'b' of the target column 'c' has one row only, row 40",
        {"target": "c"},
        with_column("c", ["a"] * 20 + ["c"] * 19 + ["b"]),
    ),
    "a class for each row": Mistake(
        "40 different values in 40 rows, too many for classes",
        {"target": "c"},
        with_column("c", [f"n{row}" for row in ROWS]),
    ),
    "no target at all": Mistake("'c' is empty in every row", {"target": "c"}, with_column("c", ["?"] * 40)),
    "constant number": Mistake(
        "the same number in every row", {"target": "c", "task": "regression"}, with_column("c", [5] * 40)
    ),
    "infinite target": Mistake(
        "'size' holds an infinite value", {"target": "size"}, with_line(4, "-inf,r,2024-01-01,0")
    ),
    "absurd target": Mistake("holds 3e60 in row 4", {"target": "size"}, with_line(4, "3e60,r,2024-01-01,0")),
    "infinite feature": Mistake(
        "'size' holds an infinite value ('inf') in row 4", lines=with_line(4, "inf,r,2024-01-01,0")
    ),
    "word in a number column": Mistake(
        "holds numbers in 39 rows but 'tall' in row 9", lines=with_line(9, "tall,r,2024-01-01,0")
    ),
    "too few rows": Mistake(
        "few", lines=["size,label", "1,0", "2,1"], settings={"target": "label", "task": "regression"}
    ),
    "test file absent": Mistake("There is no file", {"test": "nowhere.csv"}),
    "test file lacks a column": Mistake(
        "has no column 'colour', which the training data have", test=["size,when,label", "1,2024-01-01,0"]
    ),
    "test file with a new class": Mistake("the class '7' in row 1", test=[GOOD[0], "1,r,2024-01-01,7"]),
    "test file without answers": Mistake(
        "test.csv has no value of label in any row", test=[GOOD[0], "1,r,2024-01-01,"]
    ),
    "test file with a word": Mistake(
        "'size' holds numbers in 40 rows but 'tall' in row 1", test=[GOOD[0], "tall,r,2024-01-01,0"]
    ),
}


def check_sentence(error: PisteError, says: str) -> None:
    sentence = str(error)
    assert says in sentence
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    assert len(sentence) < 500


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_in_training_data_or_settings(tmp_path: Path, mistake: Mistake) -> None:
    (tmp_path / "data.csv").write_text("\n".join(mistake.lines))
    settings = dict(mistake.settings)
    if mistake.test is not None:
        (tmp_path / "test.csv").write_text("\n".join(mistake.test))
        settings["test"] = str(tmp_path / "test.csv")
    with pytest.raises(mistake.kind) as caught:
        load(tmp_path / "data.csv", DataSettings(**settings))
    check_sentence(caught.value, mistake.says)


NEW = {
    "no such column": ("has no column 'size'", ["colour,when,label", "r,2024-01-01,0"]),
    "no answers": ("has no column 'label' with the true answers", ["size,colour,when", "1,r,2024-01-01"]),
    "an unknown class": ("the class '9' in row 2", [GOOD[0], "1,r,2024-01-01,0", "1,r,2024-01-01,9"]),
    "a word for a number": ("'size' holds 'big' in row 1, where a number is expected", [GOOD[0], "big,r,2024-01-01,0"]),
    "no date": ("'when' holds 'soon' in row 2, where a date is expected", [GOOD[0], "1,r,2024-01-01,0", "1,r,soon,0"]),
    "a date that is none": ("'2024-02-30' in row 1, where a date is expected", [GOOD[0], "1,r,2024-02-30,0"]),
    "infinity": ("infinite value ('1e999') in row 1", [GOOD[0], "1e999,r,2024-01-01,0"]),
    "no answer in any row": ("has no value of label in any row", [GOOD[0], "1,r,2024-01-01,"]),
}


@pytest.fixture(scope="module")
def encoding(tmp_path_factory: pytest.TempPathFactory) -> Encoding:
    path = tmp_path_factory.mktemp("good") / "data.csv"
    path.write_text("\n".join(GOOD))
    return fit_encoding(load(path, DataSettings()))


@pytest.mark.parametrize(("says", "lines"), NEW.values(), ids=list(NEW))
def test_a_mistake_in_new_data(tmp_path: Path, encoding: Encoding, says: str, lines: list[str]) -> None:
    (tmp_path / "new.csv").write_text("\n".join(lines))
    with pytest.raises(DataError) as caught:
        read_new(tmp_path / "new.csv", encoding, DataSettings(), labelled=True)
    check_sentence(caught.value, says)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (np.zeros((5, 3)), "'when' holds '0' in row 1, where a date is expected"),  # three columns: matched by position
        ({"size": np.zeros(4)}, "has no column 'colour' (nor when)"),
        (np.zeros((5, 2)), "column"),
    ],
    ids=["array", "dict", "narrow array"],
)
def test_new_data_from_python_that_do_not_fit(encoding: Encoding, data: Any, says: str) -> None:
    with pytest.raises(DataError) as caught:
        read_new(data, encoding, DataSettings(), labelled=False)
    check_sentence(caught.value, says)


def test_the_good_file_is_good(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("\n".join(GOOD))
    assert load(tmp_path / "data.csv", DataSettings()).target.names == ("label",)
