"""Runs on the same data: how many choices the same test rows have judged."""

from collections.abc import Callable

from piste.core.findings import Finding, Outcome
from piste.core.records import Score
from piste.lint.earlier import Earlier
from piste.lint.rules.evaluation import judged_once

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def run(settings: str, value: float, test: str = "rows", seed: int = 0) -> Earlier:
    score = Score("accuracy", value, value - 0.049, value + 0.049, True)
    return Earlier(f"run-{settings}-{value}", test, settings, seed, score)


def test_choices_judged_by_the_same_rows_are_counted(run_rule: Judge) -> None:
    _, (finding,) = run_rule(judged_once.RULE, earlier=(run("a", 0.8), run("b", 0.9), run("b", 0.9), run("c", 0.85)))
    assert finding.title == "The same test rows have judged 3 choices of settings, in 4 runs"
    # The largest of three normal draws lies 0.846 deviations above their mean; half of 0.098 / 1.96 is 0.025.
    assert abs(float(finding.evidence[2].measured) - 0.846 * 0.025) < 0.002


def test_other_rows_and_repeated_runs_pass(run_rule: Judge) -> None:
    repeated = (run("a", 0.8, "other rows"), run("b", 0.9), run("b", 0.9))
    assert run_rule(judged_once.RULE, earlier=repeated) == (Outcome.PASSED, ())
