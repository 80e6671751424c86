"""The plays of a page: what a browser asks for, answered as plain values."""

import dataclasses
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from piste.core.errors import SettingError
from piste.core.records import EpochRecord, Task
from piste.play.comments import comments
from piste.play.picture import dots, picture_of
from piste.play.problems import FEATURES, PROBLEMS
from piste.play.python import python
from piste.play.settings import BUNDLED, LAYERS, PASTED, UNITS, PlaySettings, play_settings
from piste.play.training import Played, advanced, begun, changed, with_weight

MOST = 8  # plays that are kept; the one that was asked for longest ago goes first
MOST_ROUNDS = 1000
_POINTS = 400  # of the learning curve


class Plays:
    """The plays that are going on, each known by a word of its own. Several threads may ask at once."""

    def __init__(self) -> None:
        self._plays: OrderedDict[str, tuple[threading.Lock, list[Played]]] = OrderedDict()
        self._lock = threading.Lock()

    def choices(self) -> dict[str, Any]:
        """Return what the controls offer, and where they stand at first."""
        return {
            "settings": dataclasses.asdict(PlaySettings()),
            "problems": list(PROBLEMS), "data": [*BUNDLED, PASTED], "features": list(FEATURES),
            "activations": ["tanh", "relu", "sigmoid", "linear", "leaky_relu", "elu", "gelu", "silu"],
            "optimisers": ["sgd", "momentum", "rmsprop", "adam"], "penalties": ["none", "l1", "l2"],
            "layers": LAYERS, "units": UNITS,
        }  # fmt: skip

    def begin(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a new play under the settings `given`, with its word as "play"."""
        played, word = begun(play_settings(given)), secrets.token_urlsafe(8)
        with self._lock:
            self._plays[word] = (threading.Lock(), [played])
            while len(self._plays) > MOST:
                self._plays.popitem(last=False)
        return {"play": word, **_scene(played), **_state(played)}

    def go_on(
        self,
        word: str,
        given: Mapping[str, Any],
        rounds: int,
        *,
        by_step: bool,
        weight: tuple[int, int, int, float] | None = None,
    ) -> dict[str, Any]:
        """Return the play after `rounds` more epochs, or steps, under the settings `given` (as they are if empty).

        `weight` is one that a person sets before: layer, unit before it (-1 for the bias), unit, value. Raises
        `SettingError` for a play that there is not, or settings that cannot be.
        """
        lock, held = self._found(word)
        with lock:
            before = held[0]
            played = changed(before, play_settings(given)) if given else before
            played = with_weight(played, *weight) if weight else played
            played = advanced(played, max(0, min(rounds, MOST_ROUNDS)), by_step=by_step)
            held[0] = played
        scene = {} if played.table is before.table else _scene(played)
        return {"play": word, **scene, **_state(played)}

    def comments(self, word: str) -> list[dict[str, str]]:
        """Return what the linter says of the play, the gravest first."""
        lock, held = self._found(word)
        with lock:
            found = comments(held[0])
        return [
            {"code": one.code, "severity": one.severity.value, "title": one.title, "cause": one.cause, "fix": one.fix}
            for one in found
        ]

    def python(self, word: str) -> str:
        """Return the play's network as a program."""
        _, held = self._found(word)
        return python(held[0].settings, held[0].table.encoding.task)

    def _found(self, word: str) -> tuple[threading.Lock, list[Played]]:
        with self._lock:
            if word not in self._plays:
                raise SettingError("This play is over, because newer ones took its place. Begin anew.")
            self._plays.move_to_end(word)
            return self._plays[word]


def _scene(played: Played) -> dict[str, Any]:
    """Return what stays as it is while a network is trained: the examples and the plane they lie in."""
    table, plane = played.table, played.table.plane
    encoding = table.encoding
    made = played.settings.features if played.settings.made else [slot.name for slot in encoding.slots]
    return {
        "axes": list(plane.names), "low": plane.low.tolist(), "high": plane.high.tolist(), "flat": plane.flat,
        "classes": list(encoding.classes), "regression": encoding.task is Task.REGRESSION, "inputs": list(made),
        "target": ", ".join(encoding.target_names), "dots": {name: vars(one) for name, one in dots(played).items()},
    }  # fmt: skip


def _state(played: Played) -> dict[str, Any]:
    records = played.records
    return {
        "settings": dataclasses.asdict(played.settings),
        "epoch": played.epoch,
        "stopped": bool(int(played.carry.stopped)),
        "parameters": played.plan.layout.size,
        "metric": played.metric.name,
        "last": _point(records[-1]) if records else None,
        "curve": [_point(one) for one in _thinned(records)],
        "picture": dataclasses.asdict(picture_of(played)),
    }


def _thinned(records: Sequence[EpochRecord]) -> list[EpochRecord]:
    if len(records) <= _POINTS:
        return list(records)
    stride = -(-len(records) // _POINTS)
    return [*records[::stride], records[-1]]


def _point(record: EpochRecord) -> dict[str, float]:
    return {
        "epoch": record.epoch,
        "train": record.train_loss,
        "held": record.validation_loss,
        "metric": record.validation_metric,
    }
