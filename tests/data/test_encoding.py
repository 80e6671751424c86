"""The whole encoding of a data set."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import RunError
from piste.core.records import Kind, Task
from piste.data.columns import RawTable
from piste.data.dataset import DataSet, build
from piste.data.encoding import Encoding, fit_encoding
from piste.data.settings import DataSettings

ROWS = 60


def texts(values: list[Any]) -> np.ndarray:
    return np.array([*values, None], object)[:-1]


def mixed(**changed: np.ndarray) -> DataSet:
    random = np.random.default_rng(0)
    columns = {
        "size": random.normal(size=ROWS),
        "colour": texts([["red", "green", "blue", None][number] for number in random.integers(4, size=ROWS)]),
        "new": random.integers(2, size=ROWS).astype(bool),
        "sold": np.datetime64("2024-01-01", "us") + random.integers(10**9, 10**14, size=ROWS),
        "remark": texts([f"a remark of {random.integers(9)} and {number} words" for number in range(ROWS)]),
        "price": random.normal(5, 3, size=ROWS),
    }
    return build(RawTable("t", "t.csv", ROWS, {**columns, **changed}), None, DataSettings(target="price"))


def pictures(shape: tuple[int, ...] = (5, 4, 3)) -> DataSet:
    random = np.random.default_rng(1)
    columns = {
        "image": random.integers(256, size=(ROWS, *shape)).astype(np.uint8),
        "label": texts(["cat", "dog"] * (ROWS // 2)),
    }
    return build(RawTable("p", "p", ROWS, columns, target="label"), None, DataSettings())


def inputs_of(encoding: Encoding, dataset: DataSet, split: str) -> np.ndarray:
    return np.asarray(encoding.inputs(dataset.select(split)[0]))


@pytest.mark.parametrize("bins", [0, 4])
def test_inputs_have_a_named_slot_each(bins: int) -> None:
    dataset = mixed()
    encoding = fit_encoding(dataset, bins)
    encoded = inputs_of(encoding, dataset, "test")
    assert encoded.dtype == np.float32
    assert encoded.shape == (len(dataset.rows["test"]), *encoding.input_shape)
    assert np.isfinite(encoded).all()
    assert len(encoding.slots) == encoding.input_shape[0]
    assert list(dict.fromkeys(slot.column for slot in encoding.slots)) == [column.name for column in dataset.used]
    assert sum(slot.name.startswith("size bin") for slot in encoding.slots) == bins


@pytest.mark.parametrize("dataset", [mixed(), pictures()], ids=["table", "pictures"])
def test_json_gives_the_same_encoding_back(dataset: DataSet) -> None:
    encoding = fit_encoding(dataset)
    again = Encoding.from_json(json.loads(json.dumps(encoding.to_json())))
    assert again == encoding
    np.testing.assert_array_equal(inputs_of(again, dataset, "test"), inputs_of(encoding, dataset, "test"))


@given(st.integers(0, 2**31 - 1))
def test_rows_held_back_never_change_the_encoding(seed: int) -> None:
    dataset = mixed()
    random = np.random.default_rng(seed)
    held = np.concatenate([dataset.rows["validation"], dataset.rows["test"]])
    columns = []
    for column in dataset.columns:
        values, missing = column.values.copy(), column.missing.copy()
        values[held] = values[random.permutation(held)]
        if column.kind is Kind.NUMBER:
            values[held] = random.normal(1e6, 1e9, len(held))
        columns.append(replace(column, values=values, missing=missing))
    wild = dataset.target.values.copy()
    wild[held] *= 1000
    other = replace(dataset, columns=tuple(columns), target=replace(dataset.target, values=wild))
    assert fit_encoding(other, 3) == fit_encoding(dataset, 3)


def test_regression_targets_are_standardised_and_come_back_in_their_units() -> None:
    dataset = mixed()
    encoding = fit_encoding(dataset)
    values = dataset.select("train")[1]
    scaled = encoding.targets(values)
    assert scaled.dtype == np.float32
    assert (encoding.task, encoding.outputs) == (Task.REGRESSION, 1)
    np.testing.assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-6)
    np.testing.assert_allclose(encoding.decode_regression(scaled), values, rtol=1e-5)


def test_class_numbers_pass_as_they_are() -> None:
    dataset = pictures()
    encoding = fit_encoding(dataset)
    targets = encoding.targets(dataset.select("train")[1])
    assert targets.dtype == np.int32
    assert encoding.outputs == len(encoding.classes) == 2
    np.testing.assert_array_equal(targets, dataset.target.values[dataset.rows["train"]])


@pytest.mark.parametrize("shape", [(5, 4, 3), (6, 6, 1)])
def test_pictures_pass_as_bytes_with_the_scale_of_the_train_split(shape: tuple[int, ...]) -> None:
    dataset = pictures(shape)
    encoding = fit_encoding(dataset)
    encoded = inputs_of(encoding, dataset, "train")
    assert encoding.input_shape == shape
    assert encoding.slots == ()
    assert encoded.dtype == np.uint8
    np.testing.assert_allclose(encoding.channel_mean, encoded.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(encoding.channel_std, encoded.std(axis=(0, 1, 2)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": 99}, "version 99, and this Piste reads version 1"),
        ({"task": "juggling"}, "damaged"),
        ({"encoders": [{"kind": "sound"}]}, "damaged .*no encoder of kind 'sound'"),
        ({"encoders": 5}, "damaged"),
        ({"order": [1]}, "damaged"),
    ],
)
def test_another_version_or_damage_is_said(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RunError, match=sentence):
        Encoding.from_json({**fit_encoding(mixed()).to_json(), **change})


@pytest.mark.parametrize("name", ["classes", "encoders", "target_mean"])
def test_a_missing_part_is_said(name: str) -> None:
    value = fit_encoding(mixed()).to_json()
    del value[name]
    with pytest.raises(RunError, match=f"damaged .*{name}"):
        Encoding.from_json(value)
