"""Every loss, gradient and parameter is a finite number."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.causes import LOSS
from piste.lint.rule import Group, Rule
from piste.lint.watching.course import Course, course


def check(bench: Bench) -> Iterator[Finding]:
    """Yield steps, or parameters, with NaN or infinity."""
    found = bench.probe(course)
    broken = found.column("not_finite") > 0
    weights = found.table("weights")
    spoilt = [path for path, column in zip(found.record.leaves, weights.T, strict=True) if np.any(_infinite(column))]
    kept = found.column("not_finite").sum() > found.column("skipped").sum()
    if np.any(broken) and (kept or spoilt):
        yield _finding(found, int(found.column("not_finite").sum()), float(found.column("step")[broken][0]))
    elif spoilt:
        yield _swallowed(spoilt)


def _infinite(column: np.ndarray) -> np.ndarray:
    known = ~np.isnan(column)
    # A norm that was measured once is measured at each look: NaN after a number is a broken number.
    return np.isinf(column) | (~known & (np.cumsum(known) > 0))


def _finding(found: Course, count: int, step: float) -> Finding:
    origin = found.record.first_not_finite
    place, _, what = origin.partition(": ")
    if origin == "the examples":
        cause, fix = "An example is not finite itself.", "piste explain D106"
    elif origin:
        cause = f"The first such value is {what or origin}" + (f" in {place}." if what else ".")
        fix = "A tenth of the rate and --clip 1; in code of your own, keep log, sqrt and quotients away from 0"
    else:
        cause = "The rate is too high, or log, sqrt or a quotient meets 0."
        fix = "A tenth of the rate; JAX_DEBUG_NANS=1 stops at the operation"
    return RULE.finding(
        Severity.ERROR,
        "The training produces NaN or infinity" + (f", first in {origin}" if origin else ""),
        evidence=[
            Evidence("steps whose loss or gradient was not finite", f"{count:,}", "0"),
            Evidence("seen first up to step", f"{step:,.0f}"),
            *([Evidence("first value that was not finite", origin)] if origin else []),
        ],
        cause=cause,
        fix=fix,
        key="loop.not-finite",
        where=Where(layer=place if what and place != "the loss" else ""),
    )


def _swallowed(spoilt: list[str]) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        "Parameters are NaN or infinite, and the loss does not show it",
        evidence=[Evidence("leaves with such values", str(len(spoilt)), "0")],
        cause="Something hides them: nan_to_num, nanmean, or a loss that is not computed from these parameters.",
        fix="Take nan_to_num and nanmean out, and let the training stop where the loss is not finite",
        key="loop.nan-swallowed",
        where=Where(layer=spoilt[0]),
    )


RULE = Rule(
    "T201", "finite-training", "All numbers of the training are finite", Group.LOOP, ("watched",), check,
    explained_by=("D106", *LOSS, "M112", "D114", "M115", "O102", "O101", "O201", "O107", "M203"), trains=True,
)  # fmt: skip
