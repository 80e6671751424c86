import numpy as np

from piste.tune.priors import choice, uniform
from piste.tune.samplers.independent import sobol
from piste.tune.samplers.sampler import Told
from piste.tune.samplers.zoom import box, zoom
from piste.tune.space import Space

SPACE = Space.of({"a": uniform(0, 1), "b": uniform(0, 1), "kind": choice("good", "bad")})
BEST = np.array([0.83, 0.17])


def _loss(places: tuple[float, ...]) -> float:
    return float(np.sum((np.array(places[:2]) - BEST) ** 2) + (places[2] >= 0.5))


def _study(rounds: int, size: int, seed: int = 0) -> list[Told]:
    told: list[Told] = []
    for number in range(rounds):
        numbers = range(number * size, (number + 1) * size)
        drawn = zoom(SPACE, numbers, seed, told)
        told += [Told(one, tuple(row), _loss(tuple(row))) for one, row in zip(numbers, drawn, strict=True)]
    return told


def test_the_first_round_is_spread_evenly() -> None:
    np.testing.assert_array_equal(zoom(SPACE, range(16), 0), sobol(SPACE, range(16), 0))


def test_the_box_closes_round_the_best() -> None:
    told = _study(5, 16)
    widths = [box(SPACE, told[: 16 * (number + 1)]) for number in range(5)]
    sizes = [np.prod((one.high - one.low)[:2]) for one in widths]
    assert sizes[-1] < 0.1 * sizes[0]
    assert np.all((widths[-1].low[:2] <= BEST) & (widths[-1].high[:2] >= BEST))
    assert widths[-1].weights[2][0] > 0.75


def test_it_comes_nearer_than_an_even_spread_of_as_many() -> None:
    gains = []
    for seed in range(5):
        even = min(_loss(tuple(row)) for row in sobol(SPACE, range(80), seed))
        gains.append(min(one.loss for one in _study(5, 16, seed)) / even)
    assert np.median(gains) < 0.5


def test_trials_that_failed_say_nothing() -> None:
    told = [Told(number, (0.5, 0.5, 0.1), np.inf) for number in range(16)]
    np.testing.assert_array_equal(zoom(SPACE, range(16, 32), 0, told), sobol(SPACE, range(16, 32), 0))
