import dataclasses
import inspect
from pathlib import Path
from typing import Any

import duckdb
import jax
import numpy as np
import pytest

import piste
from piste.core.errors import DataError, RunError, SettingError
from piste.core.records import Status, Task
from piste.core.runs import RunFolder, runs_in
from piste.data.settings import DataSettings
from piste.recipe import job
from piste.recipe.run import Run
from piste.recipe.train import train
from piste.train.progress import Progress


def files(run: Run) -> set[str]:
    return {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}


def test_the_run_folder_holds_everything_and_nothing_pickled(iris: Run) -> None:
    assert files(iris) == {
        "run.json", "data.json", "lint.json", "evaluation.json", "metrics.jsonl", "predictions.parquet", "report.html",
        "model/spec.json", "model/parameters.safetensors", "model/encoding.json", "watched.json", "reference.json",
        "reference.parquet",
    }  # fmt: skip


def test_the_record_says_all_that_repeats_the_run(iris: Run) -> None:
    record = iris.record
    assert record.status is Status.FINISHED
    assert record.command == "piste train iris --seed 0 --hidden 16 --epochs 60 --learning-rate 0.02"
    assert {"python", "jax", "jaxlib", "numpy", "piste"} <= set(record.versions)
    assert record.settings["training"]["epochs"] == 60
    assert record.training is not None
    assert record.training.epochs == len(iris.epochs)
    assert len(iris.data.fingerprint) == 64


def test_it_learns_iris_and_says_how_sure_that_is(iris: Run) -> None:
    score = iris.score()
    assert score.name == "accuracy"
    assert score.value >= 0.85
    assert score.low <= score.value <= score.high
    assert {baseline.name for baseline in iris.evaluation.baselines} >= {"majority", "logistic", "nearest", "trees"}
    assert "accuracy" in iris.evaluation.verdict


def test_the_stored_predictions_give_the_stored_score(iris: Run) -> None:
    table = duckdb.connect().execute(f"select * from '{iris.path / 'predictions.parquet'}'").df()
    assert len(table) == iris.evaluation.rows
    assert np.mean(table["truth"] == table["prediction"]) == pytest.approx(iris.score("accuracy").value)
    sums = table.filter(like="probability of ").sum(axis=1)
    np.testing.assert_allclose(sums, 1.0, atol=1e-5)


def test_equal_seeds_give_equal_files(iris: Run, tmp_path: Path) -> None:
    again = train("iris", runs=tmp_path, quiet=True, epochs=60, hidden=(16,), learning_rate=0.02)
    for name in ("model/parameters.safetensors", "model/spec.json", "model/encoding.json", "data.json"):
        assert iris.folder.file(name).read_bytes() == again.folder.file(name).read_bytes(), name
    for one, two in zip(iris.epochs, again.epochs, strict=True):
        assert dataclasses.replace(one, seconds=0) == dataclasses.replace(two, seconds=0)
    assert iris.evaluation.scores == again.evaluation.scores
    other = train("iris", runs=tmp_path, quiet=True, epochs=60, hidden=(16,), learning_rate=0.02, seed=1)
    assert iris.folder.file("model/parameters.safetensors").read_bytes() != (
        other.folder.file("model/parameters.safetensors").read_bytes()
    )


def test_regression_is_judged_in_the_targets_own_units(trips: tuple[Run, Path]) -> None:
    run, _ = trips
    assert run.data.target.task is Task.REGRESSION
    assert run.score().name == "RMSE"
    assert run.score().value < 15  # of prices from 5 to 108
    watched = run.epochs[-1]
    assert watched.metric == "RMSE"
    assert watched.validation_metric < 30


def test_arrays_and_frames_train_too(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(200, 3))
    labels = (inputs.sum(axis=1) > 0).astype(int)
    from_arrays = train((inputs, labels), runs=tmp_path, quiet=True, epochs=40, hidden=(8,))
    assert from_arrays.score("accuracy").value > 0.8
    assert from_arrays.record.command.startswith("piste.train(data, ")
    frame = pandas.DataFrame(inputs, columns=["a", "b", "c"]).assign(target=np.where(labels, "yes", "no"))
    from_frame = train(frame, runs=tmp_path, quiet=True, epochs=10, hidden=(8,))
    assert set(from_frame.data.target.classes) == {"no", "yes"}


