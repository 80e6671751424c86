"""The finished runs on the same data, told by the records in the folder of runs. Nothing is written."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from piste.core.errors import RunError
from piste.core.records import EvaluationRecord, RunRecord, Score, Status
from piste.core.runs import DATA, EVALUATION, RUN, RunFolder, runs_in
from piste.lint.earlier import Earlier

MOST = 200
"""Runs that are looked at, the latest ones."""

_COMPUTING = ("devices", "checkpoint")  # settings of the training that leave the network as it is
_READING = ("stream", "memory")  # and of the data


@dataclass(frozen=True)
class _Data:
    fingerprint: str


@dataclass(frozen=True)
class _Judged:
    main: str
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class _Trained:
    status: Status
    settings: dict[str, Any]


def earlier_runs(folder: RunFolder, record: RunRecord, evaluation: EvaluationRecord) -> tuple[Earlier, ...]:
    """Return the finished runs beside `folder` on the same data, oldest first, and this one, which may not be done."""
    own = _described(folder, record.settings, _deciding(evaluation.main, evaluation.scores))
    try:
        fingerprint = folder.read(_Data, DATA).fingerprint
    except RunError:
        return (own,)
    return (*_others(folder, fingerprint), own)


def _others(folder: RunFolder, fingerprint: str) -> Iterator[Earlier]:
    beside = [one for one in runs_in(folder.path.parent) if one.name != folder.name]
    for one in islice(beside, max(len(beside) - MOST, 0), None):
        try:
            if one.read(_Data, DATA).fingerprint != fingerprint:
                continue
            run = one.read(_Trained, RUN)
            if run.status is Status.FINISHED:
                judged = one.read(_Judged, EVALUATION)
                yield _described(one, run.settings, _deciding(judged.main, judged.scores))
        except (RunError, IndexError, KeyError):
            continue  # a run that is damaged, or of a version that wrote other records, says nothing


def _deciding(main: str, scores: tuple[Score, ...]) -> Score:
    return next((one for one in scores if one.name == main), scores[0])


def _described(folder: RunFolder, settings: dict[str, Any], score: Score) -> Earlier:
    data = {name: value for name, value in settings["data"].items() if name not in _READING}
    training = {name: value for name, value in settings["training"].items() if name not in _COMPUTING}
    trained = [{**data, "seed": 0}, settings["model"], training]
    return Earlier(folder.name, _hashed(data), _hashed(trained), int(data["seed"]), score)


def _hashed(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:16]
