"""A data set's used columns and splits."""

import numpy as np

from piste.data.columns import RawTable
from piste.data.dataset import build
from piste.data.settings import DataSettings


def test_a_split_has_the_used_columns_and_the_target_of_its_rows() -> None:
    columns = {"u": np.arange(40) * 0.5, "constant": np.ones(40), "y": np.arange(40) % 2}
    dataset = build(RawTable("t", "t.csv", 40, columns), None, DataSettings())
    for split, rows in dataset.rows.items():
        picked, values = dataset.select(split)
        assert [column.name for column in picked] == ["u"]
        np.testing.assert_array_equal(picked[0].values, rows * 0.5)
        np.testing.assert_array_equal(values, rows % 2)
    assert [column.name for column in dataset.columns] == ["u", "constant"]
