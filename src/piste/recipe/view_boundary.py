"""The decision boundary: what the network answers all over a plane through its inputs, before and after training."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.records import Kind, Task
from piste.core.settings import nearest
from piste.core.views import BoundaryRecord, MarkedPoint
from piste.data.columns import Column
from piste.lens.views.plane import principal_plane
from piste.recipe.network import Network
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Moment, Subject

SIZE, MOMENTS, POINTS = 72, 4, 400
_MARGIN = 0.08  # of the range of the examples, on each side
_WIDE = 4000  # values of one input up to which principal directions of all of them are found
_ROOM, _FEWEST = 5e7, 12  # values of all places of a grid together, and places of a side all the same

Values = NDArray[np.float64]
Seen = tuple[BoundaryRecord, tuple[str, ...]]


@dataclass(frozen=True)
class _Ground:
    """A plane: titles, where the examples shown lie (N, 2), and the inputs at places (P, 2)."""

    titles: tuple[str, str]
    places: Values
    inputs: Callable[[Values], NDArray[np.generic]]
    note: str


def boundary(subject: Subject, options: ViewOptions) -> Seen:
    """Return the boundary and notes. Raises `SettingError` for columns or a point that do not fit the data."""
    if subject.encoding.task is Task.MULTI_LABEL:
        raise SettingError("A boundary needs one answer per example, and this target has several labels.")
    shown = subject.sample("test", POINTS)
    ground = _ground(subject, options, shown)
    room = int(math.sqrt(_ROOM / math.prod(subject.encoding.input_shape)))
    size = options.size or max(min(SIZE, room), _FEWEST)
    x, y = (_axis(ground.places[:, place], size, _asked(options, place)) for place in (0, 1))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inputs = ground.inputs(grid)
    moments, notes = moments_of(subject, options, MOMENTS)
    networks = [_at(subject.network, one) for one in moments]
    answers = [_answers(network, inputs) for network in networks]
    numbers = subject.encoding.task is Task.REGRESSION
    truth = np.asarray(subject.splits.truth["test"], np.float64)[shown].reshape(len(shown), -1)[:, 0]
    said = _answers(subject.network, subject.examples("test").inputs[shown])[0]
    record = BoundaryRecord(
        *ground.titles,
        _plain(x),
        _plain(y),
        tuple(titles_of(moments, subject)),
        tuple(_rows(one[0], size) for one in answers),
        () if numbers else tuple(_rows(one[1], size) for one in answers),
        () if numbers else tuple(_rows(one[2], size) for one in answers),
        subject.encoding.classes,
        _plain(ground.places[:, 0]),
        _plain(ground.places[:, 1]),
        _plain(truth),
        () if numbers else tuple((said == truth).tolist()),
        _marked(subject, options, ground, networks),
    )
    several = "The answer drawn is the first of several numbers." if numbers and subject.encoding.outputs > 1 else ""
    return record, (*(note for note in (ground.note, several) if note), *notes)


def moments_of(subject: Subject, options: ViewOptions, usual: int) -> tuple[tuple[Moment, ...], tuple[str, ...]]:
    """Return moments of the training, from before the first step to the network kept, and what is to say of them."""
    training = subject.run.record.training
    again = subject.quick() if options.again is None else options.again
    count = options.moments or usual
    if not again or count == 2 or training is None:
        note = ""
        if training is not None and options.again is None and count > 2:
            note = f"Moments in between are shown with --again, which trains once more ({training.seconds:.0f} s)."
        return (subject.start, subject.end), (note,) if note else ()
    wanted = spread(float(training.best_epoch), count - 2)
    course = subject.trained_again(lambda epoch: epoch in wanted)
    return (*course.moments, subject.end), ()


def spread(last: float, count: int) -> frozenset[float]:
    """Return up to `count` whole epochs before `last`, in steps that grow: early ones change most."""
    if last <= 1:
        return frozenset()
    return frozenset(float(round(one)) for one in np.geomspace(1, last, count + 1)[:-1] if round(one) < last)


def titles_of(moments: Sequence[Moment], subject: Subject) -> list[str]:
    """Return what each moment is called."""
    names = [f"epoch {one.epoch:g}" for one in moments]
    return ["before training", *names[1:-1], f"after training ({names[-1]} kept)"]


def _at(network: Network, moment: Moment) -> Network:
    return Network(network.model, moment.parameters, moment.state, network.encoding, network.precision)


def _ground(subject: Subject, options: ViewOptions, shown: NDArray[np.int64]) -> _Ground:
    numbers = [one for one in subject.dataset.used if one.kind is Kind.NUMBER]
    alone = len(subject.dataset.used) == 2 == len(numbers)
    if options.x or options.y or alone:
        return _of_columns(subject, options, numbers, shown)
    return _of_directions(subject, shown)


def _of_columns(subject: Subject, options: ViewOptions, numbers: Sequence[Column], shown: NDArray[np.int64]) -> _Ground:
    """Return the plane of two columns; all others are held at their median or commonest value."""
    if subject.encoding.image_shape is not None or subject.encoding.read is not None or len(numbers) < 2:
        raise SettingError("The options x and y name two columns of numbers, and these data do not have them.")
    names = [one.name for one in numbers]
    free = iter([name for name in names if name not in (options.x, options.y)])
    chosen = [one or next(free) for one in (options.x, options.y)]
    for name in chosen:
        if name not in names:
            raise SettingError(f"There is no column of numbers '{name}'. {nearest(name, names)}")
    columns, _ = subject.dataset.select("test")
    train, _ = subject.dataset.select("train")
    usual = [_usual(column) for column in train]
    place = {column.name: column.take(shown) for column in columns}
    places = np.stack([np.asarray(place[name].values, np.float64) for name in chosen], axis=1)

    def inputs(at: Values) -> NDArray[np.generic]:
        tiled = [
            _filled(column, at[:, chosen.index(column.name)])
            if column.name in chosen
            else column.take(np.zeros(len(at), np.int64))
            for column in usual
        ]
        return subject.encoding.inputs(tiled)

    rest = len(columns) - 2
    note = f"The other {rest} column{'s are' if rest > 1 else ' is'} held at the usual value; the points are not."
    return _Ground((chosen[0], chosen[1]), places, inputs, note if rest else "")


def _usual(column: Column) -> Column:
    """Return one row with the column's median or commonest value."""
    there = column.values[~column.missing]
    if not len(there):
        return column.take(np.zeros(1, np.int64))
    if column.kind in (Kind.NUMBER, Kind.FLAG):
        middle = np.array([np.median(np.asarray(there, np.float64))])
        return Column(column.name, column.kind, middle, np.zeros(1, bool), column.form)
    values, counts = np.unique(there, return_counts=True)
    common: NDArray[np.generic] = values[[int(np.argmax(counts))]]
    return Column(column.name, column.kind, common.astype(column.values.dtype), np.zeros(1, bool), column.form)


