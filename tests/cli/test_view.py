"""`piste view`: a page in the run's folder, text or JSON, and one sentence for each mistake."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from piste.cli.application import DONE, MISTAKE
from piste.core.views import read_view
from piste.core.views_inside import HessianRecord

Piste = Callable[..., Any]


def test_views_are_listed(piste: Piste, fruit_run: Path) -> None:
    outcome = piste("view", fruit_run)
    assert outcome.code == DONE, outcome
    assert "boundary" in outcome.out
    assert "--moments" in outcome.out


def test_a_view_is_text_and_a_page(piste: Piste, fruit_run: Path) -> None:
    outcome = piste("view", fruit_run, "hessian", "--steps", 5, "--examples", 20)
    assert outcome.code == DONE, outcome
    assert "largest eigenvalue" in outcome.out
    page = fruit_run / "view-hessian.html"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    page.unlink()
    page.with_suffix(".json").unlink()


def test_json_is_the_record_alone(piste: Piste, fruit_run: Path) -> None:
    outcome = piste("view", fruit_run, "hessian", "--steps", 3, "--examples", 9, "--dry", "--json")
    assert outcome.code == DONE, outcome
    assert json.loads(outcome.out)["options"] == {"steps": 3, "examples": 9}
    assert isinstance(read_view(outcome.out).data, HessianRecord)
    assert not list(fruit_run.glob("view-*"))


def test_mistakes_are_one_sentence(piste: Piste, fruit_run: Path) -> None:
    for words, said in (
        (("hesian",), "There is no view 'hesian'. Did you mean 'hessian'?"),
        (("hessian", "--rates", "0.1"), "The view 'hessian' has no option 'rates'."),
        (("hessian", "--steps", 0), "The 'steps' setting must be a whole number in [1, 10000]. Got 0 instead."),
        (("filters",), "This network has no convolution and reads no pictures"),
        (("embedding", "--data", "missing.csv"), "missing.csv"),
    ):
        outcome = piste("view", fruit_run, *words)
        assert outcome.code == MISTAKE, outcome
        assert said in outcome.err
        assert outcome.err.count("\n") == 1
