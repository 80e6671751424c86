"""The human baseline of real runs: asked by a function, blind, resumable, and as the network was judged."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import piste
from piste.core.errors import DataError, RunError, SettingError
from piste.core.human import HUMAN, HumanRecord
from piste.core.records import Status, Task
from piste.core.runs import RUN
from piste.data.settings import DataSettings
from piste.data.sources import read_table
from piste.human.asking import Question
from piste.human.form import UnclearAnswerError
from piste.recipe.label import EXAMPLES, compare_labels, human_baseline, label
from piste.recipe.questions import shown_of
from piste.recipe.run import Run
from piste.recipe.said import known_of


@pytest.fixture
def run(iris: Run, tmp_path: Path) -> Run:
    """A copy of the run on iris that may be answered into."""
    return Run.open(shutil.copytree(iris.path, tmp_path / "run"))


def by_petal(question: Question) -> str:
    width = float(question.values["petal width (cm)"])
    return "setosa" if width < 0.8 else "versicolor" if width < 1.7 else "virginica"


def test_a_person_and_the_network_stand_beside_each_other(run: Run) -> None:
    record = label(run, by_petal, name="ann")
    (ann,) = record.labellers
    assert record.rows == record.of == run.evaluation.rows
    assert ann.network.value == run.score("accuracy").value
    assert 0.8 < ann.score.value <= 1.0
    assert run.folder.read(HumanRecord, HUMAN) == record
    assert "ann" in run.report.read_text("utf-8")
    assert human_baseline(run) == record
    for one in record.disagreements:
        assert one.answers["ann"] != one.network
        assert "petal width (cm)" in one.values


def test_truth_and_prediction_are_those_of_the_evaluation(run: Run) -> None:
    known = known_of(run.folder)
    assert np.mean(known.truth == known.network) == run.score("accuracy").value
    table = read_table("iris", DataSettings())
    labels = np.asarray(table.class_names, object)[table.columns[str(table.target)].astype(int)]
    assert np.array_equal(known.truth, labels[known.rows])


def test_a_question_holds_the_features_of_its_row_and_nothing_of_the_label(run: Run) -> None:
    shown = shown_of(run.folder)
    table = read_table("iris", DataSettings())
    names = [name for name in table.columns if name != table.target]
    for row in shown.rows[:5]:
        question = shown.question(row)
        assert [*question.values] == names
        assert [float(value) for value in question.values.values()] == [
            float(table.columns[name][row]) for name in names
        ]
        assert (question.text, question.lines, question.pictures) == ("", {}, {})


def test_stopping_loses_nothing_and_more_can_be_asked_for(run: Run) -> None:
    seen: list[Question] = []

    def interrupted(question: Question) -> str:
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(question)
        return by_petal(question)

    with pytest.raises(KeyboardInterrupt):
        label(run, interrupted, examples=5)
    assert human_baseline(run).rows == 3
    asked: list[Question] = []

    def told(question: Question) -> str:
        asked.append(question)
        return by_petal(question)

    assert label(run, told, examples=5).rows == 5
    assert len(asked) == 2


def test_everybody_is_asked_about_the_same_examples_and_agreement_is_said(run: Run) -> None:
    seen: dict[str, list[Any]] = {"ann": [], "bob": []}
    for name, heard in seen.items():

        def told(question: Question, heard: list[Any] = heard) -> str:
            heard.append(question.values)
            return by_petal(question)

        label(run, told, name=name, examples=6)
    assert seen["ann"] == seen["bob"]
    (pair,) = human_baseline(run).together
    assert (pair.between, pair.rows, pair.beyond.value) == (("ann", "bob"), 6, 1.0)


def test_the_same_person_again(run: Run) -> None:
    with pytest.raises(SettingError, match="'ann' has no answers to compare with yet"):
        label(run, by_petal, name="ann", again=True)
    label(run, by_petal, name="ann", examples=8)
    record = label(run, lambda question: "setosa", name="ann", again=True)
    again = record.labellers[0].again
    assert again is not None
    assert again.rows == 8
    assert again.share is not None
    assert again.share.value < 1
    assert record.labellers[0].rows == 8


def test_numbers(trips: tuple[Run, Path], tmp_path: Path) -> None:
    run = Run.open(shutil.copytree(trips[0].path, tmp_path / "run"))

    def price(question: Question) -> float:
        return 3 + 2 * float(question.values["distance"]) + (5 if question.values["night"] == "yes" else 0)

    record = label(run, price)
    (person,) = record.labellers
    assert (person.score.name, person.verdict) == ("RMSE", "worse")
    assert person.score.value == pytest.approx(0, abs=1e-6)
    assert person.network.value == pytest.approx(run.score("RMSE").value)
    assert record.task is Task.REGRESSION
    assert record.rows < EXAMPLES


@pytest.mark.parametrize("said", ["rose", 7, ["setosa", "virginica"], ""])
def test_an_answer_that_is_none_is_named(run: Run, said: object) -> None:
    with pytest.raises(UnclearAnswerError):
        label(run, lambda question: said, examples=1)


def test_what_cannot_be_labelled_is_named(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="Nobody has answered"):
        human_baseline(run)
    with pytest.raises(SettingError, match="name of who answers"):
        label(run, by_petal, name=" ")
    with pytest.raises(SettingError, match="--examples 0"):
        label(run, by_petal, examples=0)
    with pytest.raises(RunError, match="have changed since its training"):
        label(run, by_petal, "wine")
    run.folder.write(replace(run.record, status=Status.FAILED), RUN)
    with pytest.raises(RunError, match="is failed"):
        label(run, by_petal)


def test_data_from_python_are_asked_for_again(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    inputs = random.normal(size=(80, 3)).astype(np.float32)
    labels = np.where(inputs[:, 0] > 0, "up", "down")
    run = piste.train((inputs, labels), runs=tmp_path, quiet=True, epochs=1, hidden=(4,))
    with pytest.raises(RunError, match="came from Python: give them again"):
        label(run, lambda question: "up")
    record = label(run, lambda question: "up" if float(question.values["column_1"]) > 0 else "down", (inputs, labels))
    assert record.labellers[0].score.value == 1.0
    assert human_baseline(run).rows == record.rows


def test_two_columns() -> None:
    frame = {"text": ["x", "y", "z"], "ann": ["a", "b", "a"], "bob": ["a", "b", "b"]}
    found = compare_labels(frame, "ann,bob")
    assert found == compare_labels(frame, ("ann", "bob"))
    assert (found.rows, found.differing, found.examples[0].values) == (3, 1, {"text": "z"})
    with pytest.raises(DataError, match="Two columns are compared"):
        compare_labels(frame, "ann")
    with pytest.raises(DataError, match="no column 'eve' for --columns"):
        compare_labels(frame, "ann,eve")
