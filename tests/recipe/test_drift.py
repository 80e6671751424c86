"""New data beside those of the training, from the run folder alone."""

from pathlib import Path

import numpy as np
import pytest

import piste
from piste.core.drift import Change, DriftRecord, Fit
from piste.core.errors import DataError
from piste.core.records import decode
from piste.recipe.run import Run

Columns = dict[str, np.ndarray]


def fields(seed: int, rows: int = 900) -> Columns:
    """Return a table in which two numbers and a word tell the sort."""
    draws = np.random.default_rng(seed)
    place = draws.choice(np.array(["north", "south"], object), rows, p=(0.6, 0.4))
    size, weight = draws.normal(10, 2, rows), draws.lognormal(3, 0.4, rows)
    late = (size - 10) + (weight - 21) / 6 + np.where(place == "north", 1, -1) + draws.normal(0, 1, rows) > 0
    sort = np.where(late, "late", "early").astype(object)
    return {"size": size, "weight": weight, "place": place, "sort": sort}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("runs")
    return piste.train(fields(0), target="sort", runs=folder, quiet=True, epochs=15, hidden=(8,), learning_rate=0.02)


def test_data_that_look_alike_fit(run: Run) -> None:
    record = run.drift(fields(1))
    assert record.fit is Fit.FITS
    assert not record.alarm
    assert not record.drifted
    assert not record.schema
    assert {one.name for one in record.traits} == {"size", "weight", "place"}
    assert len(record.tests) == 3
    assert record.scores[0].verdict == "level"


def test_a_column_that_moved_is_named_and_the_others_are_not(run: Run) -> None:
    new = fields(1)
    new["size"] = new["size"] + 3
    record = piste.drift(run, new, keep=False)
    assert record.alarm
    assert [one.name for one in record.drifted] == ["size"]
    assert "'size' (median" in record.verdict
    assert any(one.name == "all columns together" and one.drifted for one in record.tests)


def test_other_units_are_named(run: Run) -> None:
    new = fields(1)
    new["weight"] = new["weight"] * 1000
    record = piste.drift(run, new, keep=False)
    assert [(one.change, one.column) for one in record.schema] == [(Change.UNITS, "weight")]
    assert "thousands" in record.schema[0].sentence
    assert record.fit is Fit.WORSE
    assert "'weight': other units" in record.verdict


def test_label_shift_is_named(run: Run) -> None:
    new = fields(1, 3000)
    late = np.flatnonzero(new["sort"] == "late")
    rows = np.concatenate([late, np.flatnonzero(new["sort"] == "early")[:200]])
    record = piste.drift(run, {name: values[rows] for name, values in new.items()}, keep=False)
    (target,) = (one for one in record.tests if one.name.startswith("the target"))
    assert target.drifted
    assert "the target (label shift) (" in record.verdict
    assert record.fit is Fit.HARMLESS


def test_columns_that_mean_something_else_are_found_by_the_scores(run: Run) -> None:
    new = fields(1)
    new["sort"] = np.where(new["sort"] == "late", "early", "late").astype(object)
    record = piste.drift(run, new, keep=False)
    assert record.fit is Fit.WORSE
    assert record.verdict.startswith("Worse: re-train.")
    assert record.command.startswith("piste.train(data, target='sort'")


def test_a_column_that_is_gone_leaves_the_rest_to_be_compared(run: Run) -> None:
    new = fields(1)
    del new["weight"], new["sort"]
    record = piste.drift(run, new, keep=False)
    assert [(one.change, one.column) for one in record.schema] == [(Change.GONE, "weight")]
    assert record.fit is Fit.UNKNOWN
    assert {one.name for one in record.traits} == {"size", "place"}
    assert [one.name for one in record.tests] == ["all columns together"]
    assert record.scores == ()


def test_record_and_page_are_kept_beside_the_run(iris: Run) -> None:
    record = iris.drift("iris")
    (kept,) = iris.path.glob("drift-*-iris.json")
    assert decode(kept.read_bytes(), DriftRecord) == record
    assert "Does it still fit?" in kept.with_suffix(".html").read_text("utf-8")
    assert any("the data of the training" in note for note in record.notes)
    assert record.command.startswith("piste train iris")
    for file in iris.path.glob("drift-*"):
        file.unlink()


def test_a_regression_with_dates_and_gaps_is_compared(trips: tuple[Run, Path], tmp_path: Path) -> None:
    run, path = trips
    lines = path.read_text().replace("2024-", "2026-").splitlines()
    new = tmp_path / "later.csv"
    new.write_text("\n".join(lines[:181]) + "\n")
    record = piste.drift(run, new, keep=False)
    (day,) = (one for one in record.traits if one.name == "day")
    assert not day.counts
    assert record.drifted == ()
    assert {one.before.name for one in record.scores} >= {"RMSE", "R2"}


def test_data_without_rows_are_refused(run: Run) -> None:
    with pytest.raises(DataError):
        piste.drift(run, {name: values[:0] for name, values in fields(1).items()}, keep=False)


@pytest.mark.data
def test_the_later_file_of_adult_fits(data_folder: Path, tmp_path: Path) -> None:
    for name, rows in (("train", 5000), ("test", 2500)):
        lines = (data_folder / "tables" / f"adult-{name}.csv").read_text().splitlines()
        (tmp_path / f"{name}.csv").write_text("\n".join(lines[:rows]) + "\n")
    run = piste.train(tmp_path / "train.csv", runs=tmp_path / "runs", quiet=True, epochs=2, hidden=(32,))
    record = run.drift(tmp_path / "test.csv")
    assert record.fit is Fit.FITS
    assert len(record.traits) == 14
    assert any("final full stop" in note for note in record.notes)


def test_blurred_digits_are_found_and_halves_are_not(tmp_path: Path) -> None:
    from scipy.ndimage import gaussian_filter
    from sklearn.datasets import load_digits

    digits = load_digits()
    pictures, labels = (digits.images * (255 / 16)).round().astype(np.uint8)[..., None], digits.target
    order = np.random.default_rng(0).permutation(len(labels))
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    data = (pictures[first], labels[first])
    run = piste.train(data, runs=tmp_path, quiet=True, epochs=15, model="mlp", hidden=(32,), learning_rate=0.005)
    assert piste.drift(run, (pictures[second], labels[second]), keep=False).fit is Fit.FITS
    blurred = np.stack([gaussian_filter(one, (1, 1, 0)) for one in pictures[second]])
    record = piste.drift(run, (blurred, labels[second]), keep=False)
    assert record.fit is Fit.WORSE
    assert {"image: sharpness", "image: contrast"} <= {one.name for one in record.drifted}
    assert any(one.name == "the network's answers" and one.drifted for one in record.tests)
