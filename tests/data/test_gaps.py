"""Values that stand for a missing one."""

import numpy as np
import pytest

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.dataset import build
from piste.data.encoding import Encoding, fit_encoding
from piste.data.gaps import gaps_note, parse_gaps, with_gaps
from piste.data.new_rows import match
from piste.data.settings import DataSettings

COLUMNS = ("pressure", "age", "ill")


def texts(*values: str | None) -> np.ndarray:
    return np.array([*values, None], object)[:-1]


def test_values_are_for_every_column_or_for_one() -> None:
    assert parse_gaps("pressure:0, -999", COLUMNS, ["ill"]) == (("pressure", "0"), ("", "-999"))
    assert parse_gaps("0:0", COLUMNS, ["ill"]) == (("pressure", "0"),)  # a column by its position


@pytest.mark.parametrize(
    ("text", "said"), [("presure:0", "did you mean 'pressure'"), ("ill:0", "is the target"), ("age:", "Got 'age:'")]
)
def test_what_cannot_be_is_said(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        parse_gaps(text, COLUMNS, ["ill"])


@pytest.mark.parametrize(
    "column",
    [
        np.array([0, 5, 7]),
        np.array([0.0, 5.0, np.nan]),
        texts("0", "5", "7"),
        texts("0.0", "5", None),
        np.array([False, True, True]),
        np.array(["NaT", "2020-01-01", "2020-01-02"], "datetime64[us]"),
    ],
)
def test_a_value_goes_whatever_its_type(column: np.ndarray) -> None:
    value = "False" if column.dtype == bool else "0"
    table = RawTable("t", "t", 3, {"a": column, "y": np.array([0, 1, 0])})
    changed = with_gaps(table, (("", value),), ["y"])
    gone = [one is None or one != one for one in changed.columns["a"].tolist()]
    assert gone == [True, False, column.tolist()[2] is None or column.tolist()[2] != column.tolist()[2]]
    assert changed.columns["y"].tolist() == [0, 1, 0]
    assert with_gaps(table, (), ["y"]) is table


def test_what_was_made_missing_is_said() -> None:
    table = RawTable("t", "t", 3, {"a": np.array([0, 0, 1]), "b": np.array([0, 1, 1])})
    assert gaps_note(table, with_gaps(table, (("a", "0"),), ())) == "Taken for missing, as --missing says: 2 of 'a'."
    assert "No value" in gaps_note(table, with_gaps(table, (("a", "9"),), ()))
    assert gaps_note(table, table) == ""


def test_new_rows_are_read_as_those_of_the_training() -> None:
    pressure = np.where(np.arange(60) % 6 == 0, 0, 60 + np.arange(60) % 40)
    table = RawTable("t", "t", 60, {"pressure": pressure, "ill": np.arange(60) % 2})
    dataset = build(table, None, DataSettings(target="ill", missing="pressure:0"))
    assert dataset.record.features[0].missing == 10
    encoding = Encoding.from_json(fit_encoding(dataset).to_json())
    new = match(RawTable("n", "n", 2, {"pressure": np.array([0, 70])}), encoding, labelled=False)
    assert new.columns[0].missing.tolist() == [True, False]
    assert encoding.inputs(new.columns)[:, 1].tolist() == [1.0, 0.0]
