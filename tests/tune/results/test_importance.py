"""Importance of settings, on functions whose shares are known by hand."""

import numpy as np
import pytest

from piste.core.studied import ImportanceRecord, ImportancesRecord
from piste.tune.priors import choice, integers, log, option, uniform
from piste.tune.results.importance import importances
from piste.tune.samplers.independent import sobol
from piste.tune.space import Space

SQUARE = Space.of({"rate": log(1e-4, 1), "dropout": uniform(0, 1)})


def of(found: ImportancesRecord | None, label: str) -> ImportanceRecord:
    assert found is not None
    return next(one for one in found.settings if one.label == label)


def test_shares_of_a_sum_are_those_of_its_squared_slopes() -> None:
    points = sobol(SQUARE, range(256), 0)
    found = importances(SQUARE, points.tolist(), (points[:, 0] + 0.5 * points[:, 1]).tolist(), 0)
    assert found is not None
    # Variances are slope^2 / 12, so 1 : 0.25 and shares 0.8 and 0.2.
    for label, share in (("rate", 0.8), ("dropout", 0.2)):
        one = of(found, label)
        assert one.share == pytest.approx(share, abs=0.04)
        assert one.low < one.share < one.high
    assert found.pairs[0].share < 0.02
    assert found.explained > 0.9
    assert [one.label for one in found.settings] == ["rate", "dropout"]


def test_a_setting_that_hardly_matters_is_found_small() -> None:
    points = sobol(SQUARE, range(256), 0)
    found = importances(SQUARE, points.tolist(), (points[:, 0] + 0.1 * points[:, 1]).tolist(), 0)
    assert of(found, "rate").share == pytest.approx(1 / 1.01, abs=0.03)
    assert of(found, "dropout").share < 0.03


def test_a_product_shows_in_the_pair() -> None:
    points = sobol(SQUARE, range(512), 0)
    product = (points[:, 0] - 0.5) * (points[:, 1] - 0.5)
    found = importances(SQUARE, points.tolist(), product.tolist(), 0)
    assert found is not None
    assert (found.pairs[0].first, found.pairs[0].second) == ("rate", "dropout")
    assert found.pairs[0].share > 0.7


def test_noise_stands_at_the_floor() -> None:
    points = sobol(SQUARE, range(128), 0)
    noise = np.random.default_rng(0).standard_normal(128)
    found = importances(SQUARE, points.tolist(), noise.tolist(), 0)
    assert found is not None
    assert found.explained < 0.2
    assert of(found, "rate").share < 0.45
    assert found.floor > 0.1


def test_the_curve_follows_the_function_on_the_scale_of_the_setting() -> None:
    points = sobol(SQUARE, range(256), 0)
    bowl = (points[:, 0] - 0.7) ** 2 + 0.01 * points[:, 1]
    found = importances(SQUARE, points.tolist(), bowl.tolist(), 0)
    assert found is not None
    curve = found.curves[0]
    assert curve.label == "rate"
    assert curve.places[int(np.argmin(curve.means))] == pytest.approx(0.7, abs=0.1)
    assert all(low <= mean <= high for low, mean, high in zip(curve.lows, curve.means, curve.highs, strict=True))


def test_a_conditional_setting_is_judged_where_it_matters() -> None:
    space = Space.of(
        {"optimiser": choice("adam", option("sgd", momentum=uniform(0.5, 0.99))), "width": integers(8, 64)}
    )
    points = sobol(space, range(256), 0)
    momentum = [one.label for one in space.dimensions].index("momentum (optimiser: sgd)")
    sgd = points[:, 0] >= 0.5
    # Where it does not matter, the place of the momentum is any: the loss must not be blamed on it.
    losses = np.where(sgd, 1.0 + points[:, momentum], 0.0)
    found = importances(space, points.tolist(), losses.tolist(), 0)
    assert of(found, "momentum (optimiser: sgd)").under == "optimiser = sgd"
    assert of(found, "momentum (optimiser: sgd)").trials == sgd.sum()
    assert of(found, "momentum (optimiser: sgd)").share > 0.85
    assert of(found, "optimiser").share > 0.85
    assert of(found, "width").share < 0.05
    curves = {} if found is None else {one.label: one for one in found.curves}
    assert len(curves["optimiser"].places) == 2


def test_trials_that_diverged_do_not_hide_the_others() -> None:
    points = sobol(SQUARE, range(128), 0)
    losses = points[:, 1].copy()
    losses[:4] = [1e6, np.inf, 1e9, np.nan]
    found = importances(SQUARE, points.tolist(), losses.tolist(), 0)
    assert of(found, "dropout").share > 0.6
    assert found is not None
    assert found.fence < 10


@pytest.mark.parametrize("losses", [[0.5] * 30, [np.inf] * 30, list(range(5))])
def test_too_little_to_tell_gives_nothing(losses: list[float]) -> None:
    points = sobol(SQUARE, range(len(losses)), 0)
    assert importances(SQUARE, points.tolist(), losses, 0) is None
