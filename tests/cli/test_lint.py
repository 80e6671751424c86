"""`piste lint` and `piste explain`."""

import json
from pathlib import Path

import pytest

from piste.cli import main
from piste.core.errors import SettingError
from piste.core.findings import Evidence, Finding, LintRecord, Outcome, RuleRecord, Severity
from piste.lint.catalog import RULES

FEW = ["--select", "O103,L101", "--quiet"]


def test_a_clean_training_ends_with_0(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "lint.sarif"
    assert main(["lint", "iris", *FEW, "--json", "--sarif", str(log)]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [(rule["code"], rule["outcome"]) for rule in record["rules"]] == [("L101", "passed"), ("O103", "passed")]
    assert json.loads(log.read_text())["runs"][0]["results"] == []


def test_a_warning_ends_with_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding("D101", Severity.WARNING, "It is odd", (Evidence("it", "2"),), "Because.", "Do.", "rules/D101")
    rules = (RuleRecord("D101", "odd", "It is even", "data", Outcome.FOUND, findings=(finding,)),)
    monkeypatch.setattr("piste.recipe.lint.lint_with", lambda *given: LintRecord("iris", rules, 0.1))
    assert main(["lint", "iris"]) == 1
    assert "warning[D101]: It is odd" in capsys.readouterr().out


def test_the_settings_file_is_read_by_lint_and_passed_over_by_others(tmp_path: Path) -> None:
    from piste.cli.options import choose
    from piste.lint.settings import LintSettings
    from piste.recipe.settings import SECTIONS

    file = tmp_path / "piste.toml"
    file.write_text('[lint]\nignore = ["E1"]\nseconds = 5\n[data]\nseed = 3\n')
    chosen = choose({**SECTIONS, "lint": LintSettings}, {}, file)
    assert chosen.settings["lint"] == LintSettings(ignore=("E1",), seconds=5)
    assert choose(SECTIONS, {}, file).settings["data"].seed == 3
    file.write_text("[lint]\nignored = 1\n")
    with pytest.raises(SettingError, match="Did you mean 'ignore'"):
        choose({**SECTIONS, "lint": LintSettings}, {}, file)


def test_a_rule_that_there_is_not_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "iris", "--quiet", "--select", "L999"]) == 2
    assert "No rule is called 'L999'" in capsys.readouterr().err
    assert main(["explain", "X1"]) == 2


def test_explain_lists_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {rule.code}  {rule.name}" in said for rule in RULES)
    assert said.index("data") < said.index("model") < said.index("reproducibility")


def test_explain_shows_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    for code in ("l101", "known-answers"):
        assert main(["explain", code]) == 0
        assert "# L101: The loss gives the known answers" in capsys.readouterr().out
