"""Trials as rows of Optuna's tables."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from piste.core.records import decode, encode_line
from piste.core.studies import TrialRecord, TrialStatus
from piste.tune.space import Space
from piste.tune.store.distributions import as_json, internal

STATES = {
    TrialStatus.WAITING: "WAITING",
    TrialStatus.RUNNING: "RUNNING",
    TrialStatus.FINISHED: "COMPLETE",
    TrialStatus.STOPPED: "PRUNED",
    TrialStatus.DIVERGED: "FAIL",
    TrialStatus.FAILED: "FAIL",
}
RECORD = "piste"  # user attribute that has the whole record
WORKER = "piste:worker"  # system attribute: who trains it

Row = dict[str, Any]


def text_of(trial: TrialRecord) -> str:
    """Return the record as it is kept."""
    return encode_line(trial).decode().rstrip("\n")


def trial_of(text: str) -> TrialRecord:
    """Return the record that was kept."""
    return decode(text, TrialRecord)


def parameters(trial: TrialRecord, key: int, space: Space) -> Iterator[Row]:
    """Yield a row for each setting that matters in a trial."""
    matters = space.active(trial.places)
    for dimension, place, used in zip(space.dimensions, trial.places, matters, strict=True):
        if used:
            yield {
                "trial_id": key,
                "param_name": dimension.label,
                "param_value": internal(dimension, place, trial.settings[dimension.name]),
                "distribution_json": as_json(dimension),
            }


def values(trial: TrialRecord, key: int) -> Iterator[Row]:
    """Yield the row with the score of a trial that trained, be it to its end or not."""
    if trial.status in (TrialStatus.FINISHED, TrialStatus.STOPPED) and trial.score is not None:
        yield {"trial_id": key, "objective": 0, "value": trial.score, "value_type": "FINITE"}


def intermediate(trial: TrialRecord, key: int) -> Iterator[Row]:
    """Yield a row for each round: the watched metric, as the score is."""
    for step, value in enumerate(trial.metrics, 1):
        finite = math.isfinite(value)
        yield {
            "trial_id": key,
            "step": step,
            "intermediate_value": value if finite else None,
            "intermediate_value_type": "FINITE" if finite else "NAN",
        }


def rows(make: Any, trials: Sequence[TrialRecord], keys: dict[int, int], *more: Any) -> list[Row]:
    """Return all rows that `make` yields for the trials."""
    return [row for trial in trials for row in make(trial, keys[trial.number], *more)]
