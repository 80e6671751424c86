"""The first layers move as well as the last: no gradient is lost on the way."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.tree import listed, matches
from piste.lint.watching.course import Course, Floats, course

STILL, MOVING = 1e-6, 1e-5  # of a leaf's own size per step
FAINT = 1e-3  # of the largest gradient of any leaf
LOOKS, STEPS = 5, 100  # that it must last, up to the last look
Rows = NDArray[np.intp]
_IDLE = 0.01  # of the highest rate: what hardly has a rate need not move


def check(bench: Bench) -> Iterator[Finding]:
    """Yield leaves that hardly move for want of a gradient, while others do."""
    found = bench.probe(course)
    rows = _rows(found)
    if len(rows) < LOOKS:
        raise NotRun(f"It needs {LOOKS} looks over {STEPS} steps with the sizes of weights and updates.")
    ratios = found.table("updates")[rows] / np.maximum(found.table("weights")[rows], 1e-30)
    frozen = bench.pipeline.declared.frozen
    kernels = [one for one in found.kernels if not matches(found.record.leaves[one], frozen)]
    still = [one for one in kernels if np.quantile(ratios[:, one], 0.9) < STILL and _faint(found, rows, ratios, one)]
    moving = [one for one in kernels if float(np.median(ratios[:, one])) > MOVING]
    if still and moving:
        yield _finding(found, rows, ratios, still, moving)


def _rows(found: Course) -> Rows:
    """Return the numbers of the looks after the first third at which a rate was in force, if they last long enough."""
    rates, steps, updates = found.column("learning_rate"), found.column("step"), found.table("updates")
    known = np.all(np.isfinite(updates), axis=1) & np.any(updates > 0, axis=1) if updates.size else np.zeros(0, bool)
    peak = np.nanmax(rates) if np.any(np.isfinite(rates)) else np.nan
    known = known & ~(rates < _IDLE * peak)
    rows = np.flatnonzero(known)[np.flatnonzero(known) >= len(found) // 3]
    return rows if len(rows) and steps[rows[-1]] - steps[rows[0]] >= STEPS else rows[:0]


def _faint(found: Course, rows: Rows, ratios: Floats, leaf: int) -> bool:
    """Return whether the gradient is there but faint; one that is exactly 0 is cut off, and another rule's matter."""
    gradients = found.table("gradients")[rows]
    if np.all(np.isnan(gradients)):
        return bool(np.all(ratios[:, leaf] > 0))
    own, largest = gradients[:, leaf], np.nanmax(gradients, axis=1)
    return bool(np.all(own > 0) and np.median(own / np.maximum(largest, 1e-300)) < FAINT)


def _finding(found: Course, rows: Rows, ratios: Floats, still: list[int], moving: list[int]) -> Finding:
    names = [found.record.leaves[one] for one in still]
    usual = np.median(ratios, axis=0)
    steps = found.column("step")[rows]
    return RULE.finding(
        Severity.WARNING,
        f"The gradient vanishes on its way to {listed(names)}",
        evidence=[
            Evidence("size of a step beside the weights, there", f"{usual[still].max():.1e}", f"above {STILL:g}"),
            Evidence(
                f"in {found.record.leaves[moving[-1]]}", f"{usual[moving[-1]]:.1e}"
            ),
            Evidence("for how long", f"steps {steps[0]:,.0f} to {steps[-1]:,.0f}"),
        ],
        cause="Each layer on the way back shrinks the gradient: many sigmoid or tanh layers, or weights that start too "
        "small.",
        fix="ReLU or GELU for sigmoid, He's initial weights, batch or layer norm, residual connections",
        remedy="usual-start",
        key="model.vanishing-gradient",
        where=Where(layer=names[0]),
        others=["These layers are frozen on purpose: Declared(frozen=(...))"],
    )  # fmt: skip


RULE = Rule(
    "M202", "vanishing-gradient", "Gradients reach the first layers", Group.MODEL, ("watched",), check,
    explained_by=("M102", "M204", "M201"), trains=True,
)  # fmt: skip
