"""Learning curves."""

import math
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from piste.core.panels import Chart, Text
from piste.core.records import EpochRecord
from piste.core.runs import RunFolder
from piste.report.panels.learning import POINTS, learning, thinned, wide

RunOf = Callable[[str], RunFolder]


def curve(length: int) -> list[EpochRecord]:
    return [EpochRecord(at, at, 1.0, 1.0, "accuracy", 0.5, 0.1, 1.0, 1.0) for at in range(1, length + 1)]


@given(st.integers(1, 5000).flatmap(lambda length: st.tuples(st.just(length), st.integers(1, length))))
def test_thinning_keeps_the_first_the_last_and_the_best(pair: tuple[int, int]) -> None:
    length, best = pair
    kept = [one.epoch for one in thinned(curve(length), best)]
    assert {1, best, length} <= set(kept)
    assert kept == sorted(set(kept))
    assert len(kept) <= POINTS + 2


def test_a_wide_range_of_positive_values_is_drawn_by_its_logarithm() -> None:
    assert wide([1.0, 0.01, None])
    assert not wide([1.0, 0.5])
    assert not wide([1.0, 0.0])
    assert not wide([1.0, -0.001])
    assert not wide([None])


def test_there_is_a_curve_of_each_kind_and_the_best_epoch_is_marked(run_of: RunOf) -> None:
    folder = run_of("two_class")
    charts = [block for block in learning(folder.epochs, folder.record) if isinstance(block, Chart)]
    assert [chart.title.split(" (")[0] for chart in charts] == [
        "Loss",
        "Accuracy on the validation split",
        "Learning rate",
        "Gradient norm",
    ]
    assert [len(chart.spec["layer"]) for chart in charts] == [3, 3, 1, 1]
    assert charts[0].description.endswith("Before the first step it was 2.31, with 2.303 expected.")
    assert charts[0].numbers is not None
    assert charts[0].numbers.rows[24][0] == "25 (best)"


def test_a_loss_that_is_no_number_is_said_and_not_drawn(run_of: RunOf) -> None:
    folder = run_of("diverged")
    warning, loss, *_ = learning(folder.epochs, folder.record)
    assert isinstance(warning, Text)
    assert warning.text == "The train loss was not a number in 1 of 6 epochs."
    assert isinstance(loss, Chart)
    assert [row["value"] for row in loss.spec["data"]["values"] if row["epoch"] == 6] == [None, None]
    assert not any(isinstance(row["value"], float) and math.isnan(row["value"]) for row in loss.spec["data"]["values"])
