from pathlib import Path
from typing import Any

import jax
import numpy as np
import pyarrow.parquet
import pytest

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.core.runs import PREDICTIONS
from piste.recipe.computing_defaults import devices, precision
from piste.recipe.facts import Facts
from piste.recipe.predict import evaluate, predict
from piste.recipe.resume import resume
from piste.recipe.run import Run
from piste.recipe.train import train
from piste.train.progress import Progress
from piste.train.settings import Precision

TABLE = Facts(Task.MANY_CLASS, 150, (4,))


def test_the_defaults_are_float32_on_one_cpu() -> None:
    assert precision(TABLE, {})[0] == "float32"
    assert devices(TABLE, {})[0] == 1


@pytest.fixture(scope="module", params=["float32", "bfloat16", "float64"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp(request.param)
    return train("iris", runs=folder, quiet=True, epochs=4, model="linear", precision=request.param)


def choice(run: Run, setting: str) -> Any:
    (found,) = (one for one in run.record.choices if one.setting == setting)
    return found


def test_precision_and_devices_are_recorded(run: Run) -> None:
    assert choice(run, "precision").value == run.network.precision == run.record.settings["training"]["precision"]
    assert choice(run, "precision").origin == "python"
    assert (choice(run, "devices").value, choice(run, "devices").origin) == (1, "default")
    assert choice(run, "devices").reason


def test_a_network_predicts_as_it_was_judged(run: Run) -> None:
    table = pyarrow.parquet.read_table(run.folder.file(PREDICTIONS)).to_pydict()
    again = predict(Run.open(run.path), "iris").columns
    for name in (name for name in table if name.startswith("probability")):
        np.testing.assert_array_equal(np.asarray(again[name])[table["row"]], np.asarray(table[name], np.float32))


def test_a_network_predicts_in_its_precision(run: Run) -> None:
    network = run.network
    inputs = np.random.default_rng(0).normal(size=(7, *network.encoding.input_shape)).astype(np.float32)
    (layer,) = network.parameters.values()
    kept = np.float64 if network.precision == "float64" else np.float32
    assert {leaf.dtype for leaf in jax.tree.leaves(network.parameters)} == {np.dtype(kept)}
    scores = inputs.astype(np.float64) @ layer["weight"].astype(np.float64) + layer["bias"]
    exact = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    error = np.abs(network.predict(inputs) - exact).max()
    least, most = {"float64": (0, 1e-14), "float32": (1e-12, 1e-5), "bfloat16": (1e-5, 0.05)}[network.precision]
    assert least <= error < most


def test_more_devices_than_there_are_is_said_before_anything_is_written(run: Run, tmp_path: Path) -> None:
    more = jax.local_device_count() + 1
    with pytest.raises(SettingError, match=f"fewer than {more} devices here"):
        train("iris", runs=tmp_path / "runs", quiet=True, devices=more)
    assert not (tmp_path / "runs").exists()
    with pytest.raises(SettingError, match=f"fewer than {more} devices here"):
        predict(run, "iris", devices=more)
    with pytest.raises(SettingError, match=f"fewer than {more} devices here"):
        evaluate(run, "iris", devices=more)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_a_run_goes_on_in_its_precision_on_the_devices_asked_for(kind: Precision, tmp_path: Path) -> None:
    wanted: dict[str, Any] = {"quiet": True, "epochs": 6, "patience": 0, "precision": kind, "hidden": (8,)}

    def watch(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train("iris", runs=tmp_path / "cut", watch=watch, **wanted)
    (folder,) = (tmp_path / "cut").iterdir()
    resumed = resume(folder, quiet=True, devices=1)
    undisturbed = train("iris", runs=tmp_path / "whole", **wanted)
    assert choice(resumed, "devices").reason == "since the run was resumed"
    pairs = jax.tree.map(
        lambda a, b: a.tobytes() == b.tobytes(), resumed.network.parameters, undisturbed.network.parameters
    )
    assert all(jax.tree.leaves(pairs))
