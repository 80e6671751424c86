"""What is said of columns: steps of a sequence, texts, tags."""

import numpy as np
import pytest

from piste.core.errors import DataError
from piste.core.records import Kind, Task
from piste.data.dataset import DataSet, load, read_new
from piste.data.encoding import Encoding, fit_encoding
from piste.data.settings import DataSettings

ROWS = 40
WIDE = {
    "id": np.arange(ROWS) + 1000,
    **{f"t{step}": np.sin(np.arange(ROWS) * (step + 1)) for step in range(4)},
    "note": np.array(["a", "b"] * (ROWS // 2), object),
    "label": np.array(["up", "down"] * (ROWS // 2), object),
}


def loaded(data: object, takes: tuple[str, ...] = (), **settings: str) -> DataSet:
    return load(data, DataSettings(**settings), takes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("t0:t3", ("t0", "t1", "t2", "t3")),
        ("t2,t0", ("t2", "t0")),
        ("1:2,t3", ("t0", "t1", "t3")),
        ("all", ("t0", "t1", "t2", "t3")),
    ],
)
def test_columns_become_steps_in_the_order_that_was_said(said: str, steps: tuple[str, ...]) -> None:
    dataset = loaded(WIDE, target="label", sequence=said, drop="note")
    sequence = next(column for column in dataset.columns if column.kind is Kind.SEQUENCE)
    np.testing.assert_array_equal(sequence.values[:, :, 0], np.stack([WIDE[name] for name in steps], axis=1))
    assert dataset.steps == steps


def test_new_rows_find_their_steps_by_name() -> None:
    dataset = loaded(WIDE, target="label", sequence="t0:t3", drop="note,id")
    encoding = Encoding.from_json(fit_encoding(dataset).to_json())
    assert (encoding.input_shape, encoding.target_columns) == ((4, 1), ("label",))
    new = read_new({name: WIDE[name] for name in ("t3", "t1", "t2", "t0")}, encoding, DataSettings(), labelled=False)
    np.testing.assert_array_equal(encoding.inputs(new.columns), encoding.inputs(dataset.used))
    with pytest.raises(DataError, match="no column 't1'"):
        read_new({"t0": [1.0, 2.0], "t2": [1.0, 2.0], "t3": [1.0, 2.0]}, encoding, DataSettings(), labelled=False)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sequence": "t0,label"}, "'label' is named by --sequence, and it is the target as well"),
        ({"sequence": "t0:t3", "drop": "t1"}, "'t1' is named by --sequence, and it is --drop as well"),
        ({"sequence": "t3:t0"}, "must be first:last"),
        ({"sequence": "t0,note"}, "Column 'note' holds 'a' in row 1, where the steps"),
        ({"text": "label"}, "'label' is named by --text, and it is the target"),
    ],
)
def test_what_is_spoken_for_is_said(settings: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        loaded(WIDE, (), target="label", **settings)


def test_unnamed_numbers_are_steps_where_the_network_reads_nothing_else() -> None:
    data = (np.stack([WIDE[f"t{step}"] for step in range(4)], axis=1), WIDE["label"])
    table, steps = loaded(data), loaded(data, ("sequences", "texts"))
    assert [column.kind for column in table.used] == [Kind.NUMBER] * 4
    assert [column.kind for column in steps.used] == [Kind.SEQUENCE]
    assert any("have no names" in note for note in steps.record.notes)
    assert not loaded(WIDE, ("sequences",), target="label").steps


def test_three_axes_that_cannot_be_pixels_are_sequences() -> None:
    values = np.random.default_rng(0).normal(size=(ROWS, 9, 2))
    assert loaded((values, WIDE["label"])).used[0].kind is Kind.SEQUENCE
    assert loaded((np.abs(values), WIDE["label"])).used[0].kind is Kind.IMAGE
    assert loaded((np.abs(values), WIDE["label"]), sequence="all").used[0].kind is Kind.SEQUENCE
    with pytest.raises(DataError, match="say --sequence all if they are sequences"):
        loaded((values[:, :2], WIDE["label"]))


def test_lists_of_unequal_length_are_sequences_and_short_whole_ones_tags() -> None:
    lists = [list(np.arange(3.5, 9 + row % 5)) for row in range(ROWS)]
    tags = [[row % 3, 7] if row % 4 else [] for row in range(ROWS)]
    dataset = loaded({"signal": lists, "genres": tags, "label": WIDE["label"]})
    assert [column.kind for column in dataset.used] == [Kind.SEQUENCE, Kind.CATEGORY]
    assert dataset.used[1].values[1] == "1;7"
    assert any("take one text or sequence alone" in note for note in dataset.record.notes)
    assert loaded({"x": np.arange(ROWS) * 0.5, "tags": tags}, target="tags").target.task is Task.MULTI_LABEL


def test_short_texts_are_texts_where_that_is_said() -> None:
    names = np.array([f"name{row}" for row in range(ROWS)], object)
    dataset = loaded({"name": names, "label": WIDE["label"]}, text="name")
    assert [column.kind for column in dataset.used] == [Kind.TEXT]
