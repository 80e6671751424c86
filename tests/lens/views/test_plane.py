"""The plane of points: principal directions as scikit-learn finds them, places and what leaves the plane."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from piste.core.keys import generator
from piste.lens.views.plane import Plane, principal_plane


@pytest.mark.parametrize("shape", [(60, 5), (6, 40)], ids=["many points", "many dimensions"])
def test_principal_directions_are_those_of_pca(shape: tuple[int, int]) -> None:
    points = generator(3, "plane").normal(size=shape) * np.arange(1, shape[1] + 1)
    plane, shares = principal_plane(points)
    other = PCA(2).fit(points)
    np.testing.assert_allclose(np.abs(np.sum(plane.directions * other.components_, axis=1)), 1.0, atol=1e-9)
    np.testing.assert_allclose(shares, other.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(np.abs(plane.places(points)), np.abs(other.transform(points)), atol=1e-8)


def test_points_on_a_line_still_have_two_directions() -> None:
    points = np.outer(np.arange(5.0), [0.0, 3.0, 4.0])
    plane, shares = principal_plane(points)
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(plane.directions[0], [0.0, 0.6, 0.8], atol=1e-12)
    np.testing.assert_allclose(shares, [1.0, 0.0], atol=1e-12)


def test_places_lead_back_and_say_what_leaves_the_plane() -> None:
    slanted = Plane(np.array([1.0, 1.0, 1.0]), np.array([[1.0, 0.0, 0.0], [1.0, 2.0, 0.0]]))
    places = np.array([[2.0, -1.0], [0.5, 3.0]])
    np.testing.assert_allclose(slanted.places(slanted.points(places)), places, atol=1e-12)
    away = slanted.away(np.array([[1.0, 1.0, 1.0], [4.0, 1.0, 5.0], [1.0, 1.0, 9.0]]))
    np.testing.assert_allclose(away, [0.0, 0.8, 1.0])
