from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.data.columns import IMAGE, LABEL, RawTable
from piste.data.npz import find_parts, read_npy, read_npz
from piste.data.reading import Wanted
from piste.data.settings import DataSettings

X, Y = np.arange(6.0).reshape(3, 2), np.array([1, 0, 1])


def read(folder: Path, **arrays: Any) -> RawTable:
    np.savez_compressed(folder / "a.npz", **arrays)
    return read_npz(folder / "a.npz", Wanted(DataSettings()))


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("x", "y"),
        ("X", "Y"),
        ("data", "target"),
        ("features", "labels"),
        ("x_train", "y_train"),
        ("train_images", "train_labels"),
    ],
)
def test_names_of_features_and_target(tmp_path: Path, x: str, y: str) -> None:
    table = read(tmp_path, **{x: X, y: Y})
    np.testing.assert_array_equal(table.columns["column_1"], X[:, 0])
    np.testing.assert_array_equal(table.columns["target"], Y)


@pytest.mark.parametrize(
    "names",
    [
        "x_train y_train x_test y_test",
        "x y x_test y_test",
        "X_train y_train X_test y_test",
        "train_x train_y test_x test_y",
    ],
)
def test_test_arrays_are_the_test_split(tmp_path: Path, names: str) -> None:
    table = read(tmp_path, **dict(zip(names.split(), (X, Y, X[:1], Y[:1]), strict=True)))
    assert table.rows == 4
    assert table.splits["test"].tolist() == [3]


def test_validation_arrays_and_pictures(tmp_path: Path) -> None:
    pictures = np.zeros((2, 4, 4), np.uint8)
    names = ("train", "val", "test")
    table = read(
        tmp_path, **{f"{n}_images": pictures for n in names}, **{f"{n}_labels": np.zeros((2, 1), int) for n in names}
    )
    assert {name: rows.tolist() for name, rows in table.splits.items()} == {"validation": [2, 3], "test": [4, 5]}
    assert table.columns[IMAGE].shape == (6, 4, 4, 1)
    assert table.columns[LABEL].shape == (6,)


def test_other_arrays_are_left_out_and_said(tmp_path: Path) -> None:
    assert "The arrays t of a.npz are left out" in read(tmp_path, x=X, y=Y, t=np.zeros(4)).notes[0]


def test_class_names_and_texts(tmp_path: Path) -> None:
    table = read(tmp_path, x=X, y=Y, target_names=np.array(["no", "yes"]))
    assert table.class_names == ("no", "yes")
    assert read(tmp_path, x=X, y=np.array(["a", "b", "a"])).columns["target"].tolist() == ["a", "b", "a"]


def test_names_without_a_meaning() -> None:
    assert find_parts({"weights": X}) == ([], [])


def test_one_array_to_predict(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", X)
    table = read_npy(tmp_path / "a.npy", Wanted(DataSettings(), labelled=False))
    assert list(table.columns) == ["column_1", "column_2"]


@pytest.mark.data
def test_mnist1d(data_folder: Path) -> None:
    table = read_npz(data_folder / "mnist1d" / "mnist1d.npz", Wanted(DataSettings()))
    assert (table.rows, len(table.columns), len(table.splits["test"])) == (5000, 41, 1000)
    assert set(table.columns["target"].tolist()) == set(range(10))
