"""Whether the run can be relied on at all: unfinished, failed or damaged, said before anything else."""

from piste.core.panels import Block, Text
from piste.core.records import RunRecord, Status


def status(run: RunRecord, damaged: tuple[str, ...] = ()) -> tuple[Block, ...]:
    """Return a banner for a run that did not finish, and one for each damaged file."""
    return (*_state(run), *(Text(sentence, "warning") for sentence in damaged))


def _state(run: RunRecord) -> tuple[Block, ...]:
    if run.status is Status.FAILED:
        reason = run.error or "The reason was not recorded."
        return (Text(f"This run failed. {reason} What follows is what it left behind, not a result.", "bad"),)
    if run.status is Status.UNFINISHED:
        return (
            Text(
                "This run has not finished: it is still going, or it was stopped. What follows is what there is so far.",
                "warning",
            ),
        )
    return ()
