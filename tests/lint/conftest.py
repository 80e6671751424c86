"""Running single rules, and a plain training that has no fault."""

from collections.abc import Callable
from typing import Any

import pytest

from piste.core.findings import Finding, LintRecord, Outcome
from piste.lint.judge import judge
from piste.lint.pipeline import Pipeline
from piste.lint.rule import Rule

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


@pytest.fixture(scope="session")
def run_rule() -> Judge:
    """Return a function of a rule and the pieces of a pipeline to (outcome, findings); a broken rule fails the test."""

    def run(rule: Rule, pipeline: Pipeline | None = None, **pieces: Any) -> tuple[Outcome, tuple[Finding, ...]]:
        record: LintRecord = judge(pipeline or Pipeline(**pieces), [rule])
        (outcome,) = record.rules
        assert outcome.outcome is not Outcome.FAILED, outcome.reason
        return outcome.outcome, outcome.findings

    return run
