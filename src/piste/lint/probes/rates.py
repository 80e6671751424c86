"""Probe PR21: is the rate too high, too low, or too high only to begin with? Told by forks on the same batches."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.lint.bench import Bench
from piste.lint.probes.comparing import Gap, above
from piste.lint.probes.forks import STEPS, Course, declared_rates, run
from piste.lint.rule import NotRun

_UNKNOWN_STEPS = 3000  # of a training whose length is not declared, or ten epochs
_UNKNOWN_EPOCHS = 10
_SHORTEST = 24
_FAST = 0.2  # of the loss at the start: no other rate is worth trying
_MATTERS = 0.1  # of the loss at the start, by which a tenth of the rate lowers it
_BOUNCE = 0.1  # of the loss at the start, by which a loss rises above it
_LOWEST, _HIGHEST = 1e-3, 1e5  # factors that are tried

Losses = NDArray[np.float64]


def losses(bench: Bench, factor: float, rise: int = 0, steps: int = STEPS) -> Losses:
    """Return the losses of a training at `factor` times the rate; at 0 times, those of the start, which are finite."""
    series = bench.probe(run, Course(factor, rise, steps=steps)).losses
    if not factor and not np.all(np.isfinite(series)):
        raise NotRun("The loss is not finite before the first step.")
    return series


def late(series: Losses) -> Losses:
    """Return the second half, which is compared."""
    return series[len(series) // 2 :]


def learns_fast(start: Losses, own: Losses) -> bool:
    """Return whether losses, which are above 0, fall to a fifth of the start's within these few steps."""
    return bool(own.min() >= 0 and late(own).mean() < _FAST * late(start).mean())


def bounced(series: Losses, start: Losses) -> float:
    """Return how high the losses once rose above those of the start, as a share of them; 0 where they never did."""
    size = max(float(np.abs(start).mean()), 1e-12)
    with np.errstate(invalid="ignore"):
        highest = float(np.max(np.nan_to_num(series - start, nan=np.inf)[2:]))
    return max(highest / size, 0.0)


@dataclass(frozen=True)
class TooHigh:
    """Mean losses of the second half: at the start's parameters, at the rate, at `factor` times it, the best found."""

    start: float
    at_rate: float
    lower: float
    factor: float
    highest: float  # loss of a batch at the rate
    gap: Gap

    @property
    def diverges(self) -> bool:
        """Whether the losses are not finite."""
        return not np.isfinite(self.highest)


def too_high(bench: Bench) -> TooHigh | None:
    """Probe: a tenth of the rate does clearly better, while the rate itself bounces, stands still or stays behind.

    Oscillation alone is no fault: gradient descent works at the edge of stability (Cohen and others, 2021).
    """
    start, own = losses(bench, 0.0), losses(bench, 1.0)
    wild = bounced(own, start) >= _BOUNCE or not above(late(start), late(own)).clear
    if not wild and learns_fast(start, own):
        return None
    best, factor = losses(bench, 0.1), 0.1
    while wild and factor > _LOWEST and not above(late(start), late(best)).clear:
        factor /= 10.0
        best = losses(bench, factor)
    gain, gap = above(late(start), late(best)), above(_bounded(own, start), late(best))
    if not gain.clear or not gap.clear or gain.mean < _MATTERS * np.abs(late(start)).mean():
        return None
    fallen = float(np.mean(late(start) - late(own)))
    if not (wild and (not np.isfinite(fallen) or fallen < 0.5 * gain.mean)) and not _stays_behind(bench):
        return None
    factor, best = _lower_still(bench, factor, best)
    return TooHigh(
        float(late(start).mean()), float(late(own).mean()), float(late(best).mean()), factor,
        float(np.max(np.nan_to_num(own, nan=np.inf))), gap,
    )  # fmt: skip


def _lower_still(bench: Bench, factor: float, best: Losses) -> tuple[float, Losses]:
    """Return the lowest factor down to which each tenth does clearly better than the one before, and its losses."""
    while factor > _LOWEST:
        lower = losses(bench, factor / 10.0)
        if not above(late(best), late(lower)).clear:
            break
        factor, best = factor / 10.0, lower
    return factor, best


def _bounded(series: Losses, start: Losses) -> Losses:
    """Return the second half, no loss far above the start: a mean of spikes has no standard error to speak of."""
    most = late(start).mean() + _BOUNCE * np.abs(late(start)).mean()
    return np.where(np.isfinite(late(series)), np.minimum(late(series), most), np.inf)


def _stays_behind(bench: Bench) -> bool:
    """Return whether a tenth of the rate, from the start, halves the loss of the rate: early, and three times later."""
    for steps in (STEPS, 3 * STEPS):
        own, lower = (late(losses(bench, factor, 0, steps)) for factor in (1.0, 0.1))
        if lower.min() <= 0 or lower.mean() > 0.5 * own.mean() or not above(own, lower).clear:
            return False
    return True


