import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest

import piste
from piste.core.errors import DataError, RunError
from piste.recipe.run import Run


def test_new_rows_are_predicted_without_a_target(trips: tuple[Run, Path], tmp_path: Path) -> None:
    run, _ = trips
    path = tmp_path / "new.csv"
    path.write_text("city,distance,night,day,colour\nLyon,10,no,2024-03-01,red\nOslo,,yes,2024-03-01,blue\n")
    predicted = piste.predict(run, path)
    assert predicted.values.shape == (2,)
    assert predicted.values[0] == pytest.approx(23.0, abs=12)
    assert np.isfinite(predicted.outputs).all()
    assert any("colour" in note for note in predicted.notes)


def test_a_missing_column_is_named(trips: tuple[Run, Path], tmp_path: Path) -> None:
    run, _ = trips
    path = tmp_path / "new.csv"
    path.write_text("city,night,day\nLyon,no,2024-03-01\n")
    with pytest.raises(DataError, match="distance"):
        run.predict(path)


def test_evaluating_the_whole_file_agrees_with_its_predictions(trips: tuple[Run, Path]) -> None:
    run, path = trips
    record = run.evaluate(path)
    prices = np.array([float(line.split(",")[-1]) for line in path.read_text().splitlines()[1:]])
    expected = np.sqrt(np.mean((run.predict(path).values - prices) ** 2))
    scores = {score.name: score.value for score in record.scores}
    assert record.rows == 240
    assert scores["RMSE"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json", ".jsonl"])
def test_predictions_are_written_in_every_format(iris: Run, suffix: str, tmp_path: Path) -> None:
    predicted = piste.predict(iris.path, "iris")
    path = tmp_path / f"out{suffix}"
    predicted.write(path)
    table = duckdb.connect().execute(f"select * from '{path}'").df()
    assert list(table.columns) == list(predicted.columns)
    assert table["prediction"].astype(str).tolist() == [str(value) for value in predicted.values]


def test_an_unknown_suffix_is_refused_before_anything_is_written(iris: Run, tmp_path: Path) -> None:
    with pytest.raises(piste.core.errors.SettingError, match=r"\.xlsx"):
        iris.predict("iris").write(tmp_path / "out.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_damaged_model_is_named(iris: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(iris.path, copy)
    file = copy / "model" / "parameters.safetensors"
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(RunError, match="damaged"):
        piste.predict(copy, "iris")
    (copy / "model" / "spec.json").write_text("{")
    with pytest.raises(RunError, match=r"spec\.json is damaged"):
        piste.predict(copy, "iris")
    file.unlink()
    (copy / "model" / "spec.json").unlink()
    with pytest.raises(RunError, match=r"has no model/"):
        piste.predict(copy, "iris")


def test_pictures_of_another_size_are_predicted(tmp_path: Path) -> None:
    from PIL import Image

    generator = np.random.default_rng(0)
    for name, bright in (("dark", 60), ("light", 190)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for index in range(24):
            pixels = generator.integers(bright - 40, bright + 40, (12, 14), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{index}.png")
    run = piste.train(tmp_path / "pictures", runs=tmp_path / "runs", quiet=True, epochs=8, hidden=(4, 8))
    (tmp_path / "new").mkdir()
    Image.fromarray(np.full((40, 30, 3), 200, np.uint8)).save(tmp_path / "new" / "a.jpg")
    Image.fromarray(np.full((9, 9), 50, np.uint8)).save(tmp_path / "new" / "b.png")
    predicted = run.predict(tmp_path / "new")
    assert list(predicted.values) == ["light", "dark"]
    assert [Path(name).name for name in predicted.columns["file"]] == ["a.jpg", "b.png"]


def test_data_with_a_test_split_of_their_own_are_judged_by_that_alone(tmp_path: Path) -> None:
    inputs = np.random.default_rng(0).normal(size=(90, 3))
    labels = (inputs[:, 0] > 0).astype(int)
    path = tmp_path / "parts.npz"
    np.savez(path, x_train=inputs[:60], y_train=labels[:60], x_test=inputs[60:], y_test=labels[60:])
    run = piste.train(path, runs=tmp_path / "runs", quiet=True, epochs=20, hidden=(8,))
    assert run.data.split.sizes["test"] == 30
    record = run.evaluate(path)
    assert record.rows == 30
    assert record.scores == run.evaluation.scores
    assert record.notes == (f"{path} brings a test split of its own; only that is judged by, 30 of 90 rows.",)
    assert len(run.predict(path).outputs) == 90


def test_the_data_of_the_training_are_recognised(trips: tuple[Run, Path], tmp_path: Path) -> None:
    run, path = trips
    (note,) = run.evaluate(path).notes
    assert note.startswith("These are the data of the training")
    lines = path.read_text().splitlines(keepends=True)
    (tmp_path / "fewer.csv").write_text("".join(lines[:100]))
    assert run.evaluate(tmp_path / "fewer.csv").notes == ()


def test_what_the_linter_finds_in_other_rows_is_among_the_notes(trips: tuple[Run, Path], tmp_path: Path) -> None:
    run, path = trips
    lines = path.read_text().splitlines()
    wrong = [line.rsplit(",", 1)[0] + ",9999.0" if "Bern" in line else line for line in lines]
    (tmp_path / "wrong.csv").write_text("\n".join(wrong) + "\n")
    (note,) = run.evaluate(tmp_path / "wrong.csv").notes
    assert note.startswith("info[E303]: Mean error of the examples with city = Bern: ")
