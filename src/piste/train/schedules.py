"""Schedules: the learning rate of every step, as an array made before the training begins.

Only `plateau` reacts to what happens: its table is constant, and `piste.train.plateau` makes the rest.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError

Rates = NDArray[np.float64]
Floats = NDArray[np.float64]


class Cycle(NamedTuple):
    """One way from the highest rate down: `step` (S,) counts from 0 at the highest rate; `length` is S, or near it.

    `final` is the rate at the end as a share of the highest; `warmup` the steps that came before.
    """

    step: Floats
    length: float
    final: float
    warmup: int

    @property
    def progress(self) -> Floats:
        """From 0 at the highest rate to just below 1 at the last step."""
        return self.step / max(self.length, 1.0)


def constant(cycle: Cycle) -> Floats:
    """1 throughout."""
    return np.ones_like(cycle.step)


def cosine(cycle: Cycle) -> Floats:
    """Half a cosine from 1 to the end (Loshchilov & Hutter 2017, eq. 5)."""
    return cycle.final + (1.0 - cycle.final) * 0.5 * (1.0 + np.cos(np.pi * cycle.progress))


def linear(cycle: Cycle) -> Floats:
    """A straight line from 1 to the end."""
    return 1.0 - (1.0 - cycle.final) * cycle.progress


def step(cycle: Cycle) -> Floats:
    """1, then a tenth from the half, then a hundredth from three quarters on (He et al. 2016, section 4.2)."""
    return np.where(cycle.progress < 0.5, 1.0, np.where(cycle.progress < 0.75, 0.1, 0.01))


def exponential(cycle: Cycle) -> Floats:
    """The same factor in every step: `final ** progress`."""
    return np.asarray(cycle.final**cycle.progress)


def inverse_square_root(cycle: Cycle) -> Floats:
    """`sqrt(w / (w + step))` with w the steps of the warm-up, at least 1 (Vaswani et al. 2017, eq. 3)."""
    start = max(cycle.warmup, 1)
    return np.sqrt(start / (start + cycle.step))


def one_cycle(cycle: Cycle) -> Floats:
    """A cosine up from 1/25 over the first 30 %, then one down to 1/250000 (Smith & Topin 2018), or to the end.

    It has its own rise, so it needs no warm-up. Momentum stays as it is.
    """
    low = max(cycle.final, 1.0 / 250_000)
    top = max(0.3 * cycle.length - 1.0, 1e-9)
    rise = np.clip(cycle.step / top, 0.0, 1.0)
    fall = np.clip((cycle.step - top) / max(cycle.length - 1.0 - top, 1e-9), 0.0, 1.0)
    up = 1.0 - (1.0 - 0.04) * 0.5 * (1.0 + np.cos(np.pi * rise))
    down = low + (1.0 - low) * 0.5 * (1.0 + np.cos(np.pi * fall))
    return np.where(cycle.step <= top, up, down)


SCHEDULES: dict[str, Callable[[Cycle], Floats]] = {
    "constant": constant,
    "cosine": cosine,
    "linear": linear,
    "step": step,
    "exponential": exponential,
    "inverse-square-root": inverse_square_root,
    "one-cycle": one_cycle,
    "plateau": constant,  # until the validation loss stands still
}


def rates(
    schedule: str, peak: float, steps: int, warmup: int = 0, *, cycles: int = 1, final: float | None = None
) -> Rates:
    """Return the rate of each of `steps` steps: a linear rise over `warmup` steps to `peak`, then the schedule.

    The schedule runs `cycles` times, each starting at `peak` again (warm restarts, Loshchilov & Hutter 2017). It falls
    to `final * peak`, where it has an end: 0 when left out, for the exponential 0.01.
    """
    if schedule not in SCHEDULES:
        raise SettingError(f"The schedule must be one of {', '.join(SCHEDULES)}. Got {schedule!r} instead.")
    if schedule == "exponential" and final is not None and final <= 0:
        raise SettingError("An exponential schedule never reaches 0: give a final rate above 0, such as 0.01.")
    end = final if final is not None else FINAL.get(schedule, 0.0)
    warmup = min(warmup, max(steps - 1, 0))
    rise = np.arange(1, warmup + 1) / (warmup + 1)
    left = steps - warmup
    count = np.arange(left)
    first = -(-(count * cycles // max(left, 1)) * left // cycles)  # of the step's own cycle
    fall = SCHEDULES[schedule](Cycle((count - first).astype(np.float64), left / cycles, end, warmup))
    return peak * np.concatenate([rise, fall])


FINAL = {"exponential": 0.01}
"""Where a schedule ends as a share of the highest rate, if that is not 0."""
