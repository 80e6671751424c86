from pathlib import Path

import duckdb
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.data import stream
from piste.data.dataset import load
from piste.data.encoding import fit_encoding
from piste.data.examples import DataSet
from piste.data.settings import DataSettings

ROWS = 4000
QUERY = f"""SELECT range AS n, sin(range) AS x,
    CASE WHEN sin(range) > 0 THEN 'up' ELSE 'down' END AS label FROM range({ROWS})"""
SETTINGS = {"target": "label", "drop": "n", "split": "0.6/0.2/0.2"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "waves.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({QUERY}) TO '{path}' (FORMAT parquet)")
    return path


def loaded(path: Path, **settings: object) -> DataSet:
    return load(str(path), DataSettings(**{**SETTINGS, **settings}))  # type: ignore[arg-type]


def test_every_row_is_in_one_split(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_SAMPLE", 500)
    monkeypatch.setattr(stream, "BLOCK", 700)
    dataset = loaded(table, stream=True)
    assert dataset.stream is not None
    encoding = fit_encoding(dataset)
    blocks = list(dataset.stream.blocks(encoding))
    inputs, targets = (np.concatenate([block[part] for block in blocks]) for part in (0, 1))
    assert len(inputs) == dataset.train_rows == len(dataset.stream)
    held = np.concatenate([dataset.origin[dataset.rows[name]] for name in ("validation", "test")])
    learnt = np.setdiff1d(np.arange(ROWS), held)
    assert len(learnt) == len(inputs)
    np.testing.assert_array_equal(targets, (np.sin(learnt) > 0).astype(int))
    sizes = dataset.record.split.sizes
    assert sizes["train"] == len(learnt)
    assert sum(sizes.values()) == dataset.record.rows == ROWS
    assert sizes["test"] == pytest.approx(0.2 * ROWS, rel=0.2)
    looked_at = dataset.origin[dataset.rows["train"]]
    assert 350 < len(looked_at) < 650
    assert np.isin(looked_at, learnt).all()
    assert "streamed from the disk, as was asked for" in dataset.record.notes[0]


def test_the_encoding_of_a_row_is_that_of_the_same_row_in_memory(table: Path) -> None:
    dataset = loaded(table, stream=True)
    assert dataset.stream is not None
    encoding = fit_encoding(dataset)
    streamed = np.concatenate([inputs for inputs, _, _ in dataset.stream.blocks(encoding)])
    columns, _ = dataset.select("train")  # so few rows that the sample has all of them
    np.testing.assert_array_equal(encoding.inputs(columns), streamed)


def test_equal_seeds_give_equal_splits_and_others_do_not(table: Path) -> None:
    first, again, other = (loaded(table, stream=True, seed=seed) for seed in (1, 1, 2))
    test = [dataset.origin[dataset.rows["test"]].tolist() for dataset in (first, again, other)]
    assert test[0] == test[1] != test[2]
    assert first.record.fingerprint == again.record.fingerprint


def test_large_data_are_streamed_without_being_asked(table: Path) -> None:
    assert loaded(table).stream is None
    assert loaded(table, memory=1e-6, stream=False).stream is None
    dataset = loaded(table, memory=1e-4)
    assert dataset.stream is not None
    assert "(--memory)" in dataset.record.notes[0]


def test_weights_and_gaps_in_the_target_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = [f"{index % 7},{index % 3},{['', 'a', 'b'][index % 3]}" for index in range(900)]
    path.write_text("\n".join(["x,w,label", *lines]) + "\n")
    dataset = load(path, DataSettings(target="label", weights="w", stream=True))
    assert dataset.stream is not None
    blocks = list(dataset.stream.blocks(fit_encoding(dataset)))
    targets, weights = (np.concatenate([block[part] for block in blocks]) for part in (1, 2))
    np.testing.assert_array_equal(weights, targets + 1)  # a weighs 1, b weighs 2, rows without a label are gone
    assert len(targets) < len(dataset.stream)


@pytest.mark.parametrize("settings", [{"group": "n"}, {"time": "n"}, {"test": "other.csv"}])
def test_what_needs_all_rows_is_refused(table: Path, settings: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="needs all rows in memory"):
        loaded(table, stream=True, **settings)


def test_what_cannot_be_streamed_is_refused() -> None:
    with pytest.raises(SettingError, match="can be streamed"):
        load("iris", DataSettings(stream=True))
    with pytest.raises(SettingError, match="can be streamed"):
        load((np.zeros((9, 2)), np.arange(9)), DataSettings(stream=True))


def test_some_memory_is_free() -> None:
    assert stream.available_memory() > 1 << 20
