"""The curves of a run while they grow: `metrics.jsonl` read on from where the last reading stopped."""

import threading
from array import array
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from piste.web.places import MEGABYTE, ordinary
from piste.web.thinning import Numbers, kept

NUMBERS = (
    "epoch",
    "step",
    "seconds",
    "train_loss",
    "validation_loss",
    "validation_metric",
    "learning_rate",
    "gradient_norm",
)
CHARTS = {
    "loss": ("train_loss", "validation_loss"),
    "metric": ("validation_metric",),
    "rate": ("learning_rate",),
    "gradient": ("gradient_norm",),
}
ACROSS = ("epoch", "step", "seconds")
MOST = 64 * MEGABYTE  # of a longer file only the end is read
_CHUNK = 4 * MEGABYTE
_LONGEST = 64 * 1024  # bytes of a line


class _Line(msgspec.Struct):
    epoch: float | None = None
    step: float | None = None
    seconds: float | None = None
    train_loss: float | None = None
    validation_loss: float | None = None
    validation_metric: float | None = None
    learning_rate: float | None = None
    gradient_norm: float | None = None
    metric: str = ""


class Curves:
    """The numbers of one file so far. Reading costs what was added since the last time."""

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._path, self._most = path, most
        self._lock = threading.Lock()
        self._decoder = msgspec.json.Decoder(_Line)
        self._forget()

    def _forget(self) -> None:
        self._columns = {name: array("d") for name in NUMBERS}
        self._offset, self._rest, self._file = 0, b"", 0
        self.metric, self.damaged, self.left_out = "", 0, 0

    def read(self) -> dict[str, Numbers]:
        """Return the columns (T,) float64, in the order of the lines; NaN is what was not finite.

        Lines that are no record are counted in `damaged`, bytes before the part that is read in `left_out`.
        """
        with self._lock:
            self._refresh()
            return {name: np.array(column, np.float64) for name, column in self._columns.items()}

    def _refresh(self) -> None:
        if not ordinary(self._path):
            return self._forget()
        found = self._path.stat()
        if found.st_ino != self._file or found.st_size < self._offset:
            self._forget()
            self._file = found.st_ino
        with self._path.open("rb") as file:
            if found.st_size - self._offset > self._most:
                self._forget()
                self._file, self.left_out = found.st_ino, found.st_size - self._most
                file.seek(self.left_out)
                self._offset = self.left_out + len(file.readline(_LONGEST))
            file.seek(self._offset)
            while self._offset < found.st_size and (chunk := file.read(min(_CHUNK, found.st_size - self._offset))):
                self._offset += len(chunk)
                self._take(chunk)
        return None

    def _take(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._add(line)
        if len(self._rest) > _LONGEST:  # no line of ours: its parts are not kept until it ends
            self._rest = b"?"

    def _add(self, line: bytes) -> None:
        try:
            record = self._decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.damaged += 1
            return
        self.metric = record.metric or self.metric
        for name in NUMBERS:
            value = getattr(record, name)
            self._columns[name].append(float("nan") if value is None else value)


def drawn(
    curves: Curves, across: str, low: float | None, high: float | None, buckets: int, best_epoch: float | None = None
) -> dict[str, Any]:
    """Return what the charts draw between `low` and `high` of `across`, each with at most about 4 `buckets` points.

    A point to each side of the range stays, so that lines run on to the edge. The best point is that of `best_epoch`;
    where the run does not say yet which that is, the one with the lowest validation loss.
    """
    columns = curves.read()
    order = _ascending(columns[across])
    columns = {name: column[order] for name, column in columns.items()}
    along = columns[across]
    first = 0 if low is None else max(0, int(np.searchsorted(along, low)) - 1)
    last = len(along) if high is None else min(len(along), int(np.searchsorted(along, high, "right")) + 1)
    best = _best(columns, best_epoch)
    shown = {name: column[first:last] for name, column in columns.items()}
    charts = {}
    for chart, names in CHARTS.items():
        places = kept([shown[name] for name in names], buckets, () if best is None else (best - first,))
        charts[chart] = {"x": shown[across][places].tolist(), "y": [_finite(shown[name][places]) for name in names]}
    return {
        "charts": charts,
        "metric": curves.metric,
        "total": len(along),
        "from": _one(along, 0),
        "to": _one(along, -1),
        "best": None if best is None else {name: _number(column[best]) for name, column in columns.items()},
        "last": {name: _number(column[-1]) for name, column in columns.items()} if len(along) else None,
        "damaged": curves.damaged,
        "left_out": curves.left_out,
    }


def _ascending(along: Numbers) -> Any:
    known = np.isfinite(along)
    if known.all() and (np.diff(along) >= 0).all():
        return slice(None)
    places = np.flatnonzero(known)
    return places[np.argsort(along[places], kind="stable")]


def _best(columns: dict[str, Numbers], epoch: float | None) -> int | None:
    losses, said = columns["validation_loss"], np.flatnonzero(columns["epoch"] == epoch)
    if epoch is not None and len(said):
        return int(said[-1])
    return int(np.nanargmin(np.where(np.isfinite(losses), losses, np.inf))) if np.isfinite(losses).any() else None


def _finite(values: Numbers) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _one(values: Numbers, place: int) -> float | None:
    return _number(values[place]) if len(values) else None
