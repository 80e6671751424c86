"""From tables as read to a data set."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from piste.core.errors import DataError, PisteError, SettingError
from piste.core.records import DataRecord, Kind, Task, decode, encode
from piste.data.columns import RawTable
from piste.data.dataset import build, load
from piste.data.encoding import Encoding, fit_encoding
from piste.data.joining import take_rows
from piste.data.new_rows import match
from piste.data.settings import DataSettings

ROWS = 60


def texts(*values: str | None) -> np.ndarray:
    return np.array([*values, None], object)[:-1]


def table(rows: int = ROWS, source: str = "t.csv", **columns: Any) -> RawTable:
    numbers = np.arange(rows) * 0.5
    return RawTable("t", source, rows, {"u": numbers, **columns, "y": np.arange(rows) % 3 // 2})


def test_every_column_but_the_target_is_recorded_with_its_reason() -> None:
    word = texts(*["red", "green", None] * (ROWS // 3))
    dataset = build(table(colour=word, code=word, person=word), None, DataSettings(drop="code", group=None))
    used = {feature.name: feature.used for feature in dataset.record.features}
    assert used == {"u": True, "colour": True, "code": False, "person": True}
    assert [column.name for column in dataset.columns] == list(used)
    colour = dataset.record.features[1]
    assert (colour.kind, colour.missing, colour.distinct) == (Kind.CATEGORY, ROWS // 3, 2)
    assert colour.distribution is not None
    in_train = int((~dataset.columns[1].missing[dataset.rows["train"]]).sum())
    assert sum(colour.distribution.counts) == in_train
    assert dataset.record.features[2].reason == "left out with --drop"
    assert dataset.order == ("u", "colour", "code", "person", "y")


def test_the_record_survives_json() -> None:
    record = build(table(), None, DataSettings()).record
    assert decode(encode(record), DataRecord) == record
    assert record.target.counts["train"] == (28, 14)
    assert record.split.sizes == {"train": 42, "validation": 9, "test": 9}


def test_rows_without_a_target_are_left_out_and_keep_their_numbers() -> None:
    label = texts(*[None if row in (1, 7) else ("a" if row % 2 else "b") for row in range(ROWS)])
    dataset = build(table(label=label), None, DataSettings(target="label"))
    assert "2 of 60 rows have no value of label and are left out." in dataset.record.notes
    assert dataset.record.rows == len(dataset.origin) == ROWS - 2
    np.testing.assert_array_equal(dataset.origin, np.setdiff1d(np.arange(ROWS), [1, 7]))
    np.testing.assert_array_equal(dataset.columns[0].values, dataset.origin * 0.5)


def test_a_column_that_repeats_the_target_is_left_out_and_said() -> None:
    alive = texts(*["no", "no", "yes"] * (ROWS // 3))
    dataset = build(table(alive=alive), None, DataSettings())
    assert [column.name for column in dataset.used] == ["u"]
    assert "Columns that repeat the target one to one are left out: alive." in dataset.record.notes


def test_a_group_column_is_not_learnt_from() -> None:
    people = np.arange(ROWS) // 6
    dataset = build(table(person=people), None, DataSettings(group="person"))
    assert [column.name for column in dataset.used] == ["u"]


def test_labels_of_a_test_file_are_matched_and_other_columns_ignored() -> None:
    first = table(income=texts(*["<=50K", ">50K"] * (ROWS // 2)))
    test = table(5, "test.csv", income=texts("<=50K.", ">50K.", "<=50k", ">50K", ">50K"), extra=np.zeros(5))
    dataset = build(first, test, DataSettings(target="income"))
    assert dataset.record.split.method == "file"
    np.testing.assert_array_equal(dataset.rows["test"], np.arange(ROWS, ROWS + 5))
    np.testing.assert_array_equal(dataset.select("test")[1], [0, 1, 0, 1, 1])
    np.testing.assert_array_equal(dataset.origin[ROWS:], np.arange(5))
    assert any("'<=50K.' as '<=50K'" in note for note in dataset.record.notes)
    assert any("left out: extra" in note for note in dataset.record.notes)


def test_a_class_that_only_the_test_file_has_is_named_with_its_row() -> None:
    test = RawTable("s", "test.csv", 1, {"u": np.zeros(1), "y": np.array([5])})
    with pytest.raises(
        DataError, match=r"class '5' in row 1 of test\.csv, which is not among the classes learnt: 0, 1"
    ):
        build(table(), test, DataSettings())


def test_targets_of_every_task() -> None:
    tags = texts(*["a;b", "b", "a;c", None] * (ROWS // 4))
    dataset = build(table(tags=tags), None, DataSettings(target="tags"))
    assert (dataset.target.task, dataset.target.names) == (Task.MULTI_LABEL, ("a", "b", "c"))
    assert dataset.record.rows == ROWS
    labels = build(table(wet=np.arange(ROWS) % 2), None, DataSettings(target="wet,y"))
    assert labels.target.values.shape == (ROWS, 2)
    numbers = build(table(), None, DataSettings(target="u"))
    assert numbers.target.task is Task.REGRESSION
    assert numbers.record.target.distribution is not None


def test_pictures_are_learnt_from_alone() -> None:
    images = np.random.default_rng(0).integers(256, size=(ROWS, 4, 5, 3)).astype(np.uint8)
    dataset = build(table(image=images), None, DataSettings())
    assert [column.name for column in dataset.used] == ["image"]
    assert dataset.record.image_shape == (4, 5, 3)


def test_where_nothing_is_left_to_learn_from_each_reason_is_given() -> None:
    constant = RawTable("t", "t.csv", ROWS, {"c": np.ones(ROWS), "y": np.arange(ROWS) % 2})
    with pytest.raises(DataError, match=r"No column is left to learn from: 'c' \(constant, '1' in all 60 rows\)"):
        build(constant, None, DataSettings())


def test_settings_are_checked_before_anything_is_read() -> None:
    with pytest.raises(SettingError, match="'seed' setting"):
        load("no such file", DataSettings(seed=-1))


def test_a_file_and_its_test_file_without_header_lines(tmp_path: Path) -> None:
    lines = [f"{number}.5, {number % 7}, {'yes' if number % 3 else 'no'}" for number in range(ROWS)]
    (tmp_path / "train.csv").write_text("\n".join(lines))
    (tmp_path / "test.csv").write_text("\n".join(line + "." for line in lines[:9]))
    dataset = load(tmp_path / "train.csv", DataSettings(test=str(tmp_path / "test.csv")))
    assert dataset.target.names == ("column_3",)
    assert len(dataset.rows["test"]) == 9
    np.testing.assert_array_equal(dataset.target.values[-9:], dataset.target.values[:9])


def test_the_same_seed_gives_the_same_data_set(tmp_path: Path) -> None:
    first, again, other = (build(table(), None, DataSettings(seed=seed)) for seed in (4, 4, 5))
    assert first.record == again.record
    np.testing.assert_array_equal(first.rows["test"], again.rows["test"])
    assert not np.array_equal(first.rows["test"], other.rows["test"])


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "settings", "task", "rows", "used"),
    [
        ("pima-indians-diabetes.csv", {}, Task.TWO_CLASS, 768, 8),
        ("titanic.csv", {}, Task.TWO_CLASS, 891, 13),
        ("abalone.csv", {"target": -1}, Task.REGRESSION, 4177, 8),
        ("housing.csv", {"target": "13"}, Task.REGRESSION, 506, 13),
        ("ionosphere.csv", {}, Task.TWO_CLASS, 351, 33),
        ("winequality-red.csv", {}, Task.REGRESSION, 1599, 11),
        ("winequality-red.csv", {"task": "many-class"}, Task.MANY_CLASS, 1599, 11),
        ("penguins.csv", {}, Task.MANY_CLASS, 344, 6),
        ("mpg.csv", {"target": "mpg"}, Task.REGRESSION, 398, 8),
        ("diamonds.csv", {"target": "price"}, Task.REGRESSION, 53940, 9),
        ("airline-passengers.csv", {"target": -1, "time": "Month"}, Task.REGRESSION, 144, 1),
        ("daily-min-temperatures.csv", {"target": "Temp", "time": "Date"}, Task.REGRESSION, 3650, 1),
    ],
)
def test_real_tables(data_folder: Path, file: str, settings: dict[str, Any], task: Task, rows: int, used: int) -> None:
    dataset = load(data_folder / "tables" / file, DataSettings(**settings))
    assert (dataset.target.task, dataset.record.rows, len(dataset.used)) == (task, rows, used)
    encoding = fit_encoding(dataset)
    assert all(np.isfinite(encoding.inputs(dataset.select(split)[0])).all() for split in dataset.rows)


@pytest.mark.data
def test_the_adult_table_with_its_own_test_file(data_folder: Path) -> None:
    folder = data_folder / "tables"
    dataset = load(folder / "adult-train.csv", DataSettings(test=str(folder / "adult-test.csv")))
    assert dataset.target.classes == ("<=50K", ">50K")
    assert dataset.record.split.sizes["test"] == 16281
    # adult.names gives the share of the label ">50K" in the test file as 23.62 %.
    assert dataset.select("test")[1].mean() == pytest.approx(0.2362, abs=5e-5)
    gaps = {feature.name: feature.missing for feature in dataset.record.features if feature.missing}
    assert gaps == {"column_2": 2799, "column_7": 2809, "column_14": 857}


cells = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "?", "1", "0", "yes", "no", "2.5", "1e400", "-1e308", "1e308", "2024-01-01", "31/12/1999", "a;b"]
    ),
    st.text(max_size=6),
    st.integers(-5, 5).map(str),
    st.floats().map(repr),
)


@st.composite
def tables(draw: st.DrawFn, rows: int) -> RawTable:
    def column() -> np.ndarray:
        few = draw(st.lists(cells, min_size=1, max_size=draw(st.sampled_from([1, 2, 3, 40]))))
        return texts(*draw(st.lists(st.sampled_from(few), min_size=rows, max_size=rows)))

    name = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=5)
    names = draw(st.lists(name, min_size=2, max_size=4, unique=True))
    return RawTable("t", "t.csv", rows, {name: column() for name in names})


@given(st.data(), st.integers(1, 40), st.sampled_from([None, *Task]), st.integers(0, 4))
@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_a_table_holds_it_is_learnt_from_or_refused(
    data: st.DataObject, rows: int, task: Task | None, bins: int
) -> None:
    table = data.draw(tables(rows))
    settings = DataSettings(target=-1, task=task.value if task else None)
    try:
        dataset = build(table, None, settings)
    except PisteError:
        return
    encoding = fit_encoding(dataset, bins)
    again = Encoding.from_json(json.loads(json.dumps(encoding.to_json())))
    assert again == encoding
    for split in dataset.rows:
        columns, values = dataset.select(split)
        inputs = encoding.inputs(columns)
        assert inputs.shape == (len(values), *encoding.input_shape)
        assert np.isfinite(inputs).all()
        assert np.isfinite(encoding.targets(values)).all()
    new = match(take_rows(table, dataset.origin), again, labelled=False)
    np.testing.assert_array_equal(encoding.inputs(new.columns), encoding.inputs(dataset.used))
