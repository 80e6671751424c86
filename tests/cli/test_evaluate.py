"""`piste evaluate`: scores of other labelled data, as text or JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piste.cli.application import DONE, MISTAKE
from piste.core.records import EvaluationRecord, decode
from piste.recipe.run import Run

Piste = Callable[..., Any]
HEADING = "size,colour,picked,sort\n"
NEW = f"{HEADING}3,g,2024-01-09,plum\n17,b,2024-02-01,fig\n14,r,2024-02-02,fig\n5,r,2024-02-03,fig\n"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.csv"
    path.write_text(NEW)
    return path


def test_each_score_stands_beside_its_interval(piste: Piste, fruit_run: Path, labelled: Path) -> None:
    outcome = piste("evaluate", fruit_run, labelled)
    assert (outcome.code, outcome.err) == (DONE, "")
    rows, *lines = outcome.out.splitlines()
    assert rows == "4 rows"
    record = Run.open(fruit_run).evaluate(labelled)
    for line, score in zip(lines, record.scores, strict=True):
        assert line.startswith(f"{score.name} ")
        assert line.endswith(f"  {score.value:.4g}  [{score.low:.4g}, {score.high:.4g}]")


def test_json_is_one_document(piste: Piste, fruit_run: Path, labelled: Path) -> None:
    outcome = piste("evaluate", fruit_run, labelled, "--json")
    assert (outcome.code, outcome.err) == (DONE, "")
    assert decode(outcome.out, EvaluationRecord) == Run.open(fruit_run).evaluate(labelled)


def test_what_was_left_out_is_said_on_standard_error(piste: Piste, fruit_run: Path, labelled: Path) -> None:
    labelled.write_text(NEW + "9,r,2024-02-04,\n")
    said = "1 of 5 rows have no value of sort and are left out."
    outcome = piste("evaluate", fruit_run, labelled)
    assert (outcome.out.splitlines()[0], outcome.err) == ("4 rows", f"{said}\n")
    outcome = piste("evaluate", fruit_run, labelled, "--json")
    assert outcome.err == ""
    assert json.loads(outcome.out)["notes"] == [said]


def test_scores_on_the_data_of_the_training_come_with_a_warning(piste: Piste, fruit: Path, fruit_run: Path) -> None:
    outcome = piste("evaluate", fruit_run, fruit)
    assert outcome.code == DONE
    assert outcome.err.startswith("These are the data of the training")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("size,colour,picked\n3,g,2024-01-09\n", "has no column 'sort' with the true answers"),
        (f"{HEADING}3,g,2024-01-09,pear\n", "the class 'pear' in row 1, which is not among the classes learnt"),
        (f"{HEADING}3,g,2024-01-09,\n", "has no value of sort in any row"),
        (HEADING, "header line and no rows"),
        ("sort\nplum\n", "one column only ('sort')"),
    ],
)
def test_data_that_cannot_be_judged_by_get_one_line(
    piste: Piste, fruit_run: Path, labelled: Path, content: str, said: str
) -> None:
    labelled.write_text(content)
    for words in ((), ("--json",)):
        outcome = piste("evaluate", fruit_run, labelled, *words)
        assert (outcome.code, outcome.out) == (MISTAKE, "")
        assert said in outcome.err
        assert outcome.err.count("\n") == 1


def test_an_unknown_run_is_named(piste: Piste, labelled: Path, tmp_path: Path) -> None:
    outcome = piste("evaluate", tmp_path / "absent", labelled)
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert outcome.err.startswith(f"piste: {tmp_path / 'absent'} is not a run folder")
