"""The training ends when there is nothing more to gain."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.causes import CAUSES
from piste.lint.probes.further import further
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.watching.course import Course, Floats, course, fall

LAST = 0.2  # of the training, which is looked at
LOOKS = 5  # in it
_LOOKS_OF_BATCHES = 3  # at the loss of a batch, where there is one validation
MUCH, SOME = 0.1, 0.01  # of the loss at the first look, that another such part would still gain


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a training that ended by its length alone while the loss on validation still fell."""
    found = bench.probe(course)
    if not found.over:
        raise NotRun("It is asked of a training that went on to its planned end, which a Watch is told by steps=.")
    losses = found.column("validation_loss")
    rows = np.flatnonzero(np.isfinite(losses))
    if len(rows) < LOOKS / LAST:
        yield from _of_twin(bench, found) or (_of_one(found) if len(rows) < 2 else _of_few(found, losses[rows]))
        return
    last = losses[rows][-max(LOOKS, round(LAST * len(rows))) :]
    if len(last) < LOOKS:
        raise NotRun(f"It needs at least {LOOKS} validations, told to the Watch with watch.validated(losses).")
    gain, least = fall(last)
    if least > 0 and gain > SOME * losses[rows][0] and int(np.argmin(last)) >= len(last) - 2:
        yield _finding(found, losses[rows], gain, f"the last {len(last)} validations")


def _of_one(found: Course) -> Iterator[Finding]:
    """Yield where there was one validation at most, and the losses of batches fell from look to look to the end."""
    losses = found.column("train_loss")
    losses = losses[np.isfinite(losses)]
    if len(losses) < _LOOKS_OF_BATCHES:
        raise NotRun("It needs two validations, told to the Watch with watch.validated(losses).")
    late = losses[len(losses) // 2 :]
    gain = float(late[0] - late[-1])
    if np.all(np.diff(late) < 0) and gain > MUCH * losses[0]:
        yield _finding(found, losses, gain, "the later half, of the batches looked at")


def _of_few(found: Course, losses: Floats) -> Iterator[Finding]:
    """Yield where each of few validations is better than the one before, the last one still by much."""
    falls = -np.diff(losses[-LOOKS:])
    if np.all(falls > 0) and falls[-1] > MUCH * losses[0]:
        yield _finding(found, losses, float(falls[-1]), "the last validation")


def _of_twin(bench: Bench, found: Course) -> list[Finding]:
    """Return a finding where more steps lower the loss on validation by much, which few validations hide."""
    try:
        twin = bench.probe(further)
    except NotRun:
        return []
    # Who was as low before is not short of steps, but has left its best behind.
    gain = float(np.nanmin([twin.ended, *found.column("validation_loss")])) - twin.later
    if not twin.gap.clear or gain <= MUCH * twin.start:
        return []
    finding = RULE.finding(
        Severity.WARNING,
        "The training ends long before there is nothing more to gain",
        evidence=[
            Evidence("loss on validation at the start and at the end", f"{twin.start:.4g} and {twin.ended:.4g}"),
            Evidence(f"the same after {twin.steps:,} steps more", f"{twin.later:.4g}", "about as much"),
            Evidence("the fall in standard errors", f"{twin.gap.errors:.1f}"),
        ],
        cause="The training is too short, or its rate is too low.",
        fix=f"Twice the steps: --epochs; they were {found.record.steps:,}",
        remedy="longer",
        key="loop.too-short",
        others=["The rate is too low: piste rate DATA"],
    )
    return [finding]


def _finding(found: Course, losses: Floats, gain: float, when: str) -> Finding:
    much = gain > MUCH * losses[0]
    return RULE.finding(
        Severity.WARNING if much else Severity.INFO,
        "The loss still falls when the training ends",
        evidence=[
            Evidence("loss at the end", f"{losses[-1]:.4g}"),
            Evidence(f"its fall over {when}", f"{gain:.4g}", f"at most {SOME:.0%} of the first, {losses[0]:.4g}"),
        ],
        cause="The training is too short, or its rate is too low.",
        fix=f"Twice the steps: --epochs; they were {found.record.steps:,}",
        remedy="longer",
        key="loop.too-short",
        others=["The rate is too low: piste rate DATA"],
    )


RULE = Rule(
    "T203", "still-falling", "The training is long enough", Group.LOOP, ("watched",), check,
    explained_by=CAUSES, trains=True,
)  # fmt: skip
