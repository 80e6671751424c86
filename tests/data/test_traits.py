"""Traits: columns as they are, and measurements of pictures, texts and sequences by hand."""

from typing import Any

import numpy as np
import pytest

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.traits import traits_of


def column(kind: Kind, values: np.ndarray, missing: list[bool] | None = None) -> Column:
    gone = np.array(missing) if missing else np.zeros(len(values), np.bool_)
    return Column("x", kind, values, gone)


def named(made: Column) -> dict[str, list[Any]]:
    return {trait.name: trait.values.tolist() for trait in traits_of([made])}


def test_columns_of_a_table_stand_for_themselves() -> None:
    (number,) = traits_of([column(Kind.NUMBER, np.array([1.5, np.nan]), [False, True])])
    assert number.missing.tolist() == [False, True]
    assert number.present.tolist() == [1.5]
    assert named(column(Kind.FLAG, np.array([1.0, 0.0, np.nan]), [False, False, True])) == {"x": ["yes", "no", ""]}
    assert named(column(Kind.CATEGORY, np.array(["a", ""], object), [False, True])) == {"x": ["a", ""]}
    day = np.array(["1970-01-02", "NaT"], "datetime64[us]")
    (date,) = traits_of([column(Kind.DATE, day, [False, True])])
    assert date.present.tolist() == [86400.0]


def test_texts_are_measured_not_kept() -> None:
    made = named(column(Kind.TEXT, np.array(["Ab cdé 1", ""], object), [False, True]))
    assert made["x: words"][0] == 3
    assert made["x: letters a word"][0] == 2
    assert made["x: share of letters"][0] == 5 / 8
    assert made["x: share of capitals"][0] == 1 / 5
    assert made["x: share beyond ASCII"][0] == 1 / 8
    assert all(np.isnan(values[1]) for values in made.values())


def test_sequences_are_measured_up_to_their_end() -> None:
    values = np.array([[1.0, 3.0, 2.0, np.nan], [4.0, np.nan, 8.0, 8.0], [np.nan] * 4])[..., None]
    made = named(column(Kind.SEQUENCE, values, [False, False, True]))
    assert made["x: steps"][:2] == [3, 4]
    assert made["x: mean"][:2] == pytest.approx([2, 20 / 3])
    assert made["x: deviation"][0] == pytest.approx(np.std([1, 3, 2]))
    assert (made["x: least"][0], made["x: greatest"][0]) == (1, 3)
    assert made["x: change a step"][0] == pytest.approx(1.5)
    assert all(np.isnan(values[2]) for values in made.values())


def test_pictures_are_measured_in_blocks() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2100, 4, 5, 3), dtype=np.uint8)
    made = named(column(Kind.IMAGE, pictures))
    assert set(made) == {
        f"x: {name}" for name in ("brightness", "contrast", "darkest", "brightest", "sharpness", "red", "green", "blue")
    }
    last = pictures[-1].astype(np.float64)
    assert made["x: brightness"][-1] == pytest.approx(last.mean(), rel=1e-5)
    assert made["x: contrast"][-1] == pytest.approx(last.std(), rel=1e-5)
    assert made["x: green"][-1] == pytest.approx(last[..., 1].mean(), rel=1e-5)
    down, across = np.abs(np.diff(last, axis=0)).mean(), np.abs(np.diff(last, axis=1)).mean()
    assert made["x: sharpness"][-1] == pytest.approx((down + across) / 2, rel=1e-5)
    assert "x: red" not in named(column(Kind.IMAGE, pictures[..., :1]))
