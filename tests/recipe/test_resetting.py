"""Data with settings as what is judged and changed."""

import pytest

from piste.core.findings import Evidence, Finding, Severity
from piste.core.fixes import Effect, Fix
from piste.lint.remedies.catalog import REMEDIES
from piste.lint.remedies.remedy import NotFixed
from piste.lint.settings import LintSettings
from piste.recipe.progress import Silent
from piste.recipe.resetting import Trial, sentences
from piste.recipe.settings import from_keywords


def trial(**settings: object) -> Trial:
    return Trial("iris", from_keywords(settings, "test"), dict.fromkeys(settings, "python"), LintSettings(), Silent())


def found(settings: dict[str, object]) -> Finding:
    return Finding(
        "O201", Severity.WARNING, "The rate is too high", (Evidence("loss", "9"),), "Because.", "Do it", "rules/O201",
        remedy="learning-rate", settings=settings,
    )  # fmt: skip


def test_a_factor_is_one_of_the_rate_that_would_be_trained_with() -> None:
    step = trial(learning_rate=0.5).mended(REMEDIES["learning-rate"], found({"factor": 0.1}))
    assert step.subject.given == {"learning_rate": 0.05}
    assert step.subject.origins["learning_rate"] == "fix"
    assert step.change == "--learning-rate 0.05 (it was 0.5)"
    assert step.undo == "leave `learning_rate` out"


@pytest.mark.parametrize(
    ("settings", "said"),
    [({}, "No setting does it. By hand: Do it."), ({"clip": -1.0}, "'clip' setting must be"), ({"x": 1}, "No setting")],
)
def test_what_no_setting_cures_is_left(settings: dict[str, object], said: str) -> None:
    with pytest.raises(NotFixed, match=said):
        trial().mended(REMEDIES["learning-rate"], found(settings))


def test_what_is_listed_is_added_to_what_was_given() -> None:
    before = trial(drop="a", missing="b:0")
    step = before.mended(REMEDIES["drop-column"], found({"drop": "a,c", "missing": "b:-1"}))
    assert step.subject.given == {"drop": "a,c", "missing": "b:0,b:-1"}
    again = step.subject.mended(REMEDIES["drop-column"], found({"drop": "c"}))
    assert (again.change, again.undo) == ("", "")
    assert before.given == {"drop": "a", "missing": "b:0"}


def test_a_fix_is_one_line() -> None:
    made = Fix("D103", "k", "It leaks", "drop-column", Effect.GONE, "--drop a", undo="take 'a' out of `drop`")
    left = Fix("D110", "k", "Near copies", "drop-near-duplicates", Effect.LEFT, reason="No setting does it.")
    (line,) = sentences((made, left))
    assert line == "fixed[D103]: It leaks. Changed: --drop a. To undo it, take 'a' out of `drop`."
