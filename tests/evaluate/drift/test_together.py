"""All columns at once: what only the joint distribution shows is found, what chance makes is not."""

import numpy as np

from piste.evaluate.drift.together import told_apart


def sides(seed: int, rows: int, correlation: float = 0.0) -> list[np.ndarray]:
    draws = np.random.default_rng(seed)
    one, two = draws.normal(size=(2, rows))
    levels = draws.choice(np.array(["a", "b", ""], object), size=rows)
    return [one, correlation * one + np.sqrt(1 - correlation**2) * two, levels]


def test_a_changed_correlation_is_found_though_no_column_changed() -> None:
    told = told_apart(sides(0, 600), sides(1, 600, correlation=0.95), seed=0)
    assert told is not None
    assert told.area > 0.65
    assert told.chance < 1e-6
    assert set(told.by[:2]) == {0, 1}


def test_gaps_tell_as_well() -> None:
    before, now = sides(0, 300), sides(1, 300)
    now[0][:150] = np.nan
    told = told_apart(before, now, seed=0)
    assert told is not None
    assert told.by[0] == 0


def test_chance_alone_is_not_taken_for_drift() -> None:
    told = [told_apart(sides(2 * seed, 120), sides(2 * seed + 1, 120), seed) for seed in range(8)]
    assert min(one.chance for one in told if one) > 0.01 / 8
    assert np.mean([one.area for one in told if one]) < 0.56


def test_too_few_rows_say_nothing() -> None:
    assert told_apart(sides(0, 20), sides(1, 300), seed=0) is None
    assert told_apart([], [], seed=0) is None
