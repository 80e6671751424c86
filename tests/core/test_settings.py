"""Settings with declared constraints: what is admitted, what is refused, and in which words."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.core.settings import Range, check, from_mapping


@dataclass(frozen=True)
class Example:
    rate: Annotated[float, Range(0, 1000, low_open=True)] = 0.1
    widths: Annotated[tuple[int, ...], Range(1, 65536)] | None = None
    names: tuple[str, ...] = ()
    mode: Literal["fast", "exact"] = "fast"
    size: Annotated[int, Range(1)] | Literal["all"] = "all"
    skip: bool | None = None
    place: str | int | None = None
    anything: Any = None


@pytest.mark.parametrize(
    ("range_", "text"),
    [
        (Range(0, 2**31 - 1), "in [0, 2147483647]"),
        (Range(1, 1_000_000), "in [1, 1000000]"),
        (Range(0.0, 1.0, high_open=True), "in [0, 1)"),
        (Range(0, 1, low_open=True), "in (0, 1]"),
        (Range(-0.5, 1e-7, low_open=True, high_open=True), "in (-0.5, 1e-07)"),
        (Range(0, 2**63 - 1), "in [0, 9.22337e+18]"),
        (Range(1), "of at least 1"),
        (Range(0, low_open=True), "above 0"),
        (Range(high=5), "of at most 5"),
        (Range(high=2.5, high_open=True), "below 2.5"),
    ],
    ids=str,
)
def test_a_range_says_its_bounds_as_a_person_would(range_: Range, text: str) -> None:
    assert str(range_) == text


@given(st.floats(-10, 10), st.booleans(), st.booleans())
def test_a_range_admits_what_lies_between_its_bounds(value: float, low_open: bool, high_open: bool) -> None:
    inside = Range(-3, 4, low_open=low_open, high_open=high_open).admits(value)
    if value in (-3, 4):
        assert inside is not (low_open if value == -3 else high_open)
    else:
        assert inside is (-3 < value < 4)


def test_nothing_is_not_in_a_range() -> None:
    assert not Range(0, 1).admits(math.nan)
    assert not Range().admits(math.nan)


GOOD: list[dict[str, Any]] = [
    {},
    {"rate": 1},
    {"rate": 1000.0},
    {"widths": (1, 65536)},
    {"widths": ()},
    {"widths": None},
    {"names": ("a", "b")},
    {"mode": "exact"},
    {"size": 3},
    {"size": "all"},
    {"skip": True},
    {"place": "x"},
    {"place": -1},
    {"anything": object},
]


@pytest.mark.parametrize("values", GOOD, ids=repr)
def test_what_is_declared_is_admitted(values: dict[str, Any]) -> None:
    check(Example(**values))


REFUSED = [
    ("rate", 0, "must be a number in (0, 1000]. Got 0 instead."),
    ("rate", 1000.5, "must be a number in (0, 1000]. Got 1000.5 instead."),
    ("rate", math.nan, "Got nan instead."),
    ("rate", math.inf, "Got inf instead."),
    ("rate", True, "must be a number in (0, 1000]. Got True instead."),
    ("rate", "0.1", "Got '0.1' instead."),
    ("rate", None, "Got None instead."),
    ("widths", (8, 0), "must be a list of whole numbers in [1, 65536]. Got (8, 0) instead."),
    ("widths", (8, 1.0), "Got (8, 1.0) instead."),
    ("widths", (8, True), "Got (8, True) instead."),
    ("widths", 8, "must be a list of whole numbers in [1, 65536]. Got 8 instead."),
    ("names", ("a", 1), "must be a list of texts. Got ('a', 1) instead."),
    ("names", "ab", "must be a list of texts. Got 'ab' instead."),
    ("mode", "slow", "must be one of 'fast', 'exact'. Got 'slow' instead."),
    ("size", 0, "must be a whole number or one of 'all' of at least 1. Got 0 instead."),
    ("size", 2.0, "Got 2.0 instead."),
    ("size", True, "Got True instead."),
    ("skip", 1, "must be true or false. Got 1 instead."),
    ("skip", "yes", "must be true or false. Got 'yes' instead."),
    ("place", 1.5, "must be a text or a whole number. Got 1.5 instead."),
    ("place", False, "must be a text or a whole number. Got False instead."),
]


@pytest.mark.parametrize(("name", "value", "said"), REFUSED, ids=[f"{name}={value!r}" for name, value, _ in REFUSED])
def test_what_is_not_declared_is_refused_with_the_declaration(name: str, value: object, said: str) -> None:
    with pytest.raises(SettingError) as caught:
        check(Example(**{name: value}))  # type: ignore[arg-type]
    assert str(caught.value).startswith(f"The '{name}' setting must be ")
    assert str(caught.value).endswith(said)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("widht", "Did you mean 'widths'?"),
        ("rates", "Did you mean 'rate'?"),
        ("zebra", "Known are: rate, widths, names, mode, size, skip, place, anything."),
    ],
)
def test_an_unknown_name_gets_the_nearest_one(name: str, hint: str) -> None:
    with pytest.raises(SettingError) as caught:
        from_mapping(Example, {name: 3}, "The file a.toml")
    assert str(caught.value) == f"The file a.toml has no setting '{name}'. {hint}"


def test_values_from_files_and_from_numpy_become_plain() -> None:
    given_ = {
        "rate": np.float32(0.5),
        "widths": [np.int64(3), 4],
        "names": ["a"],
        "size": np.int32(7),
        "skip": np.True_,
        "place": Path("folder") / "file.csv",
    }
    made = from_mapping(Example, given_, "Python")
    assert made == Example(
        rate=0.5, widths=(3, 4), names=("a",), size=7, skip=True, place=str(Path("folder", "file.csv"))
    )
    assert [type(value) for value in (made.rate, made.size, made.skip)] == [float, int, bool]
    assert from_mapping(Example, {"widths": np.array([2, 5])}, "Python").widths == (2, 5)


def test_values_of_a_mapping_are_checked() -> None:
    with pytest.raises(SettingError, match=r"'widths' setting must be a list of whole numbers .*Got \(0,\) instead"):
        from_mapping(Example, {"widths": [0]}, "Python")


def test_a_list_of_texts_may_stand_for_a_text_with_commas() -> None:
    @dataclass(frozen=True)
    class Columns:
        drop: str | None = None
        names: tuple[str, ...] = ()
        kind: Literal["a", "b"] = "a"

    assert from_mapping(Columns, {"drop": ["a", "b"], "names": ["a", "b"]}, "It") == Columns("a,b", ("a", "b"))
    assert from_mapping(Columns, {"drop": []}, "It") == Columns()
    with pytest.raises(SettingError, match="'kind' setting must be one of"):
        from_mapping(Columns, {"kind": ["a"]}, "It")
