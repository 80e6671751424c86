"""Losses of trials that were stopped early, brought to where those that went on came to.

A trial that a scheduler stopped after round 3 has the loss of round 3: beside trials of 50 rounds it would look bad for
having been stopped. Its loss is multiplied by what became, in the median, of the losses of the others from that round
to their end (added to, where losses are not all positive), and is no lower than what the best of these came to: it was
behind when it was stopped. Among trials stopped together none overtakes another.
"""

from collections.abc import Sequence
from statistics import median

from piste.core.studies import TrialRecord, TrialStatus


def levelled(trials: Sequence[TrialRecord]) -> dict[int, float]:
    """Return the losses of the stopped trials as if they had gone on as the others did, by their numbers."""
    whole = [one for one in trials if one.status is TrialStatus.FINISHED and one.loss is not None]
    stopped = [one for one in trials if one.status is TrialStatus.STOPPED and one.loss is not None]
    positive = all((one.loss or 0.0) > 0 for one in (*whole, *stopped))
    found = {}
    for one in stopped:
        rounds, loss = len(one.losses), one.loss or 0.0
        pairs = [(min(other.losses[:rounds]), other.loss or 0.0) for other in whole if len(other.losses) > rounds]
        if not pairs:
            continue
        if positive:
            fallen = loss * median(end / start for start, end in pairs)
        else:
            fallen = loss + median(end - start for start, end in pairs)
        found[one.number] = max(fallen, min(end for _, end in pairs))
    return found
