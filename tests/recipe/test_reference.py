"""What a run keeps is read back: examples of train, answers on the test split."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from piste.core.drift import REFERENCE, SAMPLE
from piste.core.errors import RunError
from piste.evaluate import evaluate
from piste.recipe.reference import read_reference, test_predictions
from piste.recipe.run import Run

answers = test_predictions
del test_predictions  # pytest would take it for a test


def test_the_examples_have_the_values_of_the_table(trips: tuple[Run, Path]) -> None:
    run, _ = trips
    reference = read_reference(run.folder)
    named = {one.name: values for one, values in zip(reference.record.traits, reference.values, strict=True)}
    assert reference.record.kept == reference.record.rows == run.data.split.sizes["train"]
    assert set(named["city"].tolist()) == {"Lyon", "Turin", "Bern", ""}
    assert set(named["night"].tolist()) == {"yes", "no"}
    assert set(named["distance"].tolist()) <= set(np.arange(1.0, 51.0).tolist())


def test_the_answers_give_the_scores_of_the_report(iris: Run, trips: tuple[Run, Path]) -> None:
    for run in (iris, trips[0]):
        scores = evaluate(answers(run.folder, run.network.encoding), run.record.seed)
        known = {score.name: score.value for score in run.evaluation.scores}
        for score in scores:
            assert score.value == pytest.approx(known[score.name], rel=1e-5), score.name


def test_runs_that_kept_nothing_and_damaged_ones_are_named(iris: Run, tmp_path: Path) -> None:
    shutil.copytree(iris.path, tmp_path / "copy")
    copy = Run.open(tmp_path / "copy")
    copy.folder.file(SAMPLE).write_bytes(b"nothing")
    with pytest.raises(RunError, match=r"reference\.parquet is absent or damaged"):
        read_reference(copy.folder)
    copy.folder.file(REFERENCE).unlink()
    with pytest.raises(RunError, match="made by an earlier Piste"):
        read_reference(copy.folder)
