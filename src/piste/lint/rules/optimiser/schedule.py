"""The rate is finite and positive, and its course fits the length of the training."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.rule import Group, Rule

_POINTS = 2000
_IDLE = 1e-4  # of the peak: a rate under this does nothing


def check(bench: Bench) -> Iterator[Finding]:
    """Yield rates that are no rates, and schedules made for another number of steps."""
    schedule, steps = bench.pipeline.schedule, bench.pipeline.steps
    if schedule is None or steps is None:
        return
    at = np.unique(np.linspace(0, steps - 1, min(steps, _POINTS)).astype(int))
    rates = np.array([float(schedule(int(step))) for step in at])
    peak = float(np.max(rates, initial=0.0))
    if not np.all(np.isfinite(rates)) or np.any(rates < 0) or peak == 0:
        yield _finding(Severity.ERROR, "The schedule gives rates that are no rates", rates, "A rate must be above 0.")
        return
    top = int(np.argmax(rates))
    idle = float(np.mean(rates < _IDLE * peak))
    if top > len(rates) / 2 and rates[0] < 0.1 * peak:
        yield _finding(
            Severity.WARNING, f"The rate still rises after {at[top]:,} of {steps:,} steps", rates,
            "The warm-up is longer than half of the training.",
        )  # fmt: skip
    elif idle > 0.4:
        yield _finding(
            Severity.WARNING, f"The rate is all but 0 for {idle:.0%} of the steps", rates,
            "The decay is made for fewer steps than the training has.",
        )  # fmt: skip
    elif 0.9 * peak < rates[-1] < 0.9999 * peak and np.all(np.diff(rates[top:]) <= 0):
        yield _finding(
            Severity.WARNING, f"The rate has fallen to only {rates[-1] / peak:.0%} of its peak at the end", rates,
            "The decay is made for more steps than the training has.",
        )  # fmt: skip


def _finding(severity: Severity, title: str, rates: NDArray[np.float64], cause: str) -> Finding:
    return RULE.finding(
        severity,
        title,
        evidence=[
            Evidence("rate at the first step", f"{rates[0]:.3g}"),
            Evidence("highest rate", f"{np.max(rates):.3g}"),
            Evidence("rate at the last step", f"{rates[-1]:.3g}"),
        ],
        cause=cause,
        fix="Make the schedule for the steps there are: optax.cosine_decay_schedule(rate, decay_steps=steps)",
        key="optimiser.schedule",
    )


RULE = Rule(
    "O103", "schedule", "The rate fits the length of the training", Group.OPTIMISER, ("schedule", "steps"), check
)
