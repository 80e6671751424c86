"""The rate of the schedule is the one that the step takes."""

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.responses import at_step, is_count
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.training import batches, training
from piste.lint.tree import floating

_APART = 100.0  # ratio of the two rates that are compared
_POWER = 0.3  # of the ratio, that updates must show: Adam's corrections hide up to nine times of it
_POINTS = 200
_EARLY = 50  # steps, before which Adam's corrections change the update by themselves


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a step whose update stays as long where the scheduled rate is a hundredth."""
    (high, most), (low, least) = _rates(bench)
    lengths = [_length(bench, step) for step in (high, low)]
    if min(lengths) <= 0 or lengths[0] / lengths[1] > (most / least) ** _POWER:
        return
    yield RULE.finding(
        Severity.ERROR,
        "The step does not take the rate of the schedule",
        evidence=[
            Evidence(f"rates scheduled at steps {high:,} and {low:,}", f"{most:.3g} and {least:.3g}"),
            Evidence("lengths of the updates there", f"{lengths[0]:.3g} and {lengths[1]:.3g}",
                     f"about {most / least:.0f} to 1"),
        ],
        cause="The rate was a number when the step was compiled, and is a constant in it; or the schedule is made and "
        "not handed to the optimiser.",
        fix="optax.adam(schedule), or hand the rate to the compiled step as an argument",
        remedy="usual-optimiser",
        key="loop.baked-rate",
    )  # fmt: skip


def _rates(bench: Bench) -> tuple[tuple[int, float], tuple[int, float]]:
    """Return two steps and their rates, the higher rate first."""
    schedule, steps = bench.pipeline.schedule, bench.pipeline.steps
    if schedule is None or steps is None or steps <= 2 * _EARLY:
        raise NotRun(f"It takes a schedule of more than {2 * _EARLY} steps.")
    at = np.unique(np.linspace(_EARLY, steps - 1, _POINTS).astype(int))
    rates = np.array([float(schedule(int(step))) for step in at])
    top, usable = int(rates.argmax()), np.flatnonzero((rates > 0) & (rates * _APART <= rates.max()))
    if not len(usable):
        raise NotRun(f"The scheduled rates differ by less than {_APART:g} times.")
    bottom = int(usable[rates[usable].argmax()])
    return (int(at[top]), float(rates[top])), (int(at[bottom]), float(rates[bottom]))


def _length(bench: Bench, step: int) -> float:
    """Return how far the parameters go in one step from a state whose counts say that it is step `step`."""
    one, (batch, other) = bench.probe(training), bench.probe(batches, 2)
    begun = one.start(bench.pipeline.seed)
    if not _counts(begun, one.step(one.start(bench.pipeline.seed), *batch)):
        raise NotRun("No count of steps is seen in the training state, so that it cannot be set on.")
    state = at_step(one.step(begun, *batch), step - 1)
    before = {path: np.array(leaf, np.float64) for path, leaf in floating(one.parameters(state)).items()}
    after = floating(one.parameters(one.step(state, *other)))
    return float(np.sqrt(sum(np.sum(np.square(after[path] - leaf)) for path, leaf in before.items())))


def _counts(before: Any, after: Any) -> bool:
    one, other = ([int(leaf) for leaf in jax.tree.leaves(state) if is_count(leaf)] for state in (before, after))
    return len(one) == len(other) and any(later == value + 1 for value, later in zip(one, other, strict=True))


RULE = Rule(
    "T107", "rate-in-use", "The step takes the scheduled rate", Group.LOOP,
    ("update", "targets", "schedule", "steps"), check, explained_by=("O102", "O103", "O104"),
)  # fmt: skip
