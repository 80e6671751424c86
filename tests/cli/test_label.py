"""`piste label`: answers from standard input, results, and two columns of a table."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piste.core.human import ANSWERS, HumanAnswer, HumanRecord, LabelsCompared
from piste.core.records import decode
from piste.core.runs import RunFolder

Piste = Callable[..., Any]


@pytest.fixture
def run(fruit_run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fruit_run, tmp_path / "runs" / fruit_run.name)


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_answers_are_taken_kept_and_judged(piste: Piste, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "1", "2", "s", "q")
    outcome = piste("label", run.name, "--runs", run.parent, "--as", "ann")
    assert outcome.code == 0
    assert "On the 2 test examples that ann answered" in outcome.out
    assert "Which sort?" in outcome.err
    assert "1 fig" in outcome.err
    assert [one.said for one in RunFolder(run).lines(HumanAnswer, ANSWERS)] == ["fig", "plum", ""]
    assert "Against people" in (run / "report.html").read_text("utf-8")
    type_in(monkeypatch, "1")
    later = piste("label", run, "--as", "ann", "--json")
    assert decode(later.out, HumanRecord).labellers[0].rows == 3
    assert piste("label", run, "--result", "--json").out == later.out
    assert "3 test examples" in piste("label", run, "--result").out


def test_a_finished_pass_says_how_to_go_on(piste: Piste, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "1", "1")
    piste("label", run, "--examples", "2")
    outcome = piste("label", run, "--examples", "2")
    assert "'me' has answered all 2 examples: --examples asks about more" in outcome.err
    type_in(monkeypatch, "1", "2")
    again = piste("label", run, "--again", "--json")
    assert decode(again.out, HumanRecord).labellers[0].again is not None


def test_mistakes_get_one_sentence(piste: Piste, run: Path, tmp_path: Path) -> None:
    for words, said in [
        (("label", run, "--result"), "Nobody has answered"),
        (("label", run, "--examples", "0"), "--examples 0"),
        (("label", run, "--again"), "has no answers to compare with yet"),
        (("label", tmp_path), "is not a run folder"),
        (("label", run, "--as", ""), "name of who answers"),
    ]:
        outcome = piste(*words)
        assert outcome.code == 2
        assert said in outcome.err
        assert outcome.err.count("\n") == 1


def test_two_columns_are_compared(piste: Piste, tmp_path: Path) -> None:
    table = tmp_path / "twice.csv"
    rows = [f"text {at},{'ab'[at % 2]},{'ab'[(at % 2) ^ (at % 10 == 3)]}" for at in range(60)]
    table.write_text("\n".join(["text,ann,bob", *rows]) + "\n")
    outcome = piste("label", table, "--columns", "ann,bob")
    assert outcome.code == 0
    assert "'ann' and 'bob' agree on 90 % (80 to 95 %) of 60 rows" in outcome.out
    assert "Cohen's kappa" in outcome.out
    assert "text 3" in outcome.out
    record = decode(piste("label", table, "--columns", "ann,bob", "--json").out, LabelsCompared)
    assert (record.reached.value, record.differing) == (0.9, 6)
    assert json.loads(piste("label", table, "--columns", "ann,bob", "--json").out)["classes"] == ["a", "b"]
    assert "no column 'eve'" in piste("label", table, "--columns", "ann,eve").err


def test_the_page_is_served_for_pictures_and_on_request(
    piste: Piste, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("piste.web.serve", lambda asking, ready: ready("http://127.0.0.1:1/token/label"))
    monkeypatch.setattr("webbrowser.open", opened.append)  # None, as from a machine without a browser
    outcome = piste("label", run, "--page", "--no-browser")
    assert "http://127.0.0.1:1/token/label" in outcome.err
    assert opened == []
    outcome = piste("label", run, "--page")
    assert opened == ["http://127.0.0.1:1/token/label"]
    assert "No browser could be started" in outcome.err
    assert "Nobody has answered yet." in outcome.out
