"""Whether the run can be relied on at all: unfinished, failed, damaged or cut short, said before anything else."""

from piste.core.findings import LintRecord
from piste.core.panels import Block, Text
from piste.core.records import RunRecord, Status, TrainingRecord

WAITING = "This run has not finished: it is still going, or it was stopped. What follows is what there is so far."


FIT = ("T202", "T203")
"""The linter's rules about under- and over-fitting."""


def status(run: RunRecord, damaged: tuple[str, ...] = (), lint: LintRecord | None = None) -> tuple[Block, ...]:
    """Return a banner for a run that did not finish or whose training went wrong, and one for each damaged file."""
    judged = lint is not None and any(lint.outcome(code) for code in FIT)
    return (
        *_state(run),
        *_training(run.training, judged),
        *_fit(lint),
        *(Text(sentence, "warning") for sentence in damaged),
    )


def _fit(lint: LintRecord | None) -> tuple[Block, ...]:
    found = [one for one in (lint.causes if lint else ()) if one.code in FIT]
    return tuple(Text(f"{one.title}. {one.fix}", "warning" if one.severity.rank else "note") for one in found)


def _state(run: RunRecord) -> tuple[Block, ...]:
    if run.status is Status.FAILED:
        reason = run.error or "The reason was not recorded."
        return (Text(f"This run failed. {reason} What follows is what it left behind, not a result.", "bad"),)
    return (Text(WAITING, "warning"),) if run.status is Status.UNFINISHED else ()


def _training(training: TrainingRecord | None, judged: bool) -> tuple[Block, ...]:
    if training is None:
        return ()
    if training.stopped == "diverged":
        sentence = (
            f"The training diverged: the loss was no longer a number after epoch {training.epochs}. The parameters of "
            f"epoch {training.best_epoch} were kept. A lower learning rate is the first thing to try."
        )
        return (Text(sentence, "bad"),)
    # What the linter judged by the whole curve needs no guess from its last point.
    if not judged and training.stopped == "epochs" and training.best_epoch == training.epochs > 1:
        sentence = "The last epoch was the best one, so the network may gain from more epochs."
        return (Text(sentence, "note"),)
    return ()
