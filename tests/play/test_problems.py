"""The made problems: what their rules say, and equal points for equal seeds."""

import numpy as np
import pytest

from piste.play.problems import COUNT, FEATURES, PROBLEMS, REACH, drawn, featured


@pytest.mark.parametrize("problem", PROBLEMS)
def test_equal_seeds_give_equal_points(problem: str) -> None:
    points, labels = drawn(problem, 0.1, 3)
    again, same = drawn(problem, 0.1, 3)
    other, _ = drawn(problem, 0.1, 4)
    np.testing.assert_array_equal(points, again)
    np.testing.assert_array_equal(labels, same)
    assert not np.array_equal(points, other)
    assert points.shape == (COUNT, 2)
    assert np.abs(points).max() <= REACH


@pytest.mark.parametrize("problem", [name for name in PROBLEMS if name not in ("slope", "hills")])
def test_no_class_is_rare(problem: str) -> None:
    _, labels = drawn(problem, 0.0, 0)
    counts = np.unique(labels.astype(str), return_counts=True)[1]
    assert len(counts) == 2
    assert counts.min() > COUNT // 5


def test_rings_are_told_apart_by_the_radius() -> None:
    points, labels = drawn("circles", 0.0, 0)
    np.testing.assert_array_equal(np.linalg.norm(points, axis=1) < 3, labels == "orange")


def test_fields_are_told_apart_by_the_sign_of_the_product() -> None:
    points, labels = drawn("exclusive-or", 0.0, 0)
    np.testing.assert_array_equal(points.prod(axis=1) > 0, labels == "orange")


def test_the_slope_is_the_mean_of_the_coordinates() -> None:
    points, heights = drawn("slope", 0.0, 0)
    np.testing.assert_allclose(heights, points.mean(axis=1) / REACH)


def test_noise_mixes_the_classes() -> None:
    points, labels = drawn("circles", 0.5, 0)
    assert np.mean((np.linalg.norm(points, axis=1) < 3) == (labels == "orange")) < 0.95


def test_features_by_hand() -> None:
    points = np.array([[2.0, -3.0]])
    np.testing.assert_allclose(
        featured(points, tuple(FEATURES)), [[2.0, -3.0, 4.0, 9.0, -6.0, np.sin(2.0), np.sin(-3.0)]]
    )