def test_several_labels_at_once(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    path = tmp_path / "tags.csv"
    values = generator.normal(size=(300, 2))
    rows = [f"{a:.4f},{b:.4f},{int(a > 0)},{int(b > 0)}" for a, b in values]
    path.write_text("\n".join(["a,b,high,wide", *rows]) + "\n")
    run = train(path, runs=tmp_path / "runs", quiet=True, target="high,wide", epochs=10, hidden=(8,))
    assert run.data.target.task is Task.MULTI_LABEL
    assert run.network.predict(np.zeros((1, *run.network.encoding.input_shape), np.float32)).shape == (1, 2)
    assert run.report.is_file()


@pytest.mark.parametrize(
    ("data", "settings", "error"),
    [
        ("no-such-file.csv", {}, DataError),
        ("iris", {"target": "petal colour"}, (DataError, SettingError)),
        ("iris", {"epoch": 3}, SettingError),
        ("iris", {"epochs": 2.5}, SettingError),
        ("iris", {"model": "cnn"}, SettingError),
    ],
)
def test_a_mistake_leaves_no_folder(data: str, settings: dict[str, Any], error: type, tmp_path: Path) -> None:
    with pytest.raises(error):
        train(data, runs=tmp_path / "runs", quiet=True, **settings)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("fault", [RuntimeError("a fault"), KeyboardInterrupt(), RunError("The disk is full.")])
def test_a_run_that_breaks_is_marked(fault: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*positional: object, **keywords: object) -> None:
        raise fault

    monkeypatch.setattr(job, "run_baselines", broken)
    with pytest.raises(type(fault)):
        train("iris", runs=tmp_path, quiet=True, epochs=2, hidden=(4,))
    (folder,) = runs_in(tmp_path)
    assert folder.record.status is Status.FAILED
    assert folder.record.error
    with pytest.raises(DataError, match="cannot be trusted"):
        piste.predict(folder.path, "iris")


def test_a_run_that_goes_on_is_unfinished_to_everybody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Status] = []
    append = RunFolder.append

    def look(folder: RunFolder, record: object) -> None:
        seen.append(folder.record.status)
        append(folder, record)  # type: ignore[arg-type]

    monkeypatch.setattr(RunFolder, "append", look)
    train("iris", runs=tmp_path, quiet=True, epochs=2, hidden=(4,))
    assert seen == [Status.UNFINISHED, Status.UNFINISHED]


def test_the_signature_names_every_setting() -> None:
    parameters = inspect.signature(train).parameters
    assert {"data", "runs", "quiet", "target", "hidden", "epochs"} <= set(parameters)
    assert all(field.name in parameters for field in dataclasses.fields(DataSettings))


def test_what_is_said_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train("iris", runs=tmp_path, epochs=3, hidden=(4,))
    out, err = capsys.readouterr()
    assert out == ""
    assert "Target: " in err
    assert "--learning-rate" in err
    assert "epoch 3 of 3" in err
    assert "report.html" in err


def test_a_function_of_ones_own_hears_of_every_validation_and_ends_the_training(tmp_path: Path) -> None:
    heard: list[tuple[float, int]] = []

    def watch(progress: Progress) -> bool:
        assert progress.record is not None
        weights = sum(leaf.size for leaf in jax.tree.leaves(progress.parameters()))
        heard.append((progress.record.epoch, weights))
        return len(heard) == 4

    run = train("iris", runs=tmp_path, quiet=True, watch=watch, epochs=30, hidden=(8,), batch_size=20, validate_every=2)
    training = run.record.training
    assert training is not None
    assert [epoch for epoch, _ in heard] == [one.epoch for one in run.epochs] == [0.4, 0.8, 1.2, 1.6]
    assert {weights for _, weights in heard} == {training.parameters}
    assert (training.stopped, training.steps, training.epochs) == ("watch", 8, 1.6)
    assert "1.6" in run.report.read_text(encoding="utf-8")
