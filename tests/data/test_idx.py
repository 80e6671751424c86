import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.data.columns import IMAGE, LABEL
from piste.data.idx import idx_pairs, is_idx, read_idx, read_idx_array, read_idx_folder
from piste.data.reading import Wanted
from piste.data.settings import DataSettings

WANTED = Wanted(DataSettings())
CODES = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}


def write(path: Path, array: np.ndarray[Any, Any], kind: str = "u1") -> None:
    header = bytes([0, 0, CODES[kind], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    content = header + array.astype(kind).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


@pytest.mark.parametrize("kind", CODES)
def test_every_type_of_value(tmp_path: Path, kind: str) -> None:
    array = np.arange(24).reshape(2, 3, 4)
    write(tmp_path / "a-idx3-ubyte.gz", array, kind)
    found = read_idx_array(tmp_path / "a-idx3-ubyte.gz")
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("mark", ["-idx3-ubyte", "-idx3-ubyte.gz", ".idx3-ubyte"])
def test_a_folder_with_the_names_of_mnist(tmp_path: Path, mark: str) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (5, 4, 3))
    for name, rows in (("train", slice(0, 3)), ("t10k", slice(3, 5))):
        write(tmp_path / f"{name}-images{mark}", pictures[rows])
        write(tmp_path / f"{name}-labels{mark.replace('3', '1')}", np.arange(5)[rows])
    table = read_idx_folder(tmp_path, idx_pairs(tmp_path), WANTED)
    np.testing.assert_array_equal(table.columns[IMAGE][..., 0], pictures)
    assert table.columns[LABEL].tolist() == [0, 1, 2, 3, 4]
    assert table.splits["test"].tolist() == [3, 4]
    assert list(table.splits) == ["test"]


def test_one_file_finds_its_labels(tmp_path: Path) -> None:
    write(tmp_path / "train-images-idx3-ubyte", np.zeros((2, 4, 4)))
    write(tmp_path / "train-labels-idx1-ubyte.gz", np.array([7, 8]))
    write(tmp_path / "t10k-labels-idx1-ubyte", np.array([1, 2]))
    table = read_idx(tmp_path / "train-images-idx3-ubyte", WANTED)
    assert table.columns[LABEL].tolist() == [7, 8]


def test_pictures_to_predict_need_no_labels(tmp_path: Path) -> None:
    write(tmp_path / "t10k-images-idx3-ubyte", np.zeros((2, 4, 4)))
    table = read_idx(tmp_path / "t10k-images-idx3-ubyte", Wanted(DataSettings(), labelled=False))
    assert list(table.columns) == [IMAGE]


@pytest.mark.parametrize("name", ["a-idx3-ubyte", "a.idx3-ubyte.gz", "a.idx", "A-IDX1-UBYTE"])
def test_names_of_idx_files(name: str) -> None:
    assert is_idx(Path(name))
    assert not is_idx(Path("index.csv"))


@pytest.mark.data
def test_mnist(data_folder: Path) -> None:
    folder = data_folder / "mnist"
    table = read_idx_folder(folder, idx_pairs(folder), WANTED)
    assert table.columns[IMAGE].shape == (70_000, 28, 28, 1)
    assert table.columns[LABEL][:5].tolist() == [5, 0, 4, 1, 9]
    assert table.columns[LABEL][60_000:60_003].tolist() == [7, 2, 1]
    assert np.bincount(table.columns[LABEL].astype(np.int64)[:60_000])[0] == 5923  # as the set's page says of zeros
    assert table.splits["test"].tolist() == list(range(60_000, 70_000))
    assert round(float(table.columns[IMAGE][:60_000].mean()) / 255, 4) == 0.1307
