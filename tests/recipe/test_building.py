"""From settings to what the engine compiles, and whole trainings with what can be asked for."""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import piste
from piste.core.errors import SettingError
from piste.core.records import Task
from piste.data.settings import DataSettings
from piste.nn import losses
from piste.nn.metrics import WholeSplit, class_f1
from piste.recipe.building import (
    build_averaging,
    build_effort,
    build_loss,
    build_optimiser,
    build_plateau,
    watched_metric,
)
from piste.recipe.contradictions import LOSSES
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.settings import ModelSettings, Settings
from piste.train.averaging import Averaging
from piste.train.optimisers import Optimiser
from piste.train.plateau import Plateau
from piste.train.settings import TrainingSettings


def test_every_loss_that_can_be_named_is_built() -> None:
    built = {name: build_loss(ModelSettings(loss=name), task) for task, names in LOSSES.items() for name in names}  # type: ignore[arg-type]
    assert built["cross-entropy"] == losses.CrossEntropy()
    assert len(set(map(type, built.values()))) == len(built)
    assert build_loss(ModelSettings(loss="focal", gamma=3.0), Task.MULTI_LABEL) == losses.BinaryFocal(3.0)
    assert build_loss(ModelSettings(loss="focal", gamma=3.0), Task.TWO_CLASS) == losses.Focal(3.0)
    assert build_loss(ModelSettings(loss="quantile", quantile=0.9)) == losses.Quantile(0.9)
    assert build_loss(ModelSettings(loss="huber", delta=2.0)) == losses.Huber(2.0)
    assert build_loss(ModelSettings(loss="hinge", margin=2.0)) == losses.Hinge(2.0)
    assert build_loss(ModelSettings(loss="squared-hinge", margin=3.0)) == losses.SquaredHinge(3.0)


def test_every_safeguard_reaches_the_optimiser() -> None:
    settings = TrainingSettings(
        optimiser="nadam", momentum=0.8, beta2=0.9, weight_decay=0.1, l1=0.2, l2=0.3, decay_all=True, clip=4.0,
        clip_value=5.0,
    )  # fmt: skip
    assert build_optimiser(settings) == Optimiser("nadam", 0.1, 4.0, 0.8, 0.9, 5.0, 0.2, 0.3, True)


def test_averages_and_plateaus_are_built_on_request() -> None:
    assert build_averaging(TrainingSettings(), 1000) is None
    assert build_plateau(TrainingSettings(schedule="cosine")) is None
    ema = TrainingSettings(averaging="ema", epochs=20, batch_size=10)
    assert build_averaging(ema, 1000) == Averaging("ema", 0.99)  # 2,000 steps, of which a twentieth
    assert build_averaging(TrainingSettings(averaging="ema", average_decay=0.5), 1000) == Averaging("ema", 0.5)
    plateau = TrainingSettings(schedule="plateau", plateau_patience=2, plateau_factor=0.5)
    assert build_plateau(plateau) == Plateau(2, 0.5)


@pytest.mark.parametrize(("epochs", "start", "first"), [(20, 0.75, 15), (1, 0.75, 0), (10, 0.0, 0), (3, 0.99, 2)])
def test_the_average_of_epochs_leaves_at_least_one(epochs: int, start: float, first: int) -> None:
    effort = build_effort(TrainingSettings(epochs=epochs, batch_size=10, averaging="swa", average_start=start), 100)
    assert effort.average_from == first


def test_restarts_and_the_last_rate_reach_the_table() -> None:
    settings = TrainingSettings(epochs=4, batch_size=10, schedule="cosine", cycles=2, final_rate=0.5, learning_rate=1.0)
    table = build_effort(settings, 100).rates
    assert table[0] == table[20] == 1.0
    assert table.min() > 0.5


