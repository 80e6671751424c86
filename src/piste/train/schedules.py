"""Schedules: the learning rate of every step, as an array made before the training begins."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError

Rates = NDArray[np.float32]


def constant(progress: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 throughout."""
    return np.ones_like(progress)


def cosine(progress: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half a cosine from 1 to 0 (Loshchilov & Hutter 2017, eq. 5, one cycle)."""
    return 0.5 * (1.0 + np.cos(np.pi * progress))


def linear(progress: NDArray[np.float64]) -> NDArray[np.float64]:
    """A straight line from 1 to 0."""
    return 1.0 - progress


def step(progress: NDArray[np.float64]) -> NDArray[np.float64]:
    """1, then a tenth from the half, then a hundredth from three quarters on (He et al. 2016, section 4.2)."""
    return np.where(progress < 0.5, 1.0, np.where(progress < 0.75, 0.1, 0.01))


SCHEDULES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "constant": constant,
    "cosine": cosine,
    "linear": linear,
    "step": step,
}


def rates(schedule: str, peak: float, steps: int, warmup: int = 0) -> Rates:
    """Return the rate of each of `steps` steps: a linear rise over `warmup` steps to `peak`, then the schedule."""
    if schedule not in SCHEDULES:
        raise SettingError(f"The schedule must be one of {', '.join(SCHEDULES)}. Got {schedule!r} instead.")
    warmup = min(warmup, max(steps - 1, 0))
    rise = np.arange(1, warmup + 1) / (warmup + 1)
    left = steps - warmup
    fall = SCHEDULES[schedule](np.arange(left) / max(left, 1))
    return (peak * np.concatenate([rise, fall])).astype(np.float32)
