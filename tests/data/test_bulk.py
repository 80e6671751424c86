from pathlib import Path

import numpy as np

from piste.data.bulk import Bulk, object_column, read_in_bulk
from piste.data.dialect import Dialect


def bulk(path: Path, content: str, sample: list[list[str]], typed: bool = False) -> Bulk:
    path.write_text(content)
    return Bulk(path, Dialect(","), 1, sample, typed)


def test_levels_and_long_texts_come_back_in_order(tmp_path: Path) -> None:
    rows = [[f"text {row}", "ab "[row % 3].strip()] for row in range(200)]
    content = "x,y\n" + "".join(f"{a},{b}\n" for a, b in rows)
    columns = read_in_bulk(bulk(tmp_path / "a[1]*.csv", content, rows))
    assert columns is not None
    assert columns[0].tolist() == [a for a, _ in rows]
    assert columns[1].tolist() == [b or None for _, b in rows]


def test_decimals_are_as_python_reads_them(tmp_path: Path) -> None:
    numbers = np.random.default_rng(1).normal(size=1000) * 10.0 ** np.random.default_rng(2).integers(-30, 30, 1000)
    rows = [[repr(float(number)), "1"] for number in numbers]
    rows[5][0] = ""
    columns = read_in_bulk(bulk(tmp_path / "a.csv", "x,y\n" + "".join(f"{a},{b}\n" for a, b in rows), rows, typed=True))
    assert columns is not None
    assert columns[0].dtype == np.float64
    np.testing.assert_array_equal(np.delete(columns[0], 5), np.delete(numbers, 5))
    assert np.isnan(columns[0][5])


def test_a_ragged_file_is_left_to_the_patient_reader(tmp_path: Path) -> None:
    assert read_in_bulk(bulk(tmp_path / "a.csv", "x,y\n1,2\n3\n", [["1", "2"]])) is None


def test_a_column_of_nothing(tmp_path: Path) -> None:
    columns = read_in_bulk(bulk(tmp_path / "a.csv", "x,y\n1,\n2,\n", [["1", ""], ["2", ""]]))
    assert columns is not None
    assert columns[1].tolist() == [None, None]


def test_object_columns_are_stripped() -> None:
    assert object_column([" a ", "", None, "  "]).tolist() == ["a", None, None, None]
