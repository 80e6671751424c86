"""The validation loss does not rise while the train loss falls."""

import math
from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.watching.course import Course, Floats, course, fall

LOOKS, SHARE = 5, 0.1  # validations that it must last, and their share of all
ERRORS = 3.0  # standard errors of the paired rise
LARGE = 0.1  # of what was learnt before: of the fall from the first to the best loss


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a validation loss that rose from its best, paired by example, surely, lastingly and by much."""
    found = bench.probe(course)
    rows = np.flatnonzero(np.isfinite(found.column("validation_loss")))
    needed = max(LOOKS, math.ceil(SHARE * len(rows)))
    if len(rows) < needed + 2:
        raise NotRun(f"It needs at least {LOOKS + 2} validations, told to the Watch with watch.validated(losses).")
    losses = found.column("validation_loss")[rows]
    best = int(np.argmin(losses))
    after = losses[best + 1 :]
    if len(after) < needed:
        return
    scores = (found.column("rise") / np.maximum(found.column("rise_error"), 1e-30))[rows][-needed:]
    rise = float(np.mean(after[-needed:]) - losses[best])
    train = found.column("train_loss")[rows]
    if not np.min(scores) > ERRORS or rise < LARGE * max(losses[0] - losses[best], 0.0):
        return
    if fall(after)[0] < 0 and np.mean(train[-needed:]) < train[best]:
        yield _finding(found, losses, best, rise, float(np.min(scores)), len(rows))


def _finding(found: Course, losses: Floats, best: int, rise: float, score: float, count: int) -> Finding:
    kept = found.record.keeps_best
    at = found.record.looks[best].step if count == len(found) else None
    return RULE.finding(
        Severity.INFO if kept else Severity.WARNING,
        "The training overfits" + (": its last part was for nothing" if kept else ""),
        evidence=[
            Evidence("lowest validation loss", f"{losses[best]:.4g}" + (f" at step {at:,}" if at else "")),
            Evidence("at the end", f"{losses[-1]:.4g}", "about the same"),
            Evidence("rise of an example's loss, in standard errors", f"at least {score:.1f}", f"at most {ERRORS:g}"),
        ],
        cause="The network learns the train examples by heart: it trains for too long, or is too large for them.",
        fix="--patience 10 stops in time; then more data, --dropout 0.3 or --weight-decay 0.1"
        if kept
        else "Keep the parameters with the lowest validation loss, and stop early; then more data, dropout or decay",
        key="loop.overfitting",
        p_value=min(0.5 * math.erfc(score / math.sqrt(2)) * count, 1.0),
    )


RULE = Rule(
    "T202", "overfitting", "The validation loss does not rise for long", Group.LOOP, ("watched",), check,
    statistical=True, trains=True,
)  # fmt: skip
