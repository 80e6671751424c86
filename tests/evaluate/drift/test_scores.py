"""Scores then and now: pairs are recognised, losses are found, chance is not taken for one."""

import numpy as np

from piste.core.drift import ComparedScore
from piste.core.records import Task
from piste.evaluate import Predictions
from piste.evaluate.drift.scores import compare_scores, same_examples


def answers(seed: int, right: float, rows: int = 600) -> Predictions:
    draws = np.random.default_rng(seed)
    truth = draws.integers(0, 2, rows)
    sure = np.where(draws.random(rows) < right, 0.9, 0.1)
    outputs = np.stack([np.where(truth == place, sure, 1 - sure) for place in (0, 1)], axis=1)
    return Predictions(Task.TWO_CLASS, ("no", "yes"), truth, outputs)


def of(name: str, scores: tuple[ComparedScore, ...]) -> ComparedScore:
    return next(one for one in scores if one.before.name == name)


def test_a_loss_is_found_and_a_gain_as_well() -> None:
    worse = compare_scores(answers(0, 0.95), answers(1, 0.8), seed=0)
    assert of("accuracy", worse).verdict == of("log loss", worse).verdict == "worse"
    assert of("accuracy", worse).change < 0
    better = compare_scores(answers(0, 0.8), answers(1, 0.95), seed=0)
    assert of("accuracy", better).verdict == "better"


def test_the_same_skill_is_level_in_all_but_few_cases() -> None:
    verdicts = [
        of("accuracy", compare_scores(answers(2 * seed, 0.9, 200), answers(2 * seed + 1, 0.9, 200), seed)).verdict
        for seed in range(30)
    ]
    assert verdicts.count("level") >= 28  # 0.3 others are expected


def test_pairs_see_a_loss_that_two_samples_do_not() -> None:
    then = answers(0, 0.9)
    outputs = then.outputs.copy()
    right = np.flatnonzero(then.chosen == then.truth)[:18]
    outputs[right] = outputs[right][:, ::-1]  # 3 % of the answers turn wrong
    now = Predictions(then.task, then.classes, then.truth, outputs)
    assert same_examples(then, now)
    assert of("accuracy", compare_scores(then, now, seed=0)).verdict == "worse"
    order = np.random.default_rng(0).permutation(then.rows)
    apart = Predictions(then.task, then.classes, then.truth[order], outputs[order])
    assert not same_examples(then, apart)
    assert of("accuracy", compare_scores(then, apart, seed=0)).verdict == "level"


def test_a_sorted_target_is_no_sign_of_the_same_examples() -> None:
    then = answers(0, 0.9)
    order = np.argsort(then.truth, kind="stable")
    ordered = Predictions(then.task, then.classes, then.truth[order], then.outputs[order])
    assert not same_examples(ordered, ordered)


def test_errors_are_judged_in_relation_to_their_size() -> None:
    draws = np.random.default_rng(0)
    truth = draws.normal(size=(500, 1)) * 100

    def predicted(error: float, seed: int) -> Predictions:
        noise = np.random.default_rng(seed).normal(size=truth.shape) * error
        return Predictions(Task.REGRESSION, (), truth, truth + noise, ("price",))

    worse = compare_scores(predicted(10, 1), predicted(20, 2), seed=0)
    assert of("RMSE", worse).verdict == "worse"
    assert of("RMSE", worse).change < 0