@dataclass(frozen=True)
class TooLow:
    """What the whole training reaches, run at `forward` times the rate for as many fewer steps; and what is possible.

    `start`, `reached` and `possible` are mean losses; `factor` times the rate is the better one.
    """

    start: float
    reached: float
    possible: float
    forward: float
    factor: float
    steps: float
    declared: bool
    chance: float


def too_low(bench: Bench) -> TooLow | None:
    """Probe: the training in fast-forward, beside ten times its rate.

    As long as steps are small, f times the rate goes as far in one step as the rate does in f. If everything up to
    the whole training's length only ever gets better, and ten times more is still clearly better, the rate is too low.
    """
    steps, declared = _budget(bench)
    taken = int(min(STEPS, max(_SHORTEST, steps)))
    if learns_fast(losses(bench, 0.0)[:taken], losses(bench, 1.0)[:taken]):
        return None
    forward = max(1.0, steps / taken)
    tens = [10.0**power for power in range(int(np.floor(np.log10(forward) - 1e-9)) + 1)] if forward > 1 else []
    ladder = [*(ten for ten in tens if ten * 1.5 < forward), forward, 10.0 * forward]
    series = [late(losses(bench, 1.0)[:taken])]
    chances = []
    for factor in ladder:
        if factor == 1.0:
            continue
        series.append(late(losses(bench, factor)[:taken]))
        gap = above(series[-2], series[-1])
        chances.append(gap.chance)
        if not gap.clear:
            return None
    start = late(losses(bench, 0.0)[:taken])
    fallen, possible = float(np.mean(start - series[-2])), float(np.mean(start - series[-1]))
    if fallen > 0.5 * possible:
        return None
    last = series[-1]
    factor = ladder[-1]
    while factor * 10.0 <= _HIGHEST * forward and above(last, late(losses(bench, 10.0 * factor)[:taken])).clear:
        factor *= 10.0
        last = late(losses(bench, factor)[:taken])
    return TooLow(
        float(start.mean()), float(start.mean()) - fallen, float(start.mean()) - possible, forward,
        _for_the_whole(factor, forward), steps, declared, min(1.0, chances[-1] * 2.0),
    )  # fmt: skip


def _for_the_whole(factor: float, forward: float) -> float:
    """Return the factor for the whole training: what is best for its few first steps is too much for all of them."""
    return float(f"{max(10.0, factor / min(3.0, forward)):.0e}")


def _budget(bench: Bench) -> tuple[float, bool]:
    """Return how many steps at the highest rate the training is worth, and whether that is declared."""
    rates, pipeline = bench.probe(declared_rates), bench.pipeline
    if rates is not None:
        return float(rates.sum() / rates.max()), True
    if pipeline.steps:
        return float(pipeline.steps), True
    epoch = len(pipeline.train) / min(pipeline.batch_size or STEPS, len(pipeline.train))
    return max(_UNKNOWN_STEPS, _UNKNOWN_EPOCHS * epoch), False


@dataclass(frozen=True)
class Spike:
    """Mean losses late in a training of `steps` steps, with and without a warm-up; and how high both rose at first."""

    plain: float
    warmed: float
    highest: float
    highest_warmed: float
    rise: int
    steps: int
    gap: Gap


def spike(bench: Bench) -> Spike | None:
    """Probe: a loss that shoots up at first, and does not where the rate rises slowly."""
    start, own = losses(bench, 0.0), losses(bench, 1.0)
    if not np.all(np.isfinite(own)) or bounced(own[: STEPS // 2], start[: STEPS // 2]) < _BOUNCE:
        return None
    steps, rise = 3 * STEPS, STEPS
    plain, warmed = losses(bench, 1.0, 0, steps), losses(bench, 1.0, rise, steps)
    begun = losses(bench, 0.0, 0, steps)
    gap = above(plain[-STEPS:], warmed[-STEPS:])
    calm = bounced(warmed, begun) < 0.5 * bounced(plain, begun)
    possible = float(np.mean((begun - warmed)[-STEPS:]))
    if not (gap.clear and calm and possible > 0 and gap.mean > 0.2 * possible):
        return None
    ends = float(plain[-STEPS:].mean()), float(warmed[-STEPS:].mean())
    return Spike(*ends, float(plain.max()), float(warmed.max()), rise, steps, gap)


def only_at_first(bench: Bench) -> bool:
    """Probe: whether a warm-up cures what looks like a rate too high: it then does as well as a tenth of it."""
    found = bench.probe(spike)
    if found is None:
        return False
    warmed, lower = (losses(bench, *course, found.steps) for course in ((1.0, found.rise), (0.1, 0)))
    return not above(warmed[-STEPS:], lower[-STEPS:]).clear
