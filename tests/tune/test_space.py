import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.tune.priors import choice, integers, log, one_minus_log, option, uniform
from piste.tune.space import Space

SPACE = Space.of(
    {
        "learning_rate": log(1e-4, 1),
        "optimiser": choice(option("sgd", momentum=uniform(0.5, 1.0), nesterov=True), "adam", option("lion", beta=0.9)),
        "units": integers(1, 4),
    }
)


def test_by_hand() -> None:
    assert [one.label for one in SPACE.dimensions] == [
        "learning_rate",
        "optimiser",
        "momentum (optimiser: sgd)",
        "units",
    ]
    assert SPACE.point((0.5, 0.1, 0.5, 0.99)) == pytest.approx(
        {"learning_rate": 0.01, "optimiser": "sgd", "momentum": 0.75, "units": 4, "nesterov": True}
    )
    assert SPACE.point((0.5, 0.5, 0.5, 0.0)) == pytest.approx({"learning_rate": 0.01, "optimiser": "adam", "units": 1})
    assert SPACE.active((0.5, 0.5, 0.5, 0.0)) == (True, True, False, True)


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=4, max_size=4))
def test_a_point_finds_its_places_again(places: list[float]) -> None:
    point = SPACE.point(places)
    assert SPACE.point(SPACE.places(point)) == pytest.approx(point)
    kept = [own for own, found, used in zip(places, SPACE.places(point), SPACE.active(places), strict=True) if not used]
    assert len(kept) == (0 if point["optimiser"] == "sgd" else 1)


def test_conditions_within_conditions() -> None:
    inner = choice(option("on", rate=uniform(0, 1)), "off")
    space = Space.of({"outer": choice("plain", option("rich", inner=inner))})
    assert space.point((0.9, 0.1, 0.5)) == {"outer": "rich", "inner": "on", "rate": 0.5}
    assert space.point((0.9, 0.9, 0.5)) == {"outer": "rich", "inner": "off"}
    assert space.point((0.1, 0.1, 0.5)) == {"outer": "plain"}


def test_one_setting_under_two_options() -> None:
    space = Space.of({"kind": choice(option("a", size=uniform(0, 1)), option("b", size=uniform(10, 20)))})
    assert space.point((0.2, 0.5, 0.5)) == {"kind": "a", "size": 0.5}
    assert space.point((0.7, 0.5, 0.5)) == {"kind": "b", "size": 15.0}
    np.testing.assert_allclose(space.places({"kind": "b", "size": 12.5}), (0.75, 0.5, 0.25))


def test_nothing_to_vary_is_said() -> None:
    with pytest.raises(SettingError, match="Nothing varies"):
        Space.of({})


def test_numbers_are_short_enough_to_be_written_down() -> None:
    space = Space.of({"rate": log(1e-4, 1), "average": one_minus_log(0.9, 0.9999), "share": uniform(0, 0.5)})
    point = space.point((0.123456789, 0.987654321, 0.5432109876))
    assert [repr(one) for one in point.values()] == ["0.0003118", "0.9998911", "0.2716"]


def test_labels_name_what_a_setting_hangs_on() -> None:
    space = Space.of({"hidden": choice((64,), option((8, 8), dropout=uniform(0, 1)))})
    assert [one.label for one in space.dimensions] == ["hidden", "dropout (hidden: [8, 8])"]
