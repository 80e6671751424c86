from pathlib import Path

import numpy as np
import pytest

from piste.core.errors import DataError
from piste.data.dataset import load
from piste.data.settings import DataSettings


def table(folder: Path, weights: list[str]) -> Path:
    lines = ["height,count,colour"]
    lines += [f"{index * 0.5},{weight},{'red' if index % 2 else 'blue'}" for index, weight in enumerate(weights)]
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_column_weighs_the_rows_and_is_no_feature(tmp_path: Path) -> None:
    path = table(tmp_path, [str(1 + index % 3) for index in range(60)])
    dataset = load(path, DataSettings(target="colour", weights="count"))
    assert dataset.weights is not None
    np.testing.assert_array_equal(dataset.weights, 1 + np.arange(60) % 3)
    assert [column.name for column in dataset.used] == ["height"]
    (feature,) = (one for one in dataset.record.features if one.name == "count")
    assert "how much each row counts" in feature.reason


def test_without_it_nothing_is_weighed(tmp_path: Path) -> None:
    dataset = load(table(tmp_path, ["1", "2"] * 30), DataSettings(target="colour"))
    assert dataset.weights is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1"] * 58 + ["-2", "1"], "'count' has the weight -2 in .*row 59"),
        (["1"] * 58 + ["", "1"], "'count' has no value in .*row 59"),
        (["1"] * 58 + ["heavy", "1"], "'heavy'"),
        (["0"] * 60, "weighs every row 0"),
    ],
)
def test_weights_that_cannot_be_used_are_named(tmp_path: Path, values: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(table(tmp_path, values), DataSettings(target="colour", weights="count"))


@pytest.mark.parametrize(
    ("given", "message"),
    [("colour", "is the target and cannot hold the weights"), ("cuont", "did you mean 'count'"), ("0,1", "names 2")],
)
def test_it_is_one_column_beside_the_target(tmp_path: Path, given: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(table(tmp_path, ["1"] * 60), DataSettings(target="colour", weights=given))
