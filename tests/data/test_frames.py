import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from piste.data.columns import IMAGE, LABEL, RawTable
from piste.data.frames import is_frame, read_columns, read_frame, read_pair, read_sequence
from piste.data.reading import Wanted
from piste.data.settings import DataSettings

WANTED = Wanted(DataSettings())
MOMENT = datetime.datetime(2024, 3, 1, 12, 30)
PLAIN: dict[str, list[Any]] = {
    "n": [1, 2, 3],
    "x": [0.5, None, 1.5],
    "s": ["a ", None, ""],
    "ok": [True, False, True],
    "when": [MOMENT, None, MOMENT],
}
FRAMES = {
    "pandas": pd.DataFrame(PLAIN),
    "pandas, nullable": pd.DataFrame(PLAIN).convert_dtypes(),
    "pandas, object": pd.DataFrame(PLAIN, dtype=object),
    "polars": pl.DataFrame(PLAIN),
    "polars, lazy": pl.LazyFrame(PLAIN),
    "pyarrow": pa.table(PLAIN),
}


def values(table: RawTable) -> dict[str, list[Any]]:
    return {name: column.tolist() for name, column in table.columns.items()}


@pytest.mark.parametrize("library", FRAMES)
def test_every_library_gives_the_same_table(library: str) -> None:
    assert is_frame(FRAMES[library])
    columns = read_frame(FRAMES[library], WANTED).columns
    assert {name: str(column.dtype) for name, column in columns.items()} == {
        "n": "int64", "x": "float64", "s": "object", "ok": "bool", "when": "datetime64[us]",
    }  # fmt: skip
    assert columns["n"].tolist() == [1, 2, 3]
    np.testing.assert_array_equal(columns["x"], [0.5, np.nan, 1.5])
    assert columns["s"].tolist() == ["a", None, None]
    assert columns["ok"].tolist() == [True, False, True]
    np.testing.assert_array_equal(columns["when"], np.array([MOMENT, "NaT", MOMENT], "datetime64[us]"))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"c": pd.Categorical(["x", None, "y"]), "n": pd.array([1, None, 3], "Int64")}),
        pl.DataFrame({"c": ["x", None, "y"], "n": [1, None, 3]}, schema={"c": pl.Categorical, "n": pl.Int16}),
        pl.DataFrame({"c": ["x", None, "y"], "n": [1, None, 3]}, schema={"c": pl.Enum(["y", "x"]), "n": pl.UInt64}),
    ],
    ids=["pandas", "polars", "polars enum"],
)
def test_categories_and_whole_numbers_with_gaps(frame: Any) -> None:
    columns = read_frame(frame, WANTED).columns
    assert columns["c"].tolist() == ["x", None, "y"]
    np.testing.assert_array_equal(columns["n"], [1, np.nan, 3])


def test_zoned_moments_become_utc() -> None:
    zoned = pd.DataFrame({"t": pd.to_datetime(["2024-03-01T12:00+02:00"])})
    assert read_frame(zoned, WANTED).columns["t"][0] == np.datetime64("2024-03-01T10:00")


def test_numbered_columns_and_odd_indices_of_pandas() -> None:
    frame = pd.DataFrame([[1, 2], [3, 4]], index=[7, 7])
    assert values(read_frame(frame, WANTED)) == {"0": [1, 3], "1": [2, 4]}


def test_lists_and_flags_with_gaps_become_texts() -> None:
    frame = pl.DataFrame({"tags": [["a", "b"], [], None], "ok": [True, None, False]})
    assert values(read_frame(frame, WANTED)) == {"tags": ["a;b", None, None], "ok": ["True", None, "False"]}


def test_a_dict_of_columns() -> None:
    table = read_columns({"n": [1, 2], "s": np.array(["a", "b"]), "x": pd.Series([0.5, None])}, WANTED)
    assert values(table)["n"] == [1, 2]
    assert values(table)["s"] == ["a", "b"]
    np.testing.assert_array_equal(table.columns["x"], [0.5, np.nan])


def test_a_dict_of_features_and_target() -> None:
    table = read_columns({"x_train": np.eye(3), "y_train": [0, 1, 2], "x_test": np.eye(3), "y_test": [0, 1, 2]}, WANTED)
    assert table.splits["test"].tolist() == [3, 4, 5]


def test_a_dict_of_pictures_and_more() -> None:
    table = read_columns({"scan": np.zeros((2, 4, 4), np.uint8), "age": [30, 40], "ill": ["y", "n"]}, WANTED)
    assert list(table.columns) == [IMAGE, "age", "ill"]


@pytest.mark.parametrize("target", [[0, 1, 0], np.array([0, 1, 0]), pd.Series([0, 1, 0]), pl.Series([0, 1, 0])])
@pytest.mark.parametrize(
    "features", [np.eye(3), pd.DataFrame(np.eye(3)), {"a": [1, 2, 3]}, sparse.eye_array(3, format="csr")]
)
def test_pairs(features: Any, target: Any) -> None:
    table = read_pair(features, target, WANTED)
    assert table.target == "target"
    assert table.columns["target"].tolist() == [0, 1, 0]


def test_the_target_keeps_its_name_or_names() -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    assert read_pair(frame, pd.Series(["x", "y"], name="kind"), WANTED).target == "kind"
    assert read_pair(frame, pd.DataFrame({"p": [1, 2], "q": [3, 4]}), WANTED).target == "p,q"
    assert read_pair(frame, np.eye(2), WANTED).target == "target_1,target_2"


def test_pairs_of_pictures_and_mixed_rows() -> None:
    assert read_pair(np.zeros((2, 4, 4), np.uint8), ["a", "b"], WANTED).columns[LABEL].tolist() == ["a", "b"]
    table = read_pair([[1, "x"], [2, None]], [0, 1], WANTED)
    assert values(table) == {"column_1": [1, 2], "column_2": ["x", None], "target": [0, 1]}


def test_rows_as_dicts_and_bare_arrays() -> None:
    assert values(read_sequence([{"a": 1, "b": "x"}, {"a": 2}], WANTED)) == {"a": [1, 2], "b": ["x", None]}
    assert values(read_sequence(np.array([[1, 2], [3, 4]]), WANTED)) == {"column_1": [1, 3], "column_2": [2, 4]}


def test_other_things_are_no_frames() -> None:
    assert not any(map(is_frame, ([1], {"a": [1]}, np.eye(2), "t.csv", (1, 2))))
