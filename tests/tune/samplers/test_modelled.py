import numpy as np
import pytest

from piste.core.errors import MissingExtraError
from piste.tune.priors import choice, log, option, uniform
from piste.tune.samplers.independent import sobol
from piste.tune.samplers.modelled import GAUSSIAN, TPE, gaussian, tpe
from piste.tune.samplers.sampler import Places, Told
from piste.tune.space import Space

SPACE = Space.of({"rate": log(1e-4, 1), "kind": choice("a", option("b", share=uniform(0, 1)), "c")})


def loss(places: Places) -> float:
    """Best at a rate of 0.001 and the kind "b"."""
    return float((places[0] - 0.25) ** 2 + (0.0 if 1 / 3 <= places[1] < 2 / 3 else 0.3))


def told(count: int) -> list[Told]:
    return [Told(number, tuple(row), loss(row)) for number, row in enumerate(sobol(SPACE, range(count), 1))]


def test_few_trials_are_spread_evenly() -> None:
    np.testing.assert_array_equal(tpe(SPACE, range(4), 1), sobol(SPACE, range(4), 1))


def test_later_rounds_look_where_the_best_were() -> None:
    known = told(32)
    places = tpe(SPACE, range(32, 48), 1, known)
    assert places.shape == (16, 3)
    assert ((places >= 0) & (places < 1)).all()
    spread = np.mean([one.loss for one in known])
    assert np.mean([loss(row) for row in places]) < 0.6 * spread


def test_a_round_depends_on_what_was_told_alone() -> None:
    known = [*told(12), Told(12, (0.9, 0.5, 0.5), float("inf"))]
    first, again = tpe(SPACE, range(13, 17), 1, known), tpe(SPACE, range(13, 17), 1, known)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, tpe(SPACE, range(13, 17), 2, known))
    assert len({tuple(row) for row in first.tolist()}) == 4


def test_settings_that_do_not_matter_stay_in_the_middle() -> None:
    places = tpe(SPACE, range(16, 32), 1, told(16))
    unused = ~((places[:, 1] >= 1 / 3) & (places[:, 1] < 2 / 3))
    assert unused.any()
    assert (places[unused, 2] == 0.5).all()


def test_a_gaussian_process_needs_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtraError, match="pip install torch"):
        gaussian(SPACE, range(16, 17), 1, told(16))


def test_a_gaussian_process_finds_the_valley() -> None:
    pytest.importorskip("torch")
    places = gaussian(SPACE, range(16, 19), 1, told(16))
    assert min(loss(row) for row in places) < 0.02
    assert len({tuple(row) for row in places.tolist()}) == 3


def test_both_look_at_results() -> None:
    assert TPE.adapts
    assert GAUSSIAN.adapts
