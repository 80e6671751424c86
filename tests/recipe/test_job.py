"""What is judged and said once the training is over."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import piste
from piste.recipe.progress import Lines
from piste.recipe.run import Run
from piste.recipe.settings import SECTIONS, Settings
from piste.recipe.train import train_with


@pytest.fixture(scope="module")
def rare(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path, str]:
    """A finished run on a table where one row in ten is ill, the table's file, and what was said."""
    folder = tmp_path_factory.mktemp("rare")
    path = folder / "rare.csv"
    pulse = np.random.default_rng(0).normal(size=200)
    rows = [f"{one + (index % 10 == 0):.4f},{'ill' if index % 10 == 0 else 'well'}" for index, one in enumerate(pulse)]
    path.write_text("\n".join(["pulse,state", *rows]) + "\n")
    said = io.StringIO()
    given: dict[str, Any] = {"data": {"target": "state"}, "model": {"hidden": (4,)}, "training": {"epochs": 2}}
    settings = Settings(**{section: kind(**given.get(section, {})) for section, kind in SECTIONS.items()})
    run = train_with(path, settings, {}, folder / "runs", Lines(said))
    return run, path, said.getvalue()


def test_a_score_that_the_common_class_cannot_win_decides_and_why_is_said(rare: tuple[Run, Path, str]) -> None:
    run, _, said = rare
    assert run.evaluation.main == "ROC AUC"
    assert run.score().name == "ROC AUC"
    assert run.evaluation.verdict.startswith("The network's ROC AUC is ")
    assert run.evaluation.verdict.endswith(
        "The score that decides is the ROC AUC: 90.0% of the train rows are 'well' and 14 are 'ill', "
        "so accuracy would reward passing over the rare."
    )
    assert run.evaluation.verdict in said


def test_the_same_score_decides_on_other_data(rare: tuple[Run, Path, str], tmp_path: Path) -> None:
    run, path, _ = rare
    lines = path.read_text().splitlines(keepends=True)
    (tmp_path / "later.csv").write_text("".join(lines[:60]))
    assert run.evaluate(tmp_path / "later.csv").main == "ROC AUC"


def test_an_even_target_is_decided_by_accuracy(iris: Run) -> None:
    assert iris.evaluation.main == "accuracy"
    assert "The score that decides" not in iris.evaluation.verdict


def test_each_baseline_is_announced(rare: tuple[Run, Path, str]) -> None:
    run, _, said = rare
    announced = [line.removeprefix("Baseline: ") for line in said.splitlines() if line.startswith("Baseline: ")]
    assert announced == [one.title for one in run.evaluation.baselines] + list(run.evaluation.skipped)
    assert piste.Run.open(run.path).evaluation == run.evaluation
