"""Made problems in two coordinates from -6 to 6, and the features that can be made of the coordinates.

The shapes are those that teachers draw: two rings, a chessboard of four fields, two clouds, two spirals, a slope,
hills, and whether a student passes a course by the lectures attended and the hours spent on the project.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from piste.core.keys import generator

REACH = 6.0  # of both coordinates
COUNT = 500
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A made problem: `draw(generator, noise)` gives points (N, 2) and labels (N,), texts or numbers."""

    draw: Callable[[Generator, float], tuple[Points, NDArray[Any]]]
    names: tuple[str, str] = ("x1", "x2")


def _within(random: Generator, count: int) -> Points:
    return random.uniform(-REACH, REACH, (count, 2))


def _named(flags: NDArray[np.bool_]) -> NDArray[Any]:
    return np.where(flags, "orange", "blue").astype(object)


def _circles(random: Generator, noise: float) -> tuple[Points, NDArray[Any]]:
    inner = np.arange(COUNT) % 2 == 0
    radius = np.where(inner, random.uniform(0, 2.5, COUNT), random.uniform(3.5, 5, COUNT))
    angle = random.uniform(0, 2 * np.pi, COUNT)
    points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    seen = points + random.uniform(-1, 1, points.shape) * 5 * noise
    return points, _named(np.linalg.norm(seen, axis=1) < 2.5)


def _exclusive_or(random: Generator, noise: float) -> tuple[Points, NDArray[Any]]:
    points = random.uniform(-5, 5, (COUNT, 2))
    points += np.sign(points) * 0.3  # a lane between the fields
    seen = points + random.uniform(-1, 1, points.shape) * 5 * noise
    return points, _named(seen[:, 0] * seen[:, 1] >= 0)


def _blobs(random: Generator, noise: float) -> tuple[Points, NDArray[Any]]:
    first = np.arange(COUNT) % 2 == 0
    centres = np.where(first[:, None], 2.0, -2.0)
    points = centres + random.normal(0, 0.5 + 3.5 * noise, (COUNT, 2))
    return np.clip(points, -REACH, REACH), _named(first)


def _spirals(random: Generator, noise: float) -> tuple[Points, NDArray[Any]]:
    first = np.arange(COUNT) % 2 == 0
    share = (np.arange(COUNT) // 2) / (COUNT // 2)
    angle = 1.75 * share * 2 * np.pi + np.where(first, 0.0, np.pi)
    points = 5 * share[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return points + random.uniform(-1, 1, points.shape) * noise, _named(first)


def _slope(random: Generator, noise: float) -> tuple[Points, NDArray[Any]]:
    points = _within(random, COUNT)
    seen = points + random.uniform(-1, 1, points.shape) * REACH * noise
    return points, seen.sum(axis=1) / (2 * REACH)


def _hills(random: Generator, noise: float) -> tuple[Points, NDArray[Any]]:
    points = _within(random, COUNT)
    seen = points + random.uniform(-1, 1, points.shape) * REACH * noise
    tops = np.array([(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)])
    signs = np.array([1, -1, 1, -1, 1, -1])
    distance = np.linalg.norm(seen[:, None] - tops, axis=2)
    heights = signs * np.maximum(1 - distance / 2, 0)
    return points, heights[np.arange(COUNT), np.abs(heights).argmax(axis=1)]


def _course(random: Generator, noise: float) -> tuple[Points, NDArray[Any]]:
    points = _within(random, COUNT)
    lectures, hours = (points.T + REACH) / (2 * REACH)
    passed = lectures + hours - 0.5 * (lectures - hours) ** 2 > 0.85 + random.normal(0, 0.02 + noise, COUNT)
    return points, np.where(passed, "passes", "fails").astype(object)


PROBLEMS: Mapping[str, Problem] = {
    "circles": Problem(_circles),
    "exclusive-or": Problem(_exclusive_or),
    "blobs": Problem(_blobs),
    "spirals": Problem(_spirals),
    "course": Problem(_course, ("lectures", "hours")),
    "slope": Problem(_slope),
    "hills": Problem(_hills),
}

FEATURES: Mapping[str, Callable[[Points], NDArray[np.float64]]] = {
    "x1": lambda points: points[:, 0],
    "x2": lambda points: points[:, 1],
    "x1²": lambda points: points[:, 0] ** 2,
    "x2²": lambda points: points[:, 1] ** 2,
    "x1·x2": lambda points: points[:, 0] * points[:, 1],
    "sin x1": lambda points: np.sin(points[:, 0]),
    "sin x2": lambda points: np.sin(points[:, 1]),
}


def drawn(problem: str, noise: float, seed: int) -> tuple[Points, NDArray[Any]]:
    """Return the points (N, 2) and labels (N,) of a made problem; equal seeds give equal points."""
    return PROBLEMS[problem].draw(generator(seed, "playground", problem), noise)


def featured(points: Points, features: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the features (N, F) of points (N, 2)."""
    return np.column_stack([FEATURES[name](points) for name in features])