def _filled(column: Column, values: Values) -> Column:
    return Column(column.name, column.kind, values, np.zeros(len(values), bool), column.form)


def _of_directions(subject: Subject, shown: NDArray[np.int64]) -> _Ground:
    train, test = subject.train.inputs, subject.examples("test").inputs[shown]
    shape = train.shape[1:]
    if np.issubdtype(train.dtype, np.integer) and train.dtype != np.uint8:
        raise SettingError("Words have no directions in between, so that there is no plane to show a boundary on.")
    if np.isnan(np.asarray(train[:1], np.float64)).any() or np.isnan(np.asarray(train, np.float32)).any():
        raise SettingError("Sequences of unequal length have no common plane to show a boundary on.")
    most = max(_WIDE * _WIDE // max(int(np.prod(shape)), 1), 200)
    rows = subject.sample("train", min(most, 2000))
    flat = np.asarray(train[rows], np.float64).reshape(len(rows), -1)
    plane, shares = principal_plane(flat)
    places = plane.places(np.asarray(test, np.float64).reshape(len(test), -1))

    def inputs(at: Values) -> NDArray[np.generic]:
        return plane.points(at).astype(np.float32).reshape(-1, *shape)

    titles = tuple(
        f"{name} principal direction ({share:.0%} of the variance)"
        for name, share in zip(("first", "second"), shares, strict=True)
    )
    note = (
        f"The plane lies through the mean of the train split and has {shares.sum():.0%} of its variance; points are "
        "drawn at their nearest place on it, so that the colour below a point need not be its own answer."
    )
    return _Ground((titles[0], titles[1]), places, inputs, note)


def _asked(options: ViewOptions, place: int) -> float | None:
    if options.point is None:
        return None
    if len(options.point) != 2:
        raise SettingError(f"The point must be two numbers, such as 4,5. Got {len(options.point)}.")
    return options.point[place]


def _axis(values: Values, size: int, asked: float | None) -> Values:
    known = values[np.isfinite(values)]
    ends = [*([known.min(), known.max()] if len(known) else [0.0, 1.0]), *([] if asked is None else [asked])]
    low, high = float(min(ends)), float(max(ends))
    margin = _MARGIN * ((high - low) or 1.0)
    return np.linspace(low - margin, high + margin, size)


def _answers(network: Network, inputs: NDArray[np.generic]) -> tuple[Values, Values, Values]:
    """Return the answers (P,), class numbers or numbers, the probability of each, and its lead over the next (P,)."""
    outputs = network.predict(inputs)
    if network.encoding.task is Task.REGRESSION:
        unknown = np.full(len(outputs), np.nan)
        return outputs[:, 0], unknown, unknown
    best, next_best = np.sort(outputs, axis=1)[:, :-3:-1].T
    return outputs.argmax(axis=1).astype(np.float64), best, best - next_best


def _marked(
    subject: Subject, options: ViewOptions, ground: _Ground, networks: Sequence[Network]
) -> tuple[MarkedPoint, ...]:
    if options.point is None:
        return ()
    place = np.array([options.point], np.float64)
    found = [_answers(network, ground.inputs(place)) for network in networks]
    classes = subject.encoding.classes
    names = tuple(classes[int(said[0])] if classes else f"{said[0]:.4g}" for said, _, _ in found)
    return (MarkedPoint(options.point[0], options.point[1], names, tuple(float(one[1][0]) for one in found)),)


def _rows(values: Values, size: int) -> tuple[tuple[float, ...], ...]:
    return tuple(_plain(row) for row in values.reshape(size, size))


def _plain(values: Values) -> tuple[float, ...]:
    """Return the numbers to six significant digits, short in JSON."""
    return tuple(float(f"{value:.6g}") for value in values.tolist())
