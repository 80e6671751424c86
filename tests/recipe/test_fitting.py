"""A whole run whose train split stays on the disk."""

from pathlib import Path

import duckdb
import pytest

import piste
from piste.core.records import Status
from piste.core.runs import STREAM, runs_in
from piste.recipe import job
from piste.recipe.fitting import Splits
from piste.train import streaming

QUERY = """SELECT sin(range) AS x, cos(3 * range) AS y, range % 4 AS w,
    CASE WHEN sin(range) * cos(3 * range) > 0 THEN 'up' ELSE 'down' END AS label FROM range(1500)"""
SETTINGS = {
    "target": "label", "weights": "w", "class_weights": "up:2", "stream": True, "memory": 0.01,
    "epochs": 6, "hidden": (16,), "batch_size": 16, "learning_rate": 0.01, "quiet": True,
}  # fmt: skip
PARAMETERS = ("model", "parameters.safetensors")


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_MOST_WINDOW", 300 * 16)
    monkeypatch.setattr(streaming, "_BLOCK_BYTES", 40 * 16)


@pytest.fixture
def waves(tmp_path: Path) -> Path:
    path = tmp_path / "waves.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({QUERY}) TO '{path}' (FORMAT parquet)")
    return path


def test_a_streamed_run_learns_says_so_and_goes_on_to_the_same_bits(
    waves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = piste.train(waves, runs=tmp_path / "whole", **SETTINGS)
    assert run.score("accuracy").value > 0.8
    assert run.data.split.sizes["train"] == 1500 - sum(run.data.split.sizes[name] for name in ("validation", "test"))
    assert "streamed from the disk" in run.data.notes[0]
    assert not run.folder.file(STREAM).exists()

    def broken(*positional: object, **keywords: object) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr(job, "save_network", broken)
        with pytest.raises(RuntimeError, match="a fault"):
            piste.train(waves, runs=tmp_path / "cut", **{**SETTINGS, "checkpoint": 0.0})
    (folder,) = runs_in(tmp_path / "cut")
    assert folder.record.status is Status.FAILED
    assert folder.record.settings["data"]["stream"] is True
    assert list(folder.file(STREAM).iterdir())
    resumed = piste.resume(folder.path, quiet=True)
    assert resumed.folder.file(*PARAMETERS).read_bytes() == run.folder.file(*PARAMETERS).read_bytes()
    assert not resumed.folder.file(STREAM).exists()


def test_the_weights_of_streamed_rows_are_those_in_memory(
    waves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Splits] = []
    monkeypatch.setattr(job, "fit_network", lambda splits, *rest, **more: found.append(splits) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        piste.train(waves, runs=tmp_path / "runs", **SETTINGS)
    (splits,) = found
    stream = splits.stream
    assert stream is not None
    assert stream.memory == round(0.01 * 2**30)
    assert len(stream) == splits.train_rows == len(splits.train)
    part = stream.read(0, 0, len(stream))
    assert splits.train.weights is not None
    factors = 1 + (splits.train.targets == 1)
    assert float(part.weight.sum()) == pytest.approx(float((splits.train.weights * factors).sum()))
