"""Activations by layer are those of the network at each moment, and gradients those that the training saw."""

import numpy as np
import pytest

from piste.core.errors import RunError
from piste.core.runs import RunFolder
from piste.core.watched import WATCHED, WatchedRecord
from piste.recipe.progress import Silent
from piste.recipe.run import Run
from piste.recipe.view import view
from piste.recipe.view_subject import Subject


def test_each_layer_is_seen_before_while_and_after_training(iris: Run) -> None:
    seen = view(iris, "layers", split="train").data
    subject = Subject(iris, None, Silent())
    first = next(one for one in seen.layers if one.path == "00_dense")
    inputs = np.asarray(subject.train.inputs, np.float64)
    for place, moment in ((0, subject.start), (-1, subject.end)):
        weight = np.asarray(moment.parameters["00_dense"]["weight"], np.float64)
        sums = inputs @ weight + np.asarray(moment.parameters["00_dense"].get("bias", 0.0))
        assert first.mean[place] == pytest.approx(sums.mean(), abs=1e-4)
        assert first.deviation[place] == pytest.approx(sums.std(), rel=1e-3)
        assert sum(first.counts[place]) == sums.size
    relu = next(one for one in seen.layers if one.kind == "Activation relu")
    assert 0.05 < relu.zero[-1] < 0.95
    assert np.isnan(relu.saturated[-1])
    assert len(seen.moments) == len(first.mean) == 4


def test_gradients_are_the_looks_of_the_training(iris: Run) -> None:
    shown = view(iris, "gradients")
    assert shown.data == iris.folder.read(WatchedRecord, WATCHED)
    titles = [getattr(block, "title", "") for block in shown.panels[0].blocks]
    assert "Gradient flow" in titles


def test_a_run_of_an_earlier_version_says_that_nothing_was_watched(
    iris: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    import shutil

    copy = tmp_path_factory.mktemp("old") / iris.path.name
    shutil.copytree(iris.path, copy)
    (copy / WATCHED).unlink()
    with pytest.raises(RunError, match=r"has no watched\.json"):
        view(Run(RunFolder(copy)), "gradients")