def worst(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.max(jnp.abs(outputs - targets), axis=-1)


def powered(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean(jnp.abs(outputs - targets) ** 1.5, axis=-1)


def test_the_metric_is_the_tasks_a_named_one_or_ones_own() -> None:
    assert watched_metric(TrainingSettings(), Task.REGRESSION).name == "RMSE"
    assert watched_metric(TrainingSettings(metric="auc"), Task.TWO_CLASS).name == "AUC"
    assert watched_metric(TrainingSettings(metric=worst), Task.REGRESSION).name == "worst"
    assert watched_metric(TrainingSettings(metric=WholeSplit(class_f1)), Task.MANY_CLASS).name == "class_f1"


def train(data: Any, tmp_path: Path, **settings: Any) -> piste.Run:
    return piste.train(data, runs=tmp_path / "runs", quiet=True, hidden=(8,), **settings)


def numbers(count: int = 240) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(count, 2))
    return inputs, generator.poisson(np.exp(1 + 0.8 * inputs[:, 0])).astype(float)


def test_a_loss_and_a_metric_of_ones_own_train_and_are_recorded_by_name(tmp_path: Path) -> None:
    run = train(numbers(), tmp_path, epochs=4, loss=powered, metric=worst)
    assert run.epochs[-1].metric == "worst"
    assert run.epochs[-1].train_loss < run.epochs[0].train_loss
    assert run.record.settings["model"]["loss"] == f"{__name__}.powered"
    assert f"loss={__name__}.powered" in run.record.command
    assert run.record.command.startswith("piste.train(data, ")


def test_counts_are_learnt_by_their_logarithm_and_predicted_as_they_are(tmp_path: Path) -> None:
    inputs, counts = numbers(600)
    run = train((inputs, counts), tmp_path, epochs=60, loss="poisson", task="regression", dropout=0.0)
    predicted = piste.predict(run, inputs).values
    assert np.all(predicted > 0)
    expected = np.exp(1 + 0.8 * inputs[:, 0])
    assert np.corrcoef(predicted, expected)[0, 1] > 0.9
    assert np.mean(predicted) == pytest.approx(np.mean(counts), rel=0.15)
    watched = run.epochs[-1]
    assert watched.metric == "RMSE"
    assert 1 < watched.validation_metric < np.std(counts)  # in counts, not in logarithms


def test_negative_counts_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    inputs, counts = numbers(60)
    counts[7] = -1
    with pytest.raises(SettingError, match=r"'poisson' is for counts .* is -1 in row 8"):
        train((inputs, counts), tmp_path, loss="poisson", task="regression")
    with pytest.raises(SettingError, match=r"weight of class|pairs class:weight"):
        train("iris", tmp_path, class_weights="setosa=3")
    assert not (tmp_path / "runs").exists()


def test_a_quantile_leaves_its_share_above(tmp_path: Path) -> None:
    inputs, counts = numbers(800)
    run = train((inputs, counts), tmp_path, epochs=40, loss="quantile", quantile=0.9, task="regression")
    below = np.mean(counts <= piste.predict(run, inputs).values)
    assert 0.8 < below < 0.97


def test_a_rare_class_that_counts_more_is_found_more_often(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    labels = (generator.random(800) < 0.08).astype(int)
    inputs = generator.normal(size=(800, 3)) + 1.0 * labels[:, None]

    def found(**more: Any) -> float:
        run = train((inputs, labels), tmp_path, epochs=15, **more)
        chosen = piste.predict(run, inputs).outputs.argmax(axis=1)
        return float(np.mean(chosen[labels == 1]))

    assert found(class_weights="balanced", metric="balanced-accuracy") > found() + 0.2


def test_rows_that_weigh_nothing_teach_nothing(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    x = generator.normal(size=400)
    right = np.arange(400) % 2 == 0
    y = np.where(right, 2 * x, -5 * x)  # the other half tells the opposite
    lines = [f"{a:.5f},{b:.5f},{int(ok)}" for a, b, ok in zip(x, y, right, strict=True)]
    path = tmp_path / "weighed.csv"
    path.write_text("\n".join(["x,y,trust", *lines]) + "\n")
    run = train(path, tmp_path, target="y", weights="trust", epochs=40, dropout=0.0)
    new = tmp_path / "new.csv"
    new.write_text("x\n1.0\n")
    assert piste.predict(run, new).values[0] == pytest.approx(2.0, abs=0.7)
    assert run.epochs[-1].metric == "RMSE (weighted)"
    assert piste.predict(run, path).outputs.shape == (400, 1)


def test_validations_every_so_many_steps_count_for_patience_and_averages() -> None:
    training = TrainingSettings(epochs=6, batch_size=10, validate_every=8, average_start=0.5)
    effort = build_effort(training, 100)  # 60 steps, 8 rounds
    assert (effort.validate_every, effort.average_from) == (8, 4)
    facts = Facts(Task.TWO_CLASS, 1000, (3,))
    given = Settings(DataSettings(), ModelSettings(), TrainingSettings(epochs=20, batch_size=10, validate_every=25))
    settings, choices = decide(given, {}, facts)
    assert settings.training.patience == 20  # a quarter of 2000 / 25 validations
    assert "so many validations" in next(choice.reason for choice in choices if choice.setting == "patience")
