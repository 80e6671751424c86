"""Columns that repeat the target."""

import numpy as np
import pytest

from piste.core.records import Task
from piste.data.leaks import FEWEST_ROWS, repeats_target
from piste.data.levels import Raw
from piste.data.target import Target

CODES = (np.arange(90) % 3).astype(np.int32)
CLASSES = Target(("t",), Task.MANY_CLASS, ("a", "b", "c"), CODES, "")
NUMBERS = Target(("t",), Task.REGRESSION, (), np.linspace(0, 1, 90)[:, None] ** 2, "")


@pytest.mark.parametrize(
    "column", [np.array(["x", "y", "z"], object)[CODES], (2 - CODES) * 1.5, CODES.astype(np.int64)]
)
def test_a_one_to_one_map_repeats_classes(column: np.ndarray) -> None:
    assert repeats_target(Raw("u", column), CLASSES)


def test_one_exception_or_a_coarser_or_finer_column_does_not() -> None:
    column = CODES.astype(np.float64)
    column[5] = 0
    assert not repeats_target(Raw("u", column), CLASSES)
    assert not repeats_target(Raw("u", np.minimum(CODES, 1)), CLASSES)
    assert not repeats_target(Raw("u", np.arange(90)), CLASSES)
    few = Target(("t",), Task.MANY_CLASS, ("a", "b", "c"), CODES[: FEWEST_ROWS - 1], "")
    assert not repeats_target(Raw("u", CODES[: FEWEST_ROWS - 1]), few)


def test_a_regression_target_in_other_units_repeats_and_a_curve_does_not() -> None:
    assert repeats_target(Raw("u", 32 + 1.8 * NUMBERS.values[:, 0]), NUMBERS)
    assert not repeats_target(Raw("u", np.sqrt(NUMBERS.values[:, 0])), NUMBERS)
    assert not repeats_target(Raw("image", np.zeros((90, 4, 4, 1), np.uint8)), NUMBERS)
