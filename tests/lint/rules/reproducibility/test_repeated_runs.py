"""Runs that differ in the seed alone, and versions that changed since the training."""

from collections.abc import Callable

import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.core.records import Score
from piste.lint.earlier import Earlier
from piste.lint.rules.reproducibility import same_versions, several_seeds

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def run(seed: int, value: float, settings: str = "a") -> Earlier:
    return Earlier(f"run-{seed}", f"rows-{seed}", settings, seed, Score("RMSE", value, 0.0, 2.0, False))


def test_the_mean_over_seeds_has_its_t_interval(run_rule: Judge) -> None:
    _, (finding,) = run_rule(several_seeds.RULE, earlier=(run(7, 9.0, "b"), run(1, 0.8), run(2, 1.0), run(0, 1.2)))
    # 4.303 (t, two degrees of freedom) * 0.2 / sqrt(3) = 0.497
    assert finding.title == "Over 3 seeds the RMSE is 1 ± 0.5"
    assert finding.severity is Severity.INFO


def test_two_seeds_have_a_mean_and_no_interval(run_rule: Judge) -> None:
    _, (finding,) = run_rule(several_seeds.RULE, earlier=(run(1, 0.8), run(2, 1.0)))
    assert finding.title == "Over 2 seeds the RMSE is 0.9 on average"


def test_one_seed_is_no_fault_and_the_others_are_named(run_rule: Judge) -> None:
    assert run_rule(several_seeds.RULE, earlier=(run(3, 1.0), run(4, 1.0, "b")))[0] is Outcome.NOT_RUN


@pytest.mark.parametrize(("now", "outcome"), [("0.10.1", Outcome.PASSED), ("0.11.0", Outcome.FOUND)])
def test_a_changed_version_is_found(run_rule: Judge, now: str, outcome: Outcome) -> None:
    versions = {"jax": ("0.10.1", now), "XLA_FLAGS": ("", "")}
    assert run_rule(same_versions.RULE, versions=versions)[0] is outcome
