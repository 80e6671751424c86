"""New data for a trained model."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.dataset import build, load, read_new
from piste.data.encoding import Encoding, fit_encoding
from piste.data.new_rows import match
from piste.data.settings import DataSettings

ROWS = 60


def texts(*values: str | None) -> np.ndarray:
    return np.array([*values, None], object)[:-1]


def trained(**more: Any) -> Encoding:
    columns = {
        "size": np.arange(ROWS) * 0.25,
        "colour": texts(*["red", "green", "blue"] * (ROWS // 3)),
        "customer_id": np.arange(ROWS) + 1000,
        "day": texts(*[f"{1 + number % 28:02}/01/2024" for number in range(ROWS)]),
        **more,
        "label": texts(*["no", "yes", "no", "no"] * (ROWS // 4)),
    }
    return fit_encoding(build(RawTable("t", "t.csv", ROWS, columns), None, DataSettings()))


def table(rows: int = 2, **changed: Any) -> RawTable:
    columns = {
        "size": np.arange(rows) * 1.0,
        "colour": texts(*["blue", "red"] * rows)[:rows],
        "day": texts(*["03/01/2024"] * rows),
        "label": texts(*["yes", "no"] * rows)[:rows],
        **changed,
    }
    return RawTable("n", "new.csv", rows, {name: values for name, values in columns.items() if values is not None})


def test_columns_are_matched_by_name_in_any_order() -> None:
    encoding = trained()
    plain = match(table(), encoding, labelled=True)
    turned = RawTable("n", "new.csv", 2, dict(reversed(list(table(further=np.zeros(2)).columns.items()))))
    mixed = match(turned, encoding, labelled=True)
    np.testing.assert_array_equal(encoding.inputs(mixed.columns), encoding.inputs(plain.columns))
    assert mixed.values is not None
    np.testing.assert_array_equal(mixed.values, [1, 0])
    assert mixed.notes == ("Columns that the model does not know are ignored: further.",)
    assert plain.notes == ()


def test_the_training_rows_come_out_as_they_did_in_training() -> None:
    columns = {"a": np.arange(ROWS) * 1.5, "b": texts(*["u", "v", None] * (ROWS // 3)), "y": np.arange(ROWS) % 2}
    raw = RawTable("t", "t.csv", ROWS, columns)
    dataset = build(raw, None, DataSettings())
    encoding = fit_encoding(dataset)
    again = match(raw, encoding, labelled=True)
    rows = dataset.rows["test"]
    np.testing.assert_array_equal(encoding.inputs(again.columns)[rows], encoding.inputs(dataset.select("test")[0]))


def test_the_target_need_not_be_there_for_a_prediction() -> None:
    encoding = trained()
    assert match(table(label=None), encoding, labelled=False).values is None
    assert match(table(label=texts("odd", None)), encoding, labelled=False).values is None
    with pytest.raises(DataError, match=r"new\.csv has no column 'label' with the true answers"):
        match(table(label=None), encoding, labelled=True)


def test_names_may_differ_in_case_and_blanks() -> None:
    renamed: dict[str, Any] = {" Size": np.ones(2)}
    found = match(table(size=None, **renamed), trained(), labelled=False)
    np.testing.assert_array_equal(found.columns[0].values, [1, 1])


def test_a_missing_column_is_named_and_an_unused_one_not_missed() -> None:
    encoding = trained()
    assert "customer_id" not in [column.name for column in encoding.columns]
    with pytest.raises(DataError, match=r"new\.csv has no column 'size' \(nor day\), which the model needs"):
        match(table(size=None, day=None), encoding, labelled=False)


def test_unseen_categories_count_as_other() -> None:
    encoding = trained()
    found = encoding.inputs(match(table(colour=texts("mauve", "red")), encoding, labelled=False).columns)
    colours = [number for number, slot in enumerate(encoding.slots) if slot.column == "colour"]
    np.testing.assert_array_equal(found[:, colours].sum(axis=1), [0, 1])


def test_dates_keep_the_order_of_day_and_month_of_the_training() -> None:
    days = match(table(), trained(), labelled=False).columns[2]
    assert days.name == "day"
    assert days.values[0] == np.datetime64("2024-01-03", "us")


def test_rows_without_a_label_are_left_out_of_an_evaluation() -> None:
    found = match(table(3, label=texts(None, "yes", "No.")), trained(), labelled=True)
    assert found.values is not None
    np.testing.assert_array_equal(found.values, [1, 0])
    np.testing.assert_array_equal(found.origin, [1, 2])
    assert found.table.rows == len(found.columns[0].values) == 2
    assert "1 of 3 rows have no value of label and are left out." in found.notes


@given(st.lists(st.one_of(st.none(), st.text(max_size=4)), min_size=1, max_size=8))
def test_whatever_a_category_holds_it_is_encoded(values: list[str | None]) -> None:
    encoding = trained()
    found = match(table(len(values), colour=texts(*values)), encoding, labelled=False)
    assert np.isfinite(encoding.inputs(found.columns)).all()


@pytest.mark.parametrize(
    ("changed", "labelled", "sentence"),
    [
        ({"size": texts("1", "big")}, False, "Column 'size' holds 'big' in row 2, where a number is expected"),
        ({"size": np.array([1, np.inf])}, False, r"infinite value \('inf'\) in row 2"),
        ({"day": texts("31/31/2024", None)}, False, "'31/31/2024' in row 1, where a date is expected"),
        ({"size": np.zeros((2, 2, 2, 1), np.uint8)}, False, "holds pictures, where the model expects a number"),
        (
            {"label": texts("yes", "maybe")},
            True,
            "class 'maybe' in row 2, which is not among the classes learnt: no, yes",
        ),
        ({"label": texts(None, None)}, True, "no value of label in any row"),
    ],
)
def test_values_that_do_not_fit_are_named(changed: dict[str, Any], labelled: bool, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        match(table(**changed), trained(), labelled=labelled)


def test_a_picture_model_wants_pictures_of_its_size() -> None:
    images = np.random.default_rng(0).integers(256, size=(ROWS, 4, 4, 1)).astype(np.uint8)
    raw = RawTable("p", "pictures", ROWS, {"image": images, "label": texts(*["a", "b"] * (ROWS // 2))})
    encoding = fit_encoding(build(raw, None, DataSettings()))
    with pytest.raises(DataError, match="holds no pictures"):
        match(table(), encoding, labelled=False)
    other = RawTable("q", "others", 1, {"image": np.zeros((1, 5, 4, 1), np.uint8)})
    with pytest.raises(DataError, match=r"pictures of \(5, 4, 1\)"):
        match(other, encoding, labelled=False)


def test_files_without_a_header_line_are_matched_by_position(tmp_path: Path) -> None:
    lines = [f"{number}.5,{'pqr'[number % 3]},{number % 2}" for number in range(ROWS)]
    (tmp_path / "old.csv").write_text("\n".join(lines))
    (tmp_path / "new.csv").write_text("\n".join(lines[:7]))
    (tmp_path / "unlabelled.csv").write_text("\n".join(line[:-2] for line in lines[:7]))
    dataset = load(tmp_path / "old.csv", DataSettings())
    encoding = fit_encoding(dataset)
    labelled = read_new(tmp_path / "new.csv", encoding, DataSettings(), labelled=True)
    unlabelled = read_new(tmp_path / "unlabelled.csv", encoding, DataSettings(), labelled=False)
    assert labelled.values is not None
    np.testing.assert_array_equal(labelled.values, dataset.target.values[:7])
    np.testing.assert_array_equal(encoding.inputs(unlabelled.columns), encoding.inputs(labelled.columns))


@pytest.mark.parametrize(("split", "labelled"), [("test", False), ("validation", True)])
def test_a_source_with_splits_of_its_own_is_taken_whole_and_that_is_said(split: str, labelled: bool) -> None:
    whole = replace(table(), splits={split: np.array([1])})
    found = match(whole, trained(), labelled=labelled)
    assert found.notes == (f"new.csv brings splits of its own ({split}); the rows of all of them are taken.",)
    assert len(found.columns[0].values) == 2


def test_a_source_with_a_test_split_of_its_own_is_judged_by_that_alone() -> None:
    whole = replace(table(4, label=texts("yes", "no", None, "yes")), splits={"test": np.array([3, 2, 1])})
    found = match(whole, trained(), labelled=True)
    np.testing.assert_array_equal(found.origin, [1, 3])
    np.testing.assert_array_equal(found.values, [0, 1])
    assert found.notes == (
        "1 of 3 rows have no value of label and are left out.",
        "new.csv brings a test split of its own; only that is judged by, 3 of 4 rows.",
    )
