import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets

from piste.core.errors import DataError
from piste.data import bundled
from piste.data.bundled import FETCHED, NAMES, read_cifar_archive
from piste.data.columns import IMAGE, LABEL
from piste.data.reading import Wanted
from piste.data.settings import DataSettings
from piste.data.sources import read_table


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PISTE_DATA", raising=False)
    monkeypatch.chdir(tmp_path)


def test_digits_are_pictures() -> None:
    table = read_table("digits", DataSettings())
    assert table.columns[IMAGE].shape == (1797, 8, 8, 1)
    assert table.columns[IMAGE].dtype == np.uint8
    shades = table.columns[IMAGE].reshape(-1, 64).astype(np.float64) / 255 * 16
    np.testing.assert_allclose(shades, datasets.load_digits().data, atol=0.04)
    assert table.columns[LABEL].tolist() == datasets.load_digits().target.tolist()


@pytest.mark.parametrize(
    ("name", "rows", "features", "target"),
    [("iris", 150, 4, "species"), ("wine", 178, 13, "cultivar"), ("breast_cancer", 569, 30, "diagnosis")],
)
def test_tables_with_classes(name: str, rows: int, features: int, target: str) -> None:
    table = read_table(name, DataSettings())
    original = getattr(datasets, f"load_{name}")()
    assert (table.rows, len(table.columns), table.target) == (rows, features + 1, target)
    assert table.class_names == tuple(original.target_names)
    assert table.columns[target].tolist() == original.target.tolist()
    np.testing.assert_array_equal(next(iter(table.columns.values())), original.data[:, 0])


def test_diabetes_is_in_its_own_units() -> None:
    table = read_table("diabetes", DataSettings())
    assert table.columns["age"].max() == 79
    assert not table.class_names
    assert table.columns["progression"].dtype == np.float64


def test_a_folder_under_piste_data_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "root" / "fashion-mnist"
    folder.mkdir(parents=True)
    np.savez(folder / "a.npz", x=np.zeros((2, 4, 4), np.uint8), y=[0, 9])
    monkeypatch.setenv("PISTE_DATA", str(tmp_path / "root"))
    table = read_table("fashion-mnist", DataSettings())
    assert table.name == "fashion-mnist"
    assert table.class_names[9] == "Ankle boot"
    assert "PISTE_DATA" in table.notes[0]


def test_a_set_that_cannot_be_fetched_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "cache_folder", lambda: tmp_path / "cache")
    nowhere = FETCHED["mnist"].files[0].__class__("t.gz", "0" * 64, ("http://127.0.0.1:9/",))
    monkeypatch.setitem(FETCHED, "mnist", bundled.Fetched(("mnist",), (nowhere,)))
    with pytest.raises(DataError, match=r"t\.gz could not be fetched"):
        read_table("mnist", DataSettings())


def test_the_binary_archive_of_cifar10(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    records = random.integers(0, 256, (6, 3073)).astype(np.uint8)
    records[:, 0] = [3, 1, 4, 1, 5, 9]
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as archive:
        for name, rows in (
            ("test_batch.bin", records[5:]),
            ("data_batch_2.bin", records[3:5]),
            ("data_batch_1.bin", records[:3]),
        ):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = rows.size
            archive.addfile(member, io.BytesIO(rows.tobytes()))
    table = read_cifar_archive(tmp_path / "c.tar.gz", Wanted(DataSettings()))
    assert table.columns[LABEL].tolist() == [3, 1, 4, 1, 5, 9]
    assert table.splits["test"].tolist() == [5]
    # The format's page: 1024 red bytes row by row, then green, then blue.
    assert table.columns[IMAGE][2, 7, 30].tolist() == [records[2, 1 + c * 1024 + 7 * 32 + 30] for c in range(3)]


def test_every_name_is_listed() -> None:
    assert set(NAMES) == {
        "digits", "iris", "wine", "breast-cancer", "diabetes", "mnist", "fashion-mnist", "cifar10",
    }  # fmt: skip
    for one in FETCHED.values():
        assert all(len(file.sha256) == 64 and file.addresses[0].endswith("/") for file in one.files)
