"""Typed files, written by pyarrow and polars, against the values that were written."""

import datetime
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import feather, ipc
from pyarrow import parquet as pq

from piste.data.columnar import read_arrow, read_json, read_parquet
from piste.data.columns import IMAGE, LABEL, RawTable
from piste.data.reading import Wanted
from piste.data.settings import DataSettings

WANTED = Wanted(DataSettings())
DAY = datetime.date(2024, 3, 1)
MOMENT = datetime.datetime(2024, 3, 1, 12, 30, 0, 250)
COLUMNS: dict[str, Any] = {
    "n": pa.array([1, 2], "int8"),
    "n_gaps": pa.array([1, None], "int32"),
    "big": pa.array([2**63, 1], "uint64"),
    "share": pa.array([0.5, None], "float32"),
    "price": pa.array([Decimal("1.25"), None]),
    "ok": [True, False],
    "ok_gaps": [True, None],
    "name": [" a ", None],
    "level": pa.array(["x", None]).dictionary_encode(),
    "day": [DAY, None],
    "moment": [MOMENT, None],
    "zoned": pa.array([MOMENT, None], pa.timestamp("us", "Europe/Rome")),
    "tags": [["x", "y"], None],
    "place": [{"city": "Bern", "at": {"x": 1.5}}, {"city": None, "at": {"x": 2.5}}],
}
EXPECTED: dict[str, tuple[str, list[Any]]] = {
    "n": ("int64", [1, 2]),
    "n_gaps": ("float64", [1, np.nan]),
    "big": ("float64", [2.0**63, 1]),
    "share": ("float64", [0.5, np.nan]),
    "price": ("float64", [1.25, np.nan]),
    "ok": ("bool", [True, False]),
    "ok_gaps": ("object", ["True", None]),
    "name": ("object", ["a", None]),
    "level": ("object", ["x", None]),
    "day": ("datetime64[us]", [DAY, "NaT"]),
    "moment": ("datetime64[us]", [MOMENT, "NaT"]),
    "zoned": ("datetime64[us]", [MOMENT, "NaT"]),
    "tags": ("object", ["x;y", None]),
    "place.city": ("object", ["Bern", None]),
    "place.at.x": ("float64", [1.5, 2.5]),
}


def check(table: RawTable) -> None:
    assert list(table.columns) == list(EXPECTED)
    for name, (dtype, values) in EXPECTED.items():
        assert table.columns[name].dtype == np.dtype(dtype), name
        np.testing.assert_array_equal(table.columns[name], np.array(values, dtype), err_msg=name)


def test_every_type_of_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table(COLUMNS), tmp_path / "p [1]*.parquet")
    check(read_parquet(tmp_path / "p [1]*.parquet", WANTED))


@pytest.mark.parametrize("form", ["feather", "file", "stream"])
def test_every_type_of_arrow(tmp_path: Path, form: str) -> None:
    table = pa.table(COLUMNS)
    path = tmp_path / f"t.{'feather' if form == 'feather' else 'arrow'}"
    if form == "feather":
        feather.write_feather(table, path)
    else:
        with (ipc.new_file if form == "file" else ipc.new_stream)(path, table.schema) as writer:
            writer.write_table(table)
    check(read_arrow(path, WANTED))


def test_odd_names_of_columns(tmp_path: Path) -> None:
    columns = {'a "b"': [1, 2], "it's": [{"x'y": 3}, {"x'y": 4}], "c,d": ["e", "f"]}
    pl.DataFrame(columns).write_parquet(tmp_path / "p.parquet")
    table = read_parquet(tmp_path / "p.parquet", WANTED)
    assert {name: one.tolist() for name, one in table.columns.items()} == {
        'a "b"': [1, 2],
        "it's.x'y": [3, 4],
        "c,d": ["e", "f"],
    }


def encoded(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (5, 4), (shade, 0, 9)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("column", ["image", "img", "bytes alone"])
def test_encoded_pictures_in_the_layout_of_the_hub(tmp_path: Path, column: str) -> None:
    pictures = [{"bytes": encoded(shade), "path": f"{shade}.png"} for shade in (3, 200)]
    alone = [one["bytes"] for one in pictures]
    table = pa.table({column: alone if column == "bytes alone" else pictures, "labels": [1, 0]})
    features = {"img": {"_type": "Image"}, "labels": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    notes = json.dumps({"info": {"features": features}})
    pq.write_table(table.replace_schema_metadata({"huggingface": notes}), tmp_path / "p.parquet")
    found = read_parquet(tmp_path / "p.parquet", WANTED)
    assert list(found.columns) == [IMAGE, LABEL]
    np.testing.assert_array_equal(found.columns[IMAGE][:, 1, 2], [[3, 0, 9], [200, 0, 9]])
    assert found.columns[LABEL].tolist() == [1, 0]
    assert (found.target, found.class_names) == (LABEL, ("cat", "dog"))
    assert found.row_names == (() if column == "bytes alone" else ("3.png", "200.png"))


@pytest.mark.parametrize("layout", ["lines", "list"])
def test_json(tmp_path: Path, layout: str) -> None:
    rows = [
        {"n": 1, "x": 0.5, "s": "a", "ok": True, "tags": ["p", "q"], "in": {"a": 1}},
        {"n": 2, "x": None, "s": "", "ok": False, "late": 3},
    ]
    lines = "\n".join(map(json.dumps, rows)) + "\n\n"
    (tmp_path / "t.jsonl").write_text(lines if layout == "lines" else json.dumps(rows, indent=1))
    columns = read_json(tmp_path / "t.jsonl", WANTED).columns
    assert list(columns) == ["n", "x", "s", "ok", "tags", "in.a", "late"]
    assert columns["n"].dtype == np.int64
    assert columns["ok"].dtype == np.bool_
    assert columns["s"].tolist() == ["a", None]
    assert columns["tags"].tolist() == ["p;q", None]
    np.testing.assert_array_equal(columns["x"], [0.5, np.nan])
    np.testing.assert_array_equal(columns["late"], [np.nan, 3])


def test_json_as_python_spells_nan(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"a": NaN, "b": 1}\n{"a": 2.0, "b": Infinity}\n')
    columns = read_json(tmp_path / "t.json", WANTED).columns
    np.testing.assert_array_equal(columns["a"], [np.nan, 2])
    np.testing.assert_array_equal(columns["b"], [1, np.inf])


@pytest.mark.data
@pytest.mark.slow
def test_cifar10(data_folder: Path) -> None:
    table = read_parquet(data_folder / "cifar10-jpeg" / "test.parquet", WANTED)
    assert table.columns[IMAGE].shape == (10_000, 32, 32, 3)
    assert np.bincount(table.columns[LABEL].astype(np.int64)).tolist() == [1000] * 10
