"""Examples as a person is asked about them: all that the network gets, in a form that can be seen."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from piste.core.records import Kind
from piste.data.columns import Column
from piste.recipe.questions import question_of


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


def opened(png: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(png)))


def size(png: str) -> tuple[int, int]:
    return opened(png).size
