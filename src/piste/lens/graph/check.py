"""A node's gradient against differences of the loss: its value is moved, and all that lies behind it computed again."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from piste.core.graphs import CheckRecord
from piste.core.keys import generator

WIDE, NARROW = 1e-3, 1e-6  # steps, times the value's size: of the fourth order, and of the second beside a corner
KINK = 1e-3  # share by which one-sided derivatives of a smooth loss never differ at the narrow step
Loss = Callable[[NDArray[np.float64]], float]


def directions_of(
    value: NDArray[np.float64], gradient: NDArray[np.float64], count: int, name: str
) -> NDArray[np.float64]:
    """Return directions of length one: `count` random ones, then the axes of the `count` largest gradients."""
    axes = np.argsort(-np.abs(gradient.ravel()), kind="stable")[: min(count, value.size)]
    drawn = generator(0, "lens", "check", name).standard_normal((count, value.size))
    drawn /= np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), 1e-300)
    return np.concatenate([drawn, np.eye(value.size)[axes] if value.size <= 4096 else _axes(axes, value.size)])


def compared(
    name: str,
    loss: Loss,
    value: NDArray[np.float64],
    gradient: NDArray[np.float64],
    shown: NDArray[np.generic],
    count: int,
    *,
    passing: float = 0.0,
    note: str = "",
) -> CheckRecord:
    """Return how `gradient`, by the sweep in float64, agrees with differences of `loss(value)`.

    `shown` is the gradient in the ordinary width. `passing` is the norm of the largest gradient right behind the node:
    where next to nothing of it arrives, because parts cancel, differences are over that instead.
    """
    lines = directions_of(value, gradient, count, name)
    size = max(1.0, float(np.sqrt(np.mean(np.square(value)))) if value.size else 1.0)
    exact = [float(line @ gradient.ravel()) for line in lines]
    here = loss(value)
    slopes = [_slope(loss, here, value, line.reshape(value.shape), size) for line in lines]
    measured = [slope for slope, _ in slopes]
    scale = max(*map(abs, exact), *map(abs, measured))
    apart = max(abs(one - other) for one, other in zip(exact, measured, strict=True))
    norm = float(np.linalg.norm(gradient))
    rounding = float(np.linalg.norm(np.asarray(shown, np.float64) - gradient))
    if norm < 1e-12 * passing:
        norm = scale = max(scale, passing)
    if scale <= 64 * np.finfo(np.float64).eps * abs(here) / WIDE:
        apart = 0.0  # nothing by the sweep, and nothing that differences could tell from it
    kink = any(turn > KINK * scale for _, turn in slopes)
    return CheckRecord(
        name, tuple(exact), tuple(measured), apart / scale if scale else apart, rounding / norm if norm else rounding,
        kink, note,
    )  # fmt: skip


def _slope(
    loss: Loss, here: float, value: NDArray[np.float64], line: NDArray[np.float64], size: float
) -> tuple[float, float]:
    """Return the derivative along a line, and how far its two sides differ where the loss is not smooth."""
    step = NARROW * size
    up, down = (loss(value + step * line) - here) / step, (here - loss(value - step * line)) / step
    second, resolved = (up + down) / 2, 4 * np.finfo(np.float64).eps * abs(here) / step
    step = WIDE * size
    near, far = ((loss(value + reach * line) - loss(value - reach * line)) / (2 * reach) for reach in (step, 2 * step))
    fourth = (4 * near - far) / 3
    # The wide step is finer where the loss is smooth, and wrong where it has a corner within reach.
    return (fourth if abs(fourth - second) <= resolved else second), max(abs(up - down) - 4 * resolved, 0.0)


def _axes(axes: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    lines = np.zeros((len(axes), size))
    lines[np.arange(len(axes)), axes] = 1.0
    return lines
