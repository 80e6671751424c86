"""Examples as a person is asked about them: all that the network gets, in a form that can be seen."""

import base64
import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from piste.core.errors import RunError
from piste.core.records import Kind, RunRecord, Status, Task
from piste.core.runs import DATA, RUN, RunFolder
from piste.data.columns import Column
from piste.data.dataset import load
from piste.data.settings import DataSettings
from piste.human.form import Form
from piste.recipe.networks import takes_of
from piste.recipe.questions import question_of, shown_of


def column(name: str, kind: Kind, *values: Any) -> Column:
    made = np.empty(len(values), object) if kind in (Kind.TEXT, Kind.CATEGORY) else np.asarray(values)
    made[:] = values
    return Column(name, kind, made, np.array([value is None or value == "" for value in values], bool))


def test_a_text_alone_is_whole() -> None:
    text = "word " * 500
    question = question_of((column("review", Kind.TEXT, "short", text),), 1)
    assert question.text == text
    assert question.values == {}


def test_a_row_is_read_as_a_person_reads_it_and_its_texts_are_not_cut() -> None:
    text = "word " * 100
    columns = (
        column("size", Kind.NUMBER, 1.5, np.nan),
        column("sold", Kind.FLAG, 1.0, 0.0),
        column("colour", Kind.CATEGORY, "red", ""),
        column("note", Kind.TEXT, text, ""),
    )
    assert question_of(columns, 0).values == {"size": "1.5", "sold": "yes", "colour": "red", "note": text}
    assert question_of(columns, 1).values["colour"] == "missing"


def test_a_sequence_is_its_numbers_and_a_drawing() -> None:
    values = np.full((1, 6, 2), np.nan)
    values[0, :4, 0], values[0, :4, 1] = [1, 2, 3, 4], [5, np.nan, 7, 8]
    waves = Column("wave", Kind.SEQUENCE, values, np.zeros(1, bool))
    question = question_of((waves, column("age", Kind.NUMBER, 7.0)), 0)
    assert question.lines == {"wave": ((1.0, 2.0, 3.0, 4.0), (5.0, None, 7.0, 8.0))}
    assert question.values == {"age": "7"}
    assert size(question.pictures["wave"]) == (240, 96)


def test_a_picture_is_as_the_network_gets_it() -> None:
    pixels = np.arange(2 * 80 * 90 * 3, dtype=np.uint8).reshape(2, 80, 90, 3)
    question = question_of((Column("image", Kind.IMAGE, pixels, np.zeros(2, bool)),), 1)
    assert size(question.pictures["image"]) == (90, 80)
    assert np.array_equal(np.asarray(opened(question.pictures["image"])), pixels[1])
    assert question.values == {}


def kept(path: Path, data: str, model: str) -> RunFolder:
    """The run folder of a training on `data`, as far as asking needs it."""
    folder = RunFolder.create(path, "x")
    settings = {"data": dataclasses.asdict(DataSettings()), "model": {"model": model}}
    folder.write(RunRecord("x", Status.FINISHED, "", "", 0, {}, "cpu", settings, source=data), RUN)
    folder.write(load(data, DataSettings(), takes_of(model)).record, DATA)
    return folder


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    """Pictures in class folders, whose names tell the class."""
    for at in range(24):
        place = tmp_path / "animals" / ("cat", "dog")[at % 2] / f"{at}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (12, 12), 9 * at).save(place)
    return tmp_path / "animals"


def test_a_file_whose_name_tells_the_class_is_named_only_afterwards(animals: Path, tmp_path: Path) -> None:
    shown = shown_of(kept(tmp_path / "runs", str(animals), "cnn"))
    assert shown.pictures
    assert shown.form == Form(Task.TWO_CLASS, "label", ("cat", "dog"))
    for row in shown.rows:
        question = shown.question(row)
        assert not [text for text in (*question.values.values(), question.text) if "cat" in text or "dog" in text]
        assert size(question.pictures["image"])[0] >= 64
        values, picture = shown.describe(row)
        assert values["file"].startswith(("cat", "dog"))
        assert picture == question.pictures["image"]


def test_data_that_have_changed_are_refused(animals: Path, tmp_path: Path) -> None:
    folder = kept(tmp_path / "runs", str(animals), "cnn")
    Image.new("L", (12, 12), 255).save(animals / "cat" / "0.png")
    with pytest.raises(RunError, match="have changed since its training"):
        shown_of(folder)


def opened(png: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(png)))


def size(png: str) -> tuple[int, int]:
    return opened(png).size
