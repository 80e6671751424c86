import json
import webbrowser
from pathlib import Path

import pytest

from piste.cli import main
from piste.cli.application import DONE, MISTAKE

NAME = "20261121-073000-flowers"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was asked to open."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not addresses.append(address))  # type: ignore[func-returns-value]
    return addresses


@pytest.mark.parametrize("named", ["by folder", "by name"])
def test_the_page_is_written_and_its_place_said(
    runs: Path, named: str, opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run = [str(runs / NAME)] if named == "by folder" else [NAME, "--runs", str(runs)]
    assert main(["report", *run]) == DONE
    page = runs / NAME / "report.html"
    assert capsys.readouterr().out == f"{page}\n"
    assert "flowers" in page.read_text(encoding="utf-8")
    assert opened == []


def test_the_text_is_shown_and_nothing_written(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(runs / NAME), "--text"]) == DONE
    text = capsys.readouterr().out
    assert "Better than every baseline." in text
    assert "\x1b[" not in text  # the output is no terminal
    assert max(map(len, text.splitlines())) <= 100
    assert not (runs / NAME / "report.html").exists()


def test_the_json_holds_the_panels(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(runs / NAME), "--json"]) == DONE
    names = [panel["name"] for panel in json.loads(capsys.readouterr().out)]
    assert names[0] == "result"
    assert not (runs / NAME / "report.html").exists()


def test_the_page_is_opened_on_demand(runs: Path, opened: list[str]) -> None:
    assert main(["report", str(runs / NAME), "--open"]) == DONE
    assert opened == [(runs / NAME / "report.html").resolve().as_uri()]


def test_no_browser_is_said_with_the_page(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert main(["report", str(runs / NAME), "--open"]) == MISTAKE
    assert str(runs / NAME / "report.html") in capsys.readouterr().err


def test_a_damaged_run_is_named(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "20261121-080000-damaged", "--runs", str(runs)]) == MISTAKE
    assert "run.json is damaged" in capsys.readouterr().err
