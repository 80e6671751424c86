from pathlib import Path

import duckdb
import numpy as np
import pytest
from PIL import Image

from piste.core.errors import DataError
from piste.data.reading import Wanted
from piste.data.settings import DataSettings
from piste.data.stream_sources import ParquetRows, PictureRows, open_source, text_files

WANTED = Wanted(DataSettings())


def write(path: Path, query: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    write(tmp_path / "part-0.parquet", "SELECT range AS n, (range % 3)::VARCHAR AS label FROM range(5000)")
    write(tmp_path / "part-1.parquet", "SELECT range AS n, 'z' AS label FROM range(5000, 7000)")
    return tmp_path


def test_rows_of_several_parquet_files_are_numbered_through(parts: Path) -> None:
    source = open_source(parts)
    assert isinstance(source, ParquetRows)
    assert source.rows == 7000
    rows = np.array([0, 7, 2049, 4999, 5000, 6999])
    table = source.read(rows, WANTED)
    np.testing.assert_array_equal(table.columns["n"], rows)
    assert table.columns["label"].tolist() == ["0", "1", "0", "1", "z", "z"]
    assert 8 < source.row_bytes < 200
    assert [name for name, _ in source.identity()] == ["part-0.parquet", "part-1.parquet"]


def test_files_with_other_columns_are_refused(parts: Path) -> None:
    write(parts / "part-2.parquet", "SELECT range AS n FROM range(10)")
    source = open_source(parts)
    assert source is not None
    with pytest.raises(DataError, match=r"'label'.*part-2"):
        source.read(np.array([6999, 7001]), WANTED)


def test_files_named_train_and_test_are_no_parts(tmp_path: Path) -> None:
    for name in ("train", "test"):
        write(tmp_path / f"{name}.parquet", "SELECT 1 AS n")
        (tmp_path / f"{name}.csv").write_text("a,b\n1,2\n")
    assert open_source(tmp_path) is None
    assert text_files(tmp_path) == ()


def test_pictures_are_read_as_asked_for(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for label in ("dark", "light"):
            (tmp_path / split / label).mkdir(parents=True)
            for number in range(3):
                shade = 20 * number + (200 if label == "light" else 0)
                Image.new("L", (5, 4), shade).save(tmp_path / split / label / f"{number}.png")
    source = open_source(tmp_path)
    assert isinstance(source, PictureRows)
    assert source.rows == 12
    assert source.splits is not None
    assert source.splits.tolist() == ["test"] * 6 + ["train"] * 6
    assert source.row_bytes == 20
    table = source.read(np.array([1, 5]), WANTED)
    assert table.columns["label"].tolist() == ["dark", "light"]
    assert table.columns["image"][:, 0, 0, 0].tolist() == [20, 240]
    assert table.splits == {}
