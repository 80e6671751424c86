"""Holm's procedure against its definition and against the chance of a false alarm that it promises."""

import numpy as np

from piste.lint.budget import thresholds


def test_it_steps_down_as_holm_defined() -> None:
    p_values = {"a": 0.001, "b": 0.02, "c": 0.012, "d": 0.3}
    # Levels 0.05 / 4, / 3, / 2, / 1 for the sorted values: 0.001 and 0.012 pass, 0.02 <= 0.025 passes, 0.3 does not.
    allowed = thresholds(p_values, alarms=0.05)
    assert {code for code, level in allowed.items() if p_values[code] <= level} == {"a", "b", "c"}
    assert allowed["d"] == 0.0


def test_nothing_behind_the_first_that_fails_counts() -> None:
    assert thresholds({"a": 0.03, "b": 0.04}, alarms=0.05) == {"a": 0.0, "b": 0.0}


def test_clean_suites_alarm_as_rarely_as_promised() -> None:
    generator = np.random.default_rng(0)
    suites = generator.uniform(size=(4000, 30))
    alarms = sum(any(thresholds({str(i): p for i, p in enumerate(suite)}, 0.05).values()) for suite in suites)
    assert 0.035 < alarms / len(suites) < 0.06
