"""Gradients stay within bounds."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.causes import LOSS
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.watching.course import Course, Floats, course

TIMES = 10.0  # the median of the looks before
SPIKES, WITHIN = 3, 20  # looks
_BEFORE = 5  # looks that the median is of, at least
GROWTH = 1e3  # times the smallest gradient so far, before it was no longer finite


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a gradient that bursts again and again and takes the loss with it, or that grows until it is not finite."""
    found = bench.probe(course)
    norms, losses = found.gradient_norms, found.column("train_loss")
    if not np.any(np.isfinite(norms)):
        raise NotRun("It needs the sizes of gradients: give them to watch.step(gradients=...).")
    bursts = _bursts(norms, losses)
    if len(bursts) >= SPIKES and bursts[-1] - bursts[-SPIKES] < WITHIN:
        yield _finding(found, norms, f"{len(bursts)} bursts, the loss above its start each time", max(norms[bursts]))
    elif _outgrown(norms, losses):
        yield _finding(found, norms, "grew until it was not finite", float(np.max(norms[np.isfinite(norms)])))


def _bursts(norms: Floats, losses: Floats) -> list[int]:
    """Return the looks whose gradient is far above those before, with a loss above that of the start."""
    first = losses[np.isfinite(losses)][:1]
    places = []
    for place in range(_BEFORE, len(norms)):
        before = norms[:place][np.isfinite(norms[:place])]
        if (
            len(before) >= _BEFORE
            and norms[place] > TIMES * np.median(before)
            and losses[place] > max(first, default=0)
        ):
            places.append(place)
    return places


def _outgrown(norms: Floats, losses: Floats) -> bool:
    finite = norms[np.isfinite(norms)]
    broken = not (np.isfinite(norms[-1]) and np.isfinite(losses[-1]))
    return broken and len(finite) > 1 and finite[-1] > GROWTH * max(float(np.min(finite)), 1e-12)


def _finding(found: Course, norms: Floats, how: str, highest: float) -> Finding:
    finite = norms[np.isfinite(norms)]
    return RULE.finding(
        Severity.WARNING,
        "The gradient explodes",
        evidence=[
            Evidence("norm of the gradient, median of the looks", f"{float(np.median(finite)):.3g}"),
            Evidence("highest", f"{highest:.3g}", f"below {TIMES:g} times that of the looks before"),
            Evidence("how", how),
        ],
        cause="Each step or layer on the way back enlarges the gradient: recurrent layers without clipping, weights "
        "that start too large, or a rate that is too high.",
        fix="--clip 1 (optax.clip_by_global_norm(1.0) before the optimiser); then a smaller rate",
        key="model.exploding-gradient",
        remedy="clipping",
        settings={"clip": 1.0},
        others=["The rate is too high.", "Inputs or targets are not scaled."],
    )


RULE = Rule(
    "M203", "exploding-gradient", "Gradients stay within bounds", Group.MODEL, ("watched",), check,
    explained_by=("D106", "D114", *LOSS, "M112", "M115", "O101", "O201", "O107"), trains=True,
)  # fmt: skip
