from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, root_mean_squared_error

from piste.core.keys import generator
from piste.core.records import BaselineRecord, Score, Task
from piste.evaluate.baselines import Ran
from piste.evaluate.judge import compare, verdict
from piste.evaluate.predictions import FloatArray, Predictions
from piste.evaluate.scores import evaluate


def outputs_of(truth: NDArray[np.int64], right: NDArray[np.bool_]) -> FloatArray:
    positive = np.where(right, truth, 1 - truth) * 0.8 + 0.1
    return np.stack([1 - positive, positive], axis=1)


def case(seed: int, rows: int, network: float, baseline: float) -> tuple[Predictions, Ran]:
    """A network and a baseline that are right on the given shares of the examples, independently."""
    random = np.random.default_rng(seed)
    truth = random.integers(2, size=rows)
    outputs = [outputs_of(truth, random.uniform(size=rows) < share) for share in (network, baseline)]
    return Predictions(Task.TWO_CLASS, ("a", "b"), truth, outputs[0]), Ran("b", "baseline", outputs[1], 0.5, "k = 1")


def test_the_lead_is_bootstrapped_on_common_resamples() -> None:
    network, ran = case(0, 40, 0.9, 0.7)
    record = compare(network, [ran], seed=7)[0]
    random, leads = generator(7, "bootstrap"), []
    draws = random.integers(40, size=(1000, 40), dtype=np.int64)
    for drawn in draws:
        models = [outputs.argmax(axis=1)[drawn] for outputs in (network.outputs, ran.outputs)]
        leads.append(np.subtract(*[accuracy_score(network.truth[drawn], chosen) for chosen in models]))
    assert (record.low, record.high) == pytest.approx(tuple(np.quantile(leads, (0.025, 0.975))), abs=1e-12)
    assert record.difference == pytest.approx(
        accuracy_score(network.truth, network.chosen) - accuracy_score(network.truth, ran.outputs.argmax(axis=1))
    )
    assert (record.name, record.title, record.seconds, record.note) == ("b", "baseline", 0.5, "k = 1")
    assert record.scores == evaluate(replace(network, outputs=ran.outputs), seed=7)


def test_pairing_sees_a_difference_that_separate_intervals_do_not() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(2, size=400)
    right = random.uniform(size=400) < 0.75
    better = right.copy()
    better[np.flatnonzero(~right)[:12]] = True  # the same mistakes but for twelve
    network = Predictions(Task.TWO_CLASS, ("a", "b"), truth, outputs_of(truth, better))
    record = compare(network, [Ran("b", "b", outputs_of(truth, right), 0)], seed=0)[0]
    assert record.scores[0].high > evaluate(network, seed=0)[0].low  # the two intervals overlap
    assert record.verdict == "better"


def test_the_lead_is_positive_where_a_smaller_error_is_better() -> None:
    truth = np.random.default_rng(0).normal(size=(60, 1))
    network = Predictions(Task.REGRESSION, (), truth, truth + 0.1, ("y",))
    record = compare(network, [Ran("mean", "the mean", np.zeros((60, 1)), 0)], seed=0, unit="m")[0]
    assert record.difference == pytest.approx(root_mean_squared_error(truth, np.zeros((60, 1))) - 0.1)
    assert record.verdict == "better"
    assert record.scores[0].unit == "m"


@given(st.integers(0, 1000), st.integers(2, 60), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_exchanging_the_two_models_turns_the_lead_round(seed: int, rows: int, one: float, other: float) -> None:
    network, ran = case(seed, rows, one, other)
    exchanged = replace(network, outputs=ran.outputs)
    first = compare(network, [ran], seed=3)[0]
    second = compare(exchanged, [replace(ran, outputs=network.outputs)], seed=3)[0]
    assert first.difference == -second.difference
    assert (first.low, first.high) == pytest.approx((-second.high, -second.low), abs=1e-12)
    opposite = {"better": "worse", "worse": "better", "level": "level"}
    assert second.verdict == opposite[first.verdict]


@given(st.integers(0, 1000), st.integers(2, 40))
@settings(max_examples=15, deadline=None)
def test_a_model_is_level_with_itself(seed: int, rows: int) -> None:
    network, ran = case(seed, rows, 0.7, 0.5)
    record = compare(network, [replace(ran, outputs=network.outputs)], seed=0)[0]
    assert (record.difference, record.low, record.high, record.verdict) == (0, 0, 0, "level")


def test_equal_models_are_rarely_told_apart() -> None:
    verdicts = [compare(*pair_of(case(seed, 150, 0.8, 0.8)), seed=seed)[0].verdict for seed in range(200)]
    assert 0.90 <= verdicts.count("level") / 200 <= 0.99


def pair_of(made: tuple[Predictions, Ran]) -> tuple[Predictions, list[Ran]]:
    return made[0], [made[1]]


def test_the_main_score_may_be_another() -> None:
    network, ran = case(0, 300, 0.6, 0.6)
    area = replace(network, outputs=outputs_of(network.truth, np.ones(300, dtype=bool)))
    record = compare(area, [ran], seed=0, main="ROC AUC")[0]
    reached = next(score.value for score in record.scores if score.name == "ROC AUC")
    assert record.difference == pytest.approx(1 - reached)


def record_of(title: str, found: str, lead: float, low: float, high: float, score: float) -> BaselineRecord:
    scores = (Score("accuracy", score, score - 0.01, score + 0.01, True),)
    return BaselineRecord(title, title, scores, 1.0, lead, low, high, found)


MAIN = Score("accuracy", 0.9512, 0.931, 0.968, True)


@pytest.mark.parametrize(
    ("records", "sentences"),
    [
        ((), "No baseline was run, so nothing says whether it was worth training."),
        (
            (
                record_of("the mean", "better", 0.85, 0.83, 0.87, 0.1012),
                record_of("trees", "better", 0.02, 0.011, 0.031, 0.9312),
            ),
            "It is better than every baseline: the mean (0.101, ahead by 0.850, 0.830 to 0.870) "
            "and trees (0.931, ahead by 0.020, 0.011 to 0.031).",
        ),
        (
            (
                record_of("the mean", "better", 0.85, 0.83, 0.87, 0.1012),
                record_of("trees", "level", -0.0002, -0.011, 0.012, 0.9514),
            ),
            "It does not clearly differ from trees (0.951, its lead is 0.000, -0.011 to 0.012): nothing here shows "
            "that it was needed. It is better than the mean (0.101, ahead by 0.850, 0.830 to 0.870).",
        ),
        (
            (
                record_of("lines", "level", 0.0, 0.0, 0.0, 0.9512),
                record_of("trees", "worse", -0.02, -0.031, -0.011, 0.9712),
            ),
            "It is worse than trees (0.971, behind by 0.020, 0.011 to 0.031): the simpler model is the better choice "
            "here. It does not clearly differ from lines (0.951, its lead is 0.000, 0.000 to 0.000).",
        ),
    ],
)
def test_the_verdict_says_plainly_who_is_better(records: Any, sentences: str) -> None:
    start = "The network's accuracy is 0.951 (95 % interval 0.931 to 0.968). "
    assert verdict(records, MAIN) == start + sentences


def test_the_verdict_gives_large_numbers_and_their_unit() -> None:
    main = Score("RMSE", 12345.6, 11800.0, 12900.0, False, "euros")
    assert verdict((), main).startswith("The network's RMSE is 12,300 euros (95 % interval 11,800 to 12,900).")
