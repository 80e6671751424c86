"""What is kept of the train split: of no other rows, the same each time, no more than asked for."""

import numpy as np

from piste.core.drift import ReferenceRecord
from piste.core.records import decode, encode
from piste.data.dataset import load
from piste.data.examples import DataSet
from piste.data.reference import reference_of
from piste.data.settings import DataSettings

ROWS = 600


def made() -> DataSet:
    draws = np.random.default_rng(0)
    letters = [f"w{place}" if place % 10 == 0 else "ab"[place % 2] for place in range(ROWS)]
    columns = {
        "size": np.where(draws.random(ROWS) < 0.25, np.nan, np.arange(ROWS) + 0.5),
        "letter": np.array(letters, object),
        "target": draws.choice(np.array(["yes", "no"], object), ROWS),
    }
    return load(columns, DataSettings(target="target"))


def test_rows_of_the_train_split_alone_are_kept() -> None:
    dataset = made()
    record, (sizes, letters) = reference_of(dataset, seed=0, most=100)
    assert (record.rows, record.kept) == (len(dataset.rows["train"]), 100)
    train = {float(value) for value in dataset.select("train")[0][0].values if not np.isnan(value)}
    assert {float(value) for value in sizes if not np.isnan(value)} <= train
    assert len(sizes) == len(letters) == 100
    again, values = reference_of(dataset, seed=0, most=100)
    assert again == record
    np.testing.assert_array_equal(values[0], sizes)


def test_shares_are_those_of_the_whole_train_split() -> None:
    dataset = made()
    record, _ = reference_of(dataset, seed=0, most=10)
    size, letter = record.traits
    columns, _ = dataset.select("train")
    assert size.missing == columns[0].missing.mean()
    assert set(letter.levels) == set(columns[1].values.tolist())
    once = sum(value.startswith("w") for value in columns[1].values.tolist())
    assert letter.unseen == once / len(columns[1].values)
    assert decode(encode(record), ReferenceRecord) == record
