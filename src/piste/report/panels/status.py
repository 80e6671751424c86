"""Whether the run can be relied on at all: unfinished, failed, damaged or cut short, said before anything else."""

from piste.core.panels import Block, Text
from piste.core.records import RunRecord, Status, TrainingRecord

WAITING = "This run has not finished: it is still going, or it was stopped. What follows is what there is so far."


def status(run: RunRecord, damaged: tuple[str, ...] = ()) -> tuple[Block, ...]:
    """Return a banner for a run that did not finish or whose training went wrong, and one for each damaged file."""
    return (*_state(run), *_training(run.training), *(Text(sentence, "warning") for sentence in damaged))


def _state(run: RunRecord) -> tuple[Block, ...]:
    if run.status is Status.FAILED:
        reason = run.error or "The reason was not recorded."
        return (Text(f"This run failed. {reason} What follows is what it left behind, not a result.", "bad"),)
    return (Text(WAITING, "warning"),) if run.status is Status.UNFINISHED else ()


def _training(training: TrainingRecord | None) -> tuple[Block, ...]:
    if training is None:
        return ()
    if training.stopped == "diverged":
        sentence = (
            f"The training diverged: the loss was no longer a number after epoch {training.epochs}. The parameters of "
            f"epoch {training.best_epoch} were kept. A lower learning rate is the first thing to try."
        )
        return (Text(sentence, "bad"),)
    if training.stopped == "epochs" and training.best_epoch == training.epochs > 1:
        sentence = "The last epoch was the best one, so the network may gain from more epochs."
        return (Text(sentence, "note"),)
    return ()
