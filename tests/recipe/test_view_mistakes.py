"""Mistakes on a split are those of the predictions, and of the test split those of the report."""

from pathlib import Path

import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.recipe.progress import Silent
from piste.recipe.run import Run
from piste.recipe.view import view
from piste.recipe.view_subject import Subject


def test_those_of_the_test_split_are_in_the_report(iris: Run) -> None:
    seen = view(iris, "mistakes").data
    assert seen.confusion == iris.evaluation.confusion
    assert [one.row for one in seen.wrong] == [one.row for one in iris.evaluation.wrong]
    assert seen.wrong_examples == sum(map(sum, seen.confusion)) - sum(np.diag(seen.confusion))


def test_those_of_the_train_split_are_found_too(iris: Run) -> None:
    shown = view(iris, "mistakes", split="train")
    subject = Subject(iris, None, Silent())
    said = iris.network.predict(subject.splits.train.inputs).argmax(axis=1)
    wrong = np.flatnonzero(said != subject.splits.truth["train"])
    assert shown.data.wrong_examples == len(wrong)
    origin = subject.dataset.origin[subject.dataset.rows["train"]]
    assert {one.row for one in shown.data.wrong} <= set(origin[wrong].tolist())
    losses = [one.loss for one in shown.data.wrong]
    assert losses == sorted(losses, reverse=True)
    assert "often labelled wrong" in shown.text()
    with pytest.raises(SettingError, match="has no option 'layer'"):
        view(iris, "mistakes", layer="00_dense")


def test_of_numbers_the_errors_are_shown(trips: tuple[Run, Path]) -> None:
    shown = view(trips[0], "mistakes")
    assert shown.data.confusion == ()
    assert len(shown.data.residuals) == shown.data.examples
    assert shown.data.wrong[0].loss == max(one.loss for one in shown.data.wrong)
    assert "test split" in shown.text()


def test_pictures_are_shown(squares: Run) -> None:
    seen = view(squares, "mistakes", split="train").data
    assert all(one.picture for one in seen.wrong)
    assert sum(map(sum, seen.confusion)) == seen.examples
