"""The examples of the playground: encoded as for any training, and laid out in a plane that a person can look at."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.keys import generator
from piste.data.dataset import load, read_new
from piste.data.encoding import Encoding, fit_encoding
from piste.data.examples import DataSet
from piste.data.settings import DataSettings
from piste.play.problems import PROBLEMS, REACH, drawn, featured
from piste.play.settings import PASTED, PlaySettings
from piste.train.examples import Examples

GRID = 40  # places along each axis of a map
_MARGIN = 0.12  # of the plane around the points
_UNSEEN = 0.05  # share of the examples that the playground never looks at


@dataclass(frozen=True)
class Plane:
    """What is drawn: where each example lies, and which inputs the places of the grid stand for.

    `train` (N, 2) and `held` (M, 2) are places of examples; `low` and `high` (2,) the corners; `grid` float32
    (GRID * GRID, F) the network's inputs, row by row from the lower left. `flat` says that the plane cuts through
    more dimensions than it shows, so that an example need not lie where its colour says.
    """

    names: tuple[str, str]
    train: NDArray[np.float64]
    held: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    grid: NDArray[np.float32]
    flat: bool


@dataclass(frozen=True)
class Table:
    """A problem ready to be trained on; `train` and `held` are the examples of both splits."""

    dataset: DataSet
    encoding: Encoding
    train: Examples
    held: Examples
    plane: Plane


def data_settings(settings: PlaySettings) -> DataSettings:
    """Return how the examples are read and divided; a few are kept for a test that the playground never makes."""
    held = 1.0 - settings.train_share - _UNSEEN
    return DataSettings(split=f"{settings.train_share:.4g}/{held:.4g}/{_UNSEEN}", seed=settings.seed)


def table_of(settings: PlaySettings) -> Table:
    """Return the examples that `settings` ask for; raises `DataError`, `SettingError` for a table that will not do."""
    data = data_settings(settings)
    if settings.made:
        return _made(settings, data)
    dataset = _pasted(settings.table, data) if settings.problem == PASTED else load(settings.problem, data)
    encoding = fit_encoding(dataset)
    if not encoding.encoders:
        raise SettingError(
            "The playground takes tables. These data are pictures, texts or sequences: use `piste train`."
        )
    train, held_out = _examples(dataset, encoding, "train"), _examples(dataset, encoding, "validation")
    if settings.noise:
        noise = generator(settings.seed, "playground", "noise").normal(0, settings.noise, train.inputs.shape)
        train = Examples(np.asarray(np.asarray(train.inputs, np.float64) + noise, np.float32), train.targets)
    return Table(dataset, encoding, train, held_out, _cut(settings, encoding, train.inputs, held_out.inputs))


def _made(settings: PlaySettings, data: DataSettings) -> Table:
    points, labels = drawn(settings.problem, settings.noise, settings.seed)
    dataset = load((featured(points, settings.features), labels), data)
    encoding = fit_encoding(dataset)
    train, held = (_examples(dataset, encoding, name) for name in ("train", "validation"))
    line = np.linspace(-REACH, REACH, GRID)
    across = np.column_stack([np.tile(line, GRID), np.repeat(line, GRID)])
    columns = read_new(featured(across, settings.features), encoding, data, labelled=False).columns
    shown, unseen = (points[dataset.origin[dataset.rows[name]]] for name in ("train", "validation"))
    reach = np.full(2, REACH)
    names = PROBLEMS[settings.problem].names
    return Table(
        dataset, encoding, train, held, Plane(names, shown, unseen, -reach, reach, encoding.inputs(columns), False)
    )


def _pasted(text: str, settings: DataSettings) -> DataSet:
    if not text.strip():
        raise SettingError("Paste a table: a line of names, then a line for each example, the target last.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pasted.csv"
        path.write_text(text, encoding="utf-8")
        return load(str(path), settings)


def _examples(dataset: DataSet, encoding: Encoding, split: str) -> Examples:
    columns, values = dataset.select(split)
    return Examples(encoding.inputs(columns), encoding.targets(values))


def _cut(settings: PlaySettings, encoding: Encoding, train: NDArray[Any], held: NDArray[Any]) -> Plane:
    """Return the plane through the middle of a real table's inputs, along two columns or the principal directions."""
    middle = train.mean(axis=0)
    slots = [slot.name for slot in encoding.slots]
    if settings.axes:
        missing = [name for name in settings.axes if name not in slots]
        if missing:
            raise SettingError(f"There is no input {missing[0][:40]!r}. There are: {', '.join(slots[:40])}.")
        names, directions = settings.axes, np.eye(len(slots))[[slots.index(name) for name in settings.axes]]
    elif len(slots) == 2:
        names, directions = tuple(slots), np.eye(2)
    else:
        names = ("principal direction 1", "principal direction 2")
        directions = np.zeros((2, len(slots)))
        found = np.linalg.svd(train - middle, full_matrices=False)[2][:2]
        directions[: len(found)] = found * np.sign(found[np.arange(len(found)), np.abs(found).argmax(axis=1)])[:, None]
    places = [(part - middle) @ directions.T for part in (train, held)]
    every = np.concatenate(places)
    low, high = every.min(axis=0), every.max(axis=0)
    margin = _MARGIN * np.maximum(high - low, 1e-6)
    low, high = low - margin, high + margin
    lines = [np.linspace(low[axis], high[axis], GRID) for axis in (0, 1)]
    across = np.column_stack([np.tile(lines[0], GRID), np.repeat(lines[1], GRID)])
    grid = np.asarray(middle + across @ directions, np.float32)
    return Plane((names[0], names[1]), places[0], places[1], low, high, grid, len(slots) > 2)
