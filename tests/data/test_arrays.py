from typing import Any

import numpy as np
import pytest

from piste.data.arrays import Part, pictures_of, table_of_arrays
from piste.data.columns import IMAGE, LABEL, RawTable
from piste.data.reading import Wanted
from piste.data.settings import DataSettings

WANTED = Wanted(DataSettings())
X = np.arange(6.0).reshape(3, 2)


def table(x: Any, y: Any, wanted: Wanted = WANTED) -> RawTable:
    return table_of_arrays("t", "t", [Part("train", np.asarray(x), None if y is None else np.asarray(y))], wanted)


def test_a_table_of_numbers() -> None:
    found = table(X, [1, 0, 1])
    assert list(found.columns) == ["column_1", "column_2", "target"]
    assert found.target == "target"
    np.testing.assert_array_equal(found.columns["column_2"], X[:, 1])
    assert found.columns["target"].dtype == np.int64


def test_one_feature_and_column_vectors() -> None:
    found = table(np.arange(3), [[1], [0], [1]])
    assert list(found.columns) == ["column_1", "target"]
    assert found.columns["target"].shape == (3,)


def test_several_outputs() -> None:
    assert table(X, np.eye(3)).target == "target_1,target_2,target_3"


def test_names_come_from_the_table_before() -> None:
    before = RawTable("t", "t", 1, dict.fromkeys(("a", "b", "y"), np.zeros(1)), target="y")
    found = table(X, [1, 0, 1], Wanted(DataSettings(), like=before))
    assert list(found.columns) == ["a", "b", "y"]


def test_fields_of_a_structured_array_are_columns() -> None:
    rows = np.array([(1, "x"), (2, "y")], [("n", "i4"), ("c", "U1")])
    found = table(rows, [0, 1])
    assert found.columns["n"].tolist() == [1, 2]
    assert found.columns["c"].tolist() == ["x", "y"]


def test_parts_follow_each_other_and_are_splits() -> None:
    parts = [Part("train", X, np.zeros(3)), Part("validation", X[:1], np.zeros(1)), Part("test", X[:2], np.ones(2))]
    found = table_of_arrays("t", "t", parts, WANTED)
    assert found.rows == 6
    assert {name: rows.tolist() for name, rows in found.splits.items()} == {"validation": [3], "test": [4, 5]}
    assert found.columns["target"].tolist() == [0, 0, 0, 0, 1, 1]


@pytest.mark.parametrize("shape", [(2, 4, 5), (2, 4, 5, 1), (2, 4, 5, 3)])
def test_pictures(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    found = table(pixels, [0, 1])
    assert found.target == LABEL
    np.testing.assert_array_equal(found.columns[IMAGE].reshape(shape), pixels)


def test_pictures_of_floats_are_scaled_and_said() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 4), np.uint8)
    pixels[0, 0, 0] = 255
    found, notes = pictures_of("t", pixels / np.float32(255), WANTED)
    np.testing.assert_array_equal(found[..., 0], pixels)
    assert "multiplied by 255" in notes[0]
    found, notes = pictures_of("t", pixels.astype(np.float64), WANTED)
    np.testing.assert_array_equal(found[..., 0], pixels)
    assert not notes


def test_channels_first_are_turned() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 9, 3), np.uint8)
    found, notes = pictures_of("t", np.moveaxis(pixels, -1, 1), WANTED)
    np.testing.assert_array_equal(found, pixels)
    assert "channels first" in notes[0]


def test_pictures_take_the_size_asked_for_or_met_before() -> None:
    pixels = np.full((2, 8, 8), 99, np.uint8)
    found, notes = pictures_of("t", pixels, Wanted(DataSettings(image_size=4)))
    assert found.shape == (2, 4, 4, 1)
    assert (found == 99).all()
    assert len(notes) == 1
    before = RawTable("t", "t", 1, {IMAGE: np.zeros((1, 6, 5, 3), np.uint8)})
    found, _ = pictures_of("t", pixels, Wanted(DataSettings(), like=before))
    assert found.shape == (2, 6, 5, 3)
