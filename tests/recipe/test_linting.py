"""The rules that `piste train` asks: which, when, and what is said of them."""

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.findings import LINT, Finding, LintRecord, Outcome, RuleRecord, Severity, Stage, stage
from piste.core.records import decode
from piste.lint.settings import EVERY_RULE, LintSettings
from piste.recipe.linting import merged
from piste.recipe.progress import Lines
from piste.recipe.run import Run
from piste.recipe.settings import SECTIONS, Settings
from piste.recipe.train import train_with

Trained = Callable[[LintSettings], tuple[Run, str]]


def kept(run: Run) -> LintRecord:
    return decode((run.path / LINT).read_bytes(), LintRecord)


def test_a_clean_run_is_judged_before_while_and_after_without_an_alarm(iris: Run) -> None:
    record = kept(iris)
    assert {stage(rule.code) for rule in record.rules} == set(Stage)
    assert {rule.code for rule in record.rules} >= {
        "D101",
        "M201",
        "T202",
        "T203",
        "E301",
        "E302",
        "E307",
        "R301",
        "R302",
    }
    assert record.clean
    assert not [rule for rule in record.rules if rule.outcome is Outcome.FAILED]


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A function that trains on columns that tell nothing, to the run and what was said."""
    folder = tmp_path_factory.mktemp("noise")
    path = folder / "noise.csv"
    rows = np.random.default_rng(0).normal(size=(160, 3))
    lines = [",".join(f"{one:.3f}" for one in row) + f",{'ab'[index % 2]}" for index, row in enumerate(rows)]
    path.write_text("\n".join(["x,y,z,label", *lines, *lines[:20]]) + "\n")

    def train(wanted: LintSettings) -> tuple[Run, str]:
        said = io.StringIO()
        settings = Settings(**{section: kind() for section, kind in SECTIONS.items()})
        settings = replace(
            settings,
            data=replace(settings.data, target="label"),
            model=replace(settings.model, hidden=(4,)),
            training=replace(settings.training, epochs=2),
        )
        run = train_with(path, settings, {}, folder / "runs", Lines(said), lint=wanted)
        return run, said.getvalue()

    return train


def test_what_is_found_is_said_once_and_what_is_switched_off_is_not_asked(noise: Trained) -> None:
    run, said = noise(EVERY_RULE)
    titles = [finding.title for finding in kept(run).causes if finding.code == "D101"]
    assert titles
    assert [said.count(title) for title in titles] == [1] * len(titles)
    assert kept(run).outcome("E301") is Outcome.FOUND
    assert "[E301]" not in said  # which the verdict says
    run, said = noise(LintSettings(ignore=("D101", "evaluation")))
    assert "[D101]" not in said
    assert kept(run).outcome("D101") is None
    assert {"D101", "E301"} <= set(kept(run).ignored)
    assert run.record.settings["lint"]["ignore"] == ["D101", "evaluation"]


def test_a_rule_that_there_is_not_is_named(noise: Trained) -> None:
    with pytest.raises(SettingError, match="No rule is called 'D999'"):
        noise(LintSettings(select=("D999",)))


def test_findings_of_both_times_with_one_cause_are_one() -> None:
    def found(code: str, severity: Severity) -> LintRecord:
        finding = Finding(code, severity, "It is so", (), "", "", "", key="same")
        return LintRecord("x", (RuleRecord(code, "name", "title", "data", Outcome.FOUND, "", (finding,)),), 1.0)

    record = merged(found("D101", Severity.ERROR), found("E301", Severity.WARNING))
    assert [one.code for one in record.causes] == ["D101"]
    assert record.seconds == 2.0
