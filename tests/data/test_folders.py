import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from piste.data.columns import IMAGE, LABEL, RawTable
from piste.data.settings import DataSettings
from piste.data.sources import read_table


def picture(path: Path, shade: int, size: tuple[int, int] = (6, 4), mode: str = "L") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = io.BytesIO()
    Image.new(mode, size, shade if mode == "L" else (shade, 0, 0)).save(file, "PNG")
    path.write_bytes(file.getvalue())


def read(folder: Path, **others: Any) -> RawTable:
    return read_table(folder, DataSettings(), **others)


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    for name, shade in (("dog/b.png", 3), ("cat/z.PNG", 1), ("cat/deep/a.png", 2)):
        picture(tmp_path / name, shade)
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / "cat" / "notes.txt").write_text("x")
    table = read(tmp_path)
    assert table.row_names == ("cat/deep/a.png", "cat/z.PNG", "dog/b.png")
    assert table.columns[LABEL].tolist() == ["cat", "cat", "dog"]
    assert table.columns[IMAGE][:, 0, 0, 0].tolist() == [2, 1, 3]
    assert table.target == LABEL
    assert table.notes == ("Left out, being no pictures: cat/notes.txt.",)


def test_folders_called_train_and_test_are_splits(tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        for label in ("a", "b"):
            picture(tmp_path / split / label / "1.png", 7)
    table = read(tmp_path)
    assert table.columns[LABEL].tolist() == ["a", "b"] * 3  # the folders in the order of their names
    assert table.row_names[table.splits["test"][0]] == "test/a/1.png"
    assert table.row_names[table.splits["validation"][1]] == "val/b/1.png"
    assert set(table.splits) == {"test", "validation"}


def test_classes_called_test_and_control_are_classes(tmp_path: Path) -> None:
    picture(tmp_path / "test" / "1.png", 1)
    picture(tmp_path / "control" / "1.png", 2)
    table = read(tmp_path)
    assert table.columns[LABEL].tolist() == ["control", "test"]
    assert not table.splits


def test_mixed_sizes_and_colours_are_brought_together_and_said(tmp_path: Path) -> None:
    picture(tmp_path / "a" / "1.png", 200, (20, 10))
    picture(tmp_path / "b" / "1.png", 100, (30, 40), "RGB")
    table = read(tmp_path)
    assert table.columns[IMAGE].shape == (2, 20, 20, 3)
    assert table.columns[IMAGE][:, 5, 5].tolist() == [[200, 200, 200], [100, 0, 0]]
    assert "10x20 to 40x30" in table.notes[0]


def test_new_pictures_lie_anywhere_and_take_the_shape_of_the_training_pictures(tmp_path: Path) -> None:
    picture(tmp_path / "train" / "a" / "1.png", 5)
    train = read(tmp_path / "train")
    for name in ("new/1.png", "new/more/2.png"):
        picture(tmp_path / name, 9, (40, 30), "RGB")
    table = read(tmp_path / "new", labelled=False, like=train)
    assert table.columns[IMAGE].shape == (2, 4, 6, 1)
    assert list(table.columns) == [IMAGE]
    assert table.row_names == ("1.png", "more/2.png")
    one = read(tmp_path / "new" / "1.png", labelled=False, like=train)
    np.testing.assert_array_equal(one.columns[IMAGE], table.columns[IMAGE][:1])


@pytest.mark.parametrize(
    "names", [("train.csv", "test.csv"), ("data-train-0.csv", "data-test-0.csv"), ("Training.csv", "valid.csv")]
)
def test_files_called_train_and_test(tmp_path: Path, names: tuple[str, str]) -> None:
    (tmp_path / names[0]).write_text("a,b\n1,x\n2,y\n")
    (tmp_path / names[1]).write_text("a,b\n3,x\n")
    table = read(tmp_path)
    assert table.columns["a"].tolist() == ["1", "2", "3"]
    ((split, rows),) = table.splits.items()
    assert split == ("test" if "test" in names[1] else "validation")
    assert rows.tolist() == [2]


def test_the_only_file_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("a,b\n1,x\n2,y\n")
    assert read(tmp_path).rows == 2


@pytest.mark.data
def test_xray(data_folder: Path) -> None:
    table = read(data_folder / "xray")
    assert table.columns[IMAGE].shape == (1124, 160, 160, 1)
    labels, counts = np.unique(table.columns[LABEL].astype(str), return_counts=True)
    assert dict(zip(labels.tolist(), counts.tolist(), strict=True)) == {"covid": 124, "normal": 500, "pneumonia": 500}
    with Image.open(data_folder / "xray" / table.row_names[700]) as image:
        np.testing.assert_array_equal(table.columns[IMAGE][700, ..., 0], np.asarray(image.convert("L")))


@pytest.mark.data
@pytest.mark.slow
def test_cifar10(data_folder: Path) -> None:
    table = read(data_folder / "cifar10-jpeg")
    assert table.columns[IMAGE].shape == (60_000, 32, 32, 3)
    assert table.splits["test"].tolist() == list(range(50_000, 60_000))
    assert np.bincount(table.columns[LABEL].astype(np.int64)).tolist() == [6000] * 10
