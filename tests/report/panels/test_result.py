"""The answer at the top of the report."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from piste.core.findings import Finding, LintRecord, Outcome, RuleRecord, Severity
from piste.core.panels import Facts, Text
from piste.core.records import EvaluationRecord
from piste.core.runs import RunFolder
from piste.report.panels.result import best_baseline, deciding, result

RunOf = Callable[[str], RunFolder]


def tone(folder: RunFolder, evaluation: EvaluationRecord) -> tuple[str, str]:
    _, verdict, _ = result(folder.record, (), folder.data, evaluation)
    assert isinstance(verdict, Text)
    return verdict.tone, verdict.text


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("two_class", "Predicts income (two-class: <=50K or >50K) from 5 features, learnt on census."),
        ("ten_classes", "Predicts digit (many-class: one of 10 classes) from 5 features, learnt on digits."),
        ("regression", "Predicts price (regression: a number) from 5 features, learnt on diamonds."),
        ("multi_label", "Predicts tags (multi-label: any of 4 labels) from 5 features, learnt on films."),
        ("pictures", "Predicts label (many-class: one of 4 classes) from pictures, learnt on animals."),
    ],
)
def test_the_task_is_said(run_of: RunOf, kind: str, sentence: str) -> None:
    folder = run_of(kind)
    assert result(folder.record, (), folder.data, folder.evaluation)[0] == Text(sentence, "lead")


def test_losing_to_a_baseline_is_a_warning(run_of: RunOf) -> None:
    folder = run_of("two_class")
    assert tone(folder, folder.evaluation)[0] == "warning"


def test_beating_every_baseline_is_good_and_being_level_is_not(run_of: RunOf) -> None:
    folder = run_of("two_class")
    beaten, level, _ = folder.evaluation.baselines
    assert tone(folder, replace(folder.evaluation, baselines=(beaten,)))[0] == "good"
    assert tone(folder, replace(folder.evaluation, baselines=(beaten, level)))[0] == "lead"


def test_no_baseline_is_said(run_of: RunOf) -> None:
    folder = run_of("two_class")
    assert "No baseline was run" in tone(folder, replace(folder.evaluation, baselines=()))[1]


def test_the_recorded_verdict_is_taken_as_it_is(run_of: RunOf) -> None:
    folder = run_of("two_class")
    assert tone(folder, replace(folder.evaluation, verdict="It wins."))[1] == "It wins."


@pytest.mark.parametrize(
    ("kind", "best"), [("two_class", "gradient-boosted trees"), ("regression", "gradient-boosted trees")]
)
def test_the_best_baseline_is_best_whichever_way_is_up(run_of: RunOf, kind: str, best: str) -> None:
    found = best_baseline(run_of(kind).evaluation)
    assert found is not None
    assert found[0].title == best


def test_an_undefined_deciding_score_gives_way_to_the_first(run_of: RunOf) -> None:
    evaluation = run_of("two_class").evaluation
    assert deciding(replace(evaluation, main="ROC AUC")) == evaluation.scores[0]
    assert deciding(replace(evaluation, scores=())) is None


def test_an_unfinished_run_shows_how_far_it_came(run_of: RunOf) -> None:
    folder = run_of("unfinished")
    facts = result(folder.record, (), folder.data, None, folder.epochs)[-1]
    assert isinstance(facts, Facts)
    assert [fact.label for fact in facts.facts] == ["epochs completed", "validation loss", "validation accuracy"]
    assert facts.facts[0].value == "4"


def test_what_the_linter_says_of_the_fit_is_said_once_and_in_place_of_the_guess(run_of: RunOf) -> None:
    run = run_of("two_class").record
    assert run.training is not None
    until_the_end = replace(run, training=replace(run.training, stopped="epochs", best_epoch=40, epochs=40))
    assert "may gain from more epochs" in str(result(until_the_end)[0])
    finding = Finding("T202", Severity.INFO, "It was still learning", (), "", "Train longer", "rules/T202")
    rule = RuleRecord("T202", "learnt", "It learnt to the end", "loop", Outcome.FOUND, findings=(finding,))
    banners = result(until_the_end, lint=LintRecord("census", (rule,), 0.0))
    assert banners[0] == Text("It was still learning. Train longer", "note")
    passed = replace(rule, outcome=Outcome.PASSED, findings=())
    assert "epochs" not in str(result(until_the_end, lint=LintRecord("census", (passed,), 0.0))[0])
