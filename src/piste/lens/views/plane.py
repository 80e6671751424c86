"""A plane through many dimensions: the two principal directions of points, and where points lie on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """`origin` (D,) and two directions (2, D). A place (a, b) on it is `origin + a first + b second`."""

    origin: Values
    directions: Values

    def places(self, points: Values) -> Values:
        """Return the nearest places (N, 2) on the plane to `points` (N, D), by least squares."""
        solved, *_ = np.linalg.lstsq(self.directions.T, (points - self.origin).T, rcond=None)
        return np.asarray(solved.T)

    def points(self, places: Values) -> Values:
        """Return the points (N, D) at `places` (N, 2)."""
        return np.asarray(self.origin + places @ self.directions)

    def away(self, points: Values) -> Values:
        """Return, for each of `points` (N, D), the share of its distance from the origin that leaves the plane."""
        whole = np.linalg.norm(points - self.origin, axis=1)
        beside = np.linalg.norm(points - self.points(self.places(points)), axis=1)
        return np.asarray(np.where(whole > 0, beside / np.where(whole > 0, whole, 1.0), 0.0))


def principal_plane(points: Values, origin: Values | None = None) -> tuple[Plane, Values]:
    """Return the plane of the two directions in which `points` (N, D) vary most, and the shares (2,) of the variance.

    They vary about `origin` (D,), the mean when left out. Directions are orthonormal, the sign such that their largest
    number is positive; where the points lie on a line, the second is any direction orthogonal to it.
    """
    centre = points.mean(axis=0) if origin is None else origin
    moved = points - centre
    # The smaller of the two Gram matrices: parameters are many more than the points of a path.
    if moved.shape[0] < moved.shape[1]:
        sizes, left = np.linalg.eigh(moved @ moved.T)
        directions = (moved.T @ left[:, ::-1]).T
    else:
        sizes, right = np.linalg.eigh(moved.T @ moved)
        directions = right[:, ::-1].T
    sizes = np.clip(sizes[::-1], 0.0, None)
    shares = np.zeros(2)
    shares[: min(2, len(sizes))] = sizes[:2] / max(sizes.sum(), np.finfo(np.float64).tiny)
    return Plane(centre, _orthonormal(directions[:2])), shares


def _orthonormal(directions: Values) -> Values:
    """Return two orthonormal directions (2, D): those given, and axes in place of what is missing to two."""
    size = directions.shape[1]
    least = 1e-7 * max(float(np.linalg.norm(directions, axis=1).max(initial=0.0)), 1e-30)
    kept: list[Values] = []
    for one in (*directions, *(_axis(number, size) for number in range(min(size, 3)))):
        rest = one - sum((float(other @ one) * other for other in kept), np.zeros(size))
        length = float(np.linalg.norm(rest))
        if len(kept) < 2 and length > least:
            kept.append(rest / length * np.sign(rest[np.argmax(np.abs(rest))]))
    return np.stack([*kept, *[np.zeros(size)] * (2 - len(kept))])


def _axis(number: int, size: int) -> Values:
    axis = np.zeros(size)
    axis[number] = 1.0
    return axis
