"""The training gets somewhere, and does not stand still for most of its time."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.causes import CAUSES
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.watching.course import Course, Floats, course, fall

LOOKS, STEPS = 10, 100  # at least
NOTHING = 0.01  # of the loss at the first look
IDLE = 0.5  # of the training


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a training that never got below where it began, or whose last half gained nothing."""
    found = bench.probe(course)
    if not found.over:
        raise NotRun("It is asked of a training that went on to its planned end, which a Watch is told by steps=.")
    losses = found.column("train_loss")
    losses = losses[np.isfinite(losses)]
    if len(losses) < LOOKS or found.record.steps < STEPS:
        raise NotRun(f"It needs {LOOKS} looks with their losses over {STEPS} steps.")
    first, start, end = float(losses[0]), abs(float(losses[0])), float(np.median(losses[-LOOKS // 2 :]))
    if start > 0 and first - end < NOTHING * start and abs(end - first) < NOTHING * start:
        yield _never(found, first, end)
        return
    half = losses[len(losses) // 2 :]
    judged = found.column("validation_loss")
    judged = judged[np.isfinite(judged)]
    if _flat(half, start) and len(judged) >= LOOKS and _flat(judged[len(judged) // 2 :], start):
        yield _idle(found, first, end)


def _flat(values: Floats, start: float) -> bool:
    return abs(fall(values)[0]) < NOTHING * start and float(np.ptp(values)) < 5 * NOTHING * start


def _never(found: Course, first: float, end: float) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        "The training loss never left where it began",
        evidence=[
            Evidence("train loss at the first look", f"{first:.4g}"),
            Evidence("at the end", f"{end:.4g}", f"at least {NOTHING:.0%} lower"),
            Evidence("steps", f"{found.record.steps:,}"),
        ],
        cause="Nothing is learnt: the rate is far too low or too high, no gradient arrives, or the inputs say nothing "
        "about the targets.",
        fix="piste rate DATA finds a rate; piste lint asks about gradients and targets (M102, M110, T103)",
        key="loop.never-learns",
        others=["A long plateau before a drop: train for longer."],
    )  # fmt: skip


def _idle(found: Course, first: float, end: float) -> Finding:
    return RULE.finding(
        Severity.INFO,
        "The second half of the training changed nothing",
        evidence=[
            Evidence("train loss at the first look", f"{first:.4g}"),
            Evidence("through the second half", f"{end:.4g}"),
        ],
        cause="The network has learnt what it can at this rate.",
        fix="Fewer epochs or --patience 10 save time; a falling rate (--schedule cosine) may still gain",
        key="loop.plateau",
    )


RULE = Rule(
    "T204", "plateau", "The training gets somewhere", Group.LOOP, ("watched",), check,
    explained_by=(*CAUSES, "M202", "M201"), trains=True,
)  # fmt: skip
