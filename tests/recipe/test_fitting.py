"""A whole run whose train split stays on the disk."""

import subprocess
import sys
from pathlib import Path
from typing import Any

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
SETTINGS: dict[str, Any] = {
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

    def kept(splits: Splits, *rest: object, **more: object) -> None:
        found.append(splits)
        raise RuntimeError("far enough")

    monkeypatch.setattr(job, "fit_network", kept)
    with pytest.raises(RuntimeError, match="far enough"):
        piste.train(waves, runs=tmp_path / "runs", **SETTINGS)
    (splits,) = found
    stream = splits.stream
    assert stream is not None
    assert stream.memory == round(0.01 * 2**30)
    assert len(stream) == splits.train_rows == len(splits.train)
    part = stream.read(0, 0, len(stream))
    assert splits.train.weights is not None
    assert part.weight is not None
    factors = 1 + (splits.train.targets == 1)
    assert float(part.weight.sum()) == pytest.approx(float((splits.train.weights * factors).sum()))


MEASURE = """
import sys, tempfile
import subprocess
import sys
from pathlib import Path
from piste.data.dataset import load
from piste.data.settings import DataSettings
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.fitting import encode_splits, fit_network, fitted_encoding, on_disk
from piste.recipe.settings import ModelSettings, Settings
from piste.train.settings import TrainingSettings

def trained(data):
    reading = DataSettings(target="label", stream=sys.argv[3] == "stream", memory=0.02)
    own = TrainingSettings(epochs=1, batch_size=1000, patience=0)
    dataset = load(data, reading)
    settings, _ = decide(Settings(reading, ModelSettings(model="linear"), own), {}, Facts.of(dataset))
    encoding = fitted_encoding(dataset, settings)
    with tempfile.TemporaryDirectory(dir=sys.argv[4]) as folder:
        splits = on_disk(dataset, encoding, encode_splits(dataset, encoding), settings, Path(folder))
        fit_network(splits, encoding, settings)
    # getrusage would begin with what the process held that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

before = trained(sys.argv[1])  # libraries, programs
print(trained(sys.argv[2]) - before)
"""
WIDE, LONG = 40, 300_000  # 96 MB as they are read, 48 MB encoded


def grown(tmp_path: Path, kind: str) -> float:
    """MiB by which the most memory ever held grows from a small file to one of 96 MB, in a process of its own."""
    paths = [tmp_path / "small.parquet", tmp_path / "large.parquet"]
    columns = ", ".join(f"((range * {2 * index + 1}) % 1009)::DOUBLE AS x{index}" for index in range(WIDE))
    for path, rows in zip(paths, (10_000, LONG), strict=True):
        if not path.exists():
            query = f"SELECT {columns}, CASE WHEN range % 1009 > 500 THEN 'a' ELSE 'b' END AS label FROM range({rows})"
            with duckdb.connect() as connection:
                connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 10000)")
    command = [sys.executable, "-c", MEASURE, *map(str, paths), kind, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says how much was held at most")
def test_streaming_takes_a_bounded_memory(tmp_path: Path) -> None:
    assert grown(tmp_path, "stream") < 60 < 100 < grown(tmp_path, "memory")
