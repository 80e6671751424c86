import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.settings import DataSettings
from piste.data.sources import fingerprint, read_table

SETTINGS = DataSettings()


def table(**columns: Any) -> RawTable:
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    return RawTable("t", "t", len(next(iter(arrays.values()))), arrays)


def test_one_table_in_every_format(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [1, 2, 3], "x": [0.5, 1.5, 2.5], "s": ["a", "b", "c"]})
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_ndjson(tmp_path / "t.jsonl")
    frame.write_ipc(tmp_path / "t.arrow", compression="uncompressed")
    sources = [
        tmp_path / "t.parquet",
        str(tmp_path / "t.jsonl"),
        tmp_path / "t.arrow",
        frame,
        frame.to_pandas(),
        frame.to_dict(),
    ]
    assert len({fingerprint(read_table(source, SETTINGS)) for source in sources}) == 1


@pytest.mark.parametrize("name", ["t.csv", "t.CSV", "t.txt", "t.data", "t", "t.csv.gz", "a [b]*.csv", "t.v2.csv"])
def test_names_of_text_files(tmp_path: Path, name: str) -> None:
    content = b"a,b\n1,x\n2,y\n"
    if name.endswith(".gz"):
        content = __import__("gzip").compress(content)
    (tmp_path / name).write_bytes(content)
    assert read_table(tmp_path / name, SETTINGS).columns["a"].tolist() == ["1", "2"]


def test_a_path_wins_over_a_bundled_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_table("iris", SETTINGS).rows == 150
    Path("iris").write_text("a,b\n1,x\n2,y\n")
    assert read_table("iris", SETTINGS).rows == 2


def test_one_column_is_enough_for_prediction(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n2\n")
    assert read_table(tmp_path / "t.csv", SETTINGS, labelled=False).rows == 2


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"t\.csv may not be read by this user"):
        read_table(tmp_path / "t.csv", SETTINGS)


def test_reading_twice_gives_the_same_fingerprint(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1.5, None], "b": ["x", None]}).to_parquet(tmp_path / "t.parquet")
    first, second = (fingerprint(read_table(tmp_path / "t.parquet", SETTINGS)) for _ in range(2))
    assert first == second
    assert len(first) == 64


def test_any_change_changes_the_fingerprint() -> None:
    words = np.array(["a", None, "b"], object)
    base = table(x=[1.0, 2.0, 3.0], s=words)
    changed = [
        table(x=[1.0, 2.0, 3.5], s=words),
        table(y=[1.0, 2.0, 3.0], s=words),
        table(s=words, x=[1.0, 2.0, 3.0]),
        table(x=[1, 2, 3], s=words),
        table(x=[1.0, 2.0, 3.0], s=np.array(["a", "", "b"], object)),
        table(x=[1.0, 2.0, 3.0], s=np.array(["a,", None, "b"], object)),
        replace(base, splits={"test": np.array([2])}),
        replace(base, splits={"test": np.array([1])}),
        replace(base, splits={"validation": np.array([2])}),
    ]
    assert len({fingerprint(one) for one in [base, *changed]}) == len(changed) + 1


def test_the_fingerprint_ignores_byte_order_and_name() -> None:
    base = table(x=np.array([1.0, 2.0]))
    swapped = table(x=np.array([1.0, 2.0]).astype(">f8"))
    assert np.array_equal(base.columns["x"], swapped.columns["x"])
    assert fingerprint(replace(base, name="other", source="other")) == fingerprint(base)


@pytest.mark.data
def test_mnist_stays_small_in_memory(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PISTE_DATA", str(data_folder))
    tracemalloc.start()
    read = read_table("mnist", SETTINGS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read.rows == 70_000
    assert peak < 300_000_000  # bytes; the pixels alone are 55 million
