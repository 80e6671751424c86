"""`piste lint --fix`: what is said, what is written, what is never overwritten."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piste.cli.fixes import fixes_text
from piste.core.fixes import Effect, Fix
from piste.core.told import plain

Piste = Callable[..., Any]
WORDS = ("--target", "ill", "--select", "D103,D105", "--quiet")


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table with a column that repeats the target, and gaps filled with -999, in the folder of the process."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{60 + i * 7 % 31},{-999 if i % 10 == 0 else 70 + i % 23},{'yn'[i % 2]},{i % 2}" for i in range(300)]
    Path("visits.csv").write_text("\n".join(["weight,pressure,treated,ill", *rows]) + "\n")
    return Path("visits.csv")


def test_a_fix_is_said_written_and_taken_by_train(piste: Piste, visits: Path) -> None:
    outcome = piste("lint", visits, *WORDS, "--fix")
    assert (outcome.code, outcome.err) == (0, "")
    assert "fixed[D103]: 'treated' repeats the target" in outcome.out
    assert "   = change: --missing pressure:-999" in outcome.out
    assert "   | after: the rule was asked again, and finds nothing" in outcome.out
    assert "piste train visits.csv --config piste-fixed.toml" in outcome.out
    assert visits.read_text().count("-999") == 30
    left = piste("lint", visits, *WORDS, "--config", "piste-fixed.toml", "--json")
    assert left.code == 0
    assert [rule["code"] for rule in json.loads(left.out)["rules"]] == ["D103", "D105"]
    again = piste("lint", visits, *WORDS, "--fix")
    assert (again.code, again.out) == (2, "")
    assert "piste-fixed.toml is there already and is not overwritten" in again.err


def test_the_file_can_be_named_and_json_has_the_fixes(piste: Piste, visits: Path) -> None:
    outcome = piste("lint", visits, *WORDS, "--fix-to", "mine.toml", "--json")
    assert outcome.code == 0
    fixes = json.loads(outcome.out)["fixes"]
    assert [(one["code"], one["effect"], one["settings"]) for one in fixes] == [
        ("D105", "gone", {"missing": "pressure:-999"}),
        ("D103", "gone", {"drop": "treated"}),
    ]
    assert 'drop = [\n  "treated",  # D103: ' in Path("mine.toml").read_text()


def test_nothing_to_fix_writes_nothing(piste: Piste, visits: Path) -> None:
    outcome = piste("lint", visits, "--target", "ill", "--select", "D106", "--quiet", "--fix")
    assert (outcome.code, Path("piste-fixed.toml").exists()) == (0, False)
    assert outcome.out.startswith("visits: nothing found")


def test_what_was_not_fixed_says_why() -> None:
    left = Fix("D110", "k", "Near copies", "drop-near-duplicates", Effect.LEFT, reason="No setting does it.")
    later = Fix("M203", "k", "Steps explode", "clipping", Effect.LATER, "--clip 1", "largest norm: 90", undo="...")
    text = fixes_text((left, later), plain)
    assert "not fixed[D110]: Near copies\n   = why: No setting does it.\n" in text
    assert "   | after: asked again in the next training\n" in text
    assert fixes_text((), plain) == ""
