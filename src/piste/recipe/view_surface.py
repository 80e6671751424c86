"""The loss surface around the trained network, with the ways that trainings at several rates took over it."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.views import PathRecord, SurfaceRecord
from piste.lens.views.plane import Plane, principal_plane
from piste.lens.views.surface import (
    filter_normalised,
    flat,
    like,
    losses_of,
    losses_on_plane,
    single_weight,
    without_chance,
)
from piste.nn.layer import Context
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Course, Subject, same_network

SIZE, EXAMPLES, MOMENTS = 33, 512, 40
RATES = (0.1, 1.0, 10.0)  # too small, as it was, too large: times the run's own
_FARTHEST = 1.35  # of the way of the run itself: a path that leaves the surface is cut at its edge
_TOO_LARGE = 4_000_000  # values of all moments of one path together

Values = NDArray[np.float64]
Seen = tuple[SurfaceRecord, tuple[str, ...]]


def surface(subject: Subject, options: ViewOptions) -> Seen:
    """Return the surface and notes. Raises `SettingError` for directions or rates that cannot be had."""
    loss, count = _loss(subject, options)
    end = subject.end.parameters
    centre = flat(end)
    courses = _courses(subject, options)
    plane, titles, here, notes = _plane(subject, options, courses, centre)
    ways = [plane.places(np.stack([flat(one.parameters) for one in course.moments])) for course in courses]
    x, y = _axes(options, ways, titles, here)
    first, second = (like(one, end) for one in plane.directions)
    losses = losses_on_plane(loss, end, first, second, x, y)
    paths = [_path(course, way, plane, loss, here) for course, way in zip(courses, ways, strict=True)]
    record = SurfaceRecord(
        *titles,
        _plain(x + here[0]),
        _plain(y + here[1]),
        tuple(_plain(row) for row in losses),
        count,
        tuple(paths),
        here,
    )
    return record, (*_said(subject, options, courses, count), *notes)


def _loss(subject: Subject, options: ViewOptions) -> tuple[Callable[[Any], jax.Array], int]:
    """Return the mean loss as a function of the parameters alone, on examples of a split, and how many they are."""
    split = options.split or "train"
    rows = subject.sample(split, options.examples or EXAMPLES)
    examples = subject.train if split == "train" else subject.examples(split)
    inputs, targets = jnp.asarray(examples.inputs[rows]), jnp.asarray(examples.targets[rows])
    weights = None if examples.weights is None else jnp.asarray(examples.weights[rows])
    model, plan, state = without_chance(subject.network.model), subject.plan, subject.network.state

    def loss(parameters: Any) -> jax.Array:
        outputs, _ = model.run(parameters, state, inputs, Context(training=True))
        return jnp.average(plan.loss(outputs, targets), weights=weights)

    return loss, len(rows)


def _courses(subject: Subject, options: ViewOptions) -> list[Course]:
    again = subject.quick() if options.again is None else options.again
    own = subject.settings.training.learning_rate or 0.0
    if not again:
        if options.rates is not None:
            raise SettingError("Paths at several rates need trainings: say --again, or leave --rates out.")
        return []
    rates = options.rates or tuple(own * factor for factor in RATES)
    keep = _keeps(subject)
    return [subject.trained_again(keep, None if np.isclose(rate, own) else rate) for rate in rates]


def _keeps(subject: Subject) -> Callable[[float], bool]:
    """Return which epochs are kept: all of a short training, else ever fewer, as many as memory holds."""
    epochs = subject.settings.training.epochs or 1
    room = max(_TOO_LARGE // subject.plan.layout.size, 8)
    count = min(MOMENTS, room)
    wanted = set(np.unique(np.geomspace(1, epochs, count).round())) if epochs > count else set(range(1, epochs + 1))
    return lambda epoch: epoch in wanted


def _plane(
    subject: Subject, options: ViewOptions, courses: Sequence[Course], centre: Values
) -> tuple[Plane, tuple[str, str], tuple[float, float], tuple[str, ...]]:
    end, asked = subject.end.parameters, options.directions or ("path" if courses else "random")
    if asked == "random":
        seed = subject.settings.data.seed
        directions = np.stack([flat(filter_normalised(end, seed, name)) for name in ("first", "second")])
        titles = ("first random direction, filter-normalised", "second random direction, filter-normalised")
        return Plane(centre, directions), titles, (0.0, 0.0), ()
    if asked == "path":
        if not courses:
            raise SettingError("The directions of the path need the training made again: say --again, or random.")
        own = _nearest(subject, courses)
        way = np.stack([flat(one.parameters) for one in own.moments])
        plane, shares = principal_plane(way, centre)
        named = [f"direction of the path ({share:.0%} of it)" for share in shares]
        return plane, (f"first {named[0]}", f"second {named[1]}"), (0.0, 0.0), ()
    names = [one.strip() for one in asked.split(";") if one.strip()]
    if len(names) != 2:
        raise SettingError(
            "The directions must be path, random, or two weights with a semicolon between, such as "
            f"'00_dense/weight[0,0]; 00_dense/bias[0]'. Got '{asked}'."
        )
    (first, x), (second, y) = (single_weight(end, name) for name in names)
    others = len(centre) - 2
    note = f"The other {others:,} weights stay as they are at the end of the training." if others else ""
    return Plane(centre, np.stack([flat(first), flat(second)])), (names[0], names[1]), (x, y), (note,) if note else ()


def _nearest(subject: Subject, courses: Sequence[Course]) -> Course:
    own = subject.settings.training.learning_rate or 0.0
    return min(courses, key=lambda course: abs(np.log(course.rate / own)) if own else 0.0)


def _axes(
    options: ViewOptions, ways: Sequence[Values], titles: tuple[str, str], here: tuple[float, float]
) -> tuple[Values, Values]:
    """Return the places along both axes: the trained network and the paths inside, with a margin."""
    size = options.size or SIZE
    if not ways:
        reach = options.reach or 1.0
        return np.linspace(-reach, reach, size), np.linspace(-reach, reach, size)
    spans = []
    for axis in (0, 1):
        ends = np.concatenate([np.clip(way[:, axis], *_within(ways, axis)) for way in ways] + [np.zeros(1)])
        low, high = float(ends.min()), float(ends.max())
        margin = (0.25 * (options.reach or 1.0)) * ((high - low) or 1.0)
        spans.append(np.linspace(low - margin, high + margin, size))
    return spans[0], spans[1]


def _within(ways: Sequence[Values], axis: int) -> tuple[float, float]:
    """Return how far paths may stretch the surface: a little beyond the middle one of them, by length."""
    lengths = [float(np.ptp(way[:, axis])) for way in ways]
    middle = ways[int(np.argsort(lengths)[len(lengths) // 2])][:, axis]
    reach = _FARTHEST * (float(np.ptp(middle)) or 1.0)
    return float(middle.min() - reach), float(middle.max() + reach)


def _path(
    course: Course, way: Values, plane: Plane, loss: Callable[[Any], jax.Array], here: tuple[float, float]
) -> PathRecord:
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[one.parameters for one in course.moments])
    return PathRecord(
        f"rate {course.rate:.3g}",
        course.rate,
        _plain(way[:, 0] + here[0]),
        _plain(way[:, 1] + here[1]),
        tuple(float(one.epoch) for one in course.moments),
        _plain(losses_of(loss, stacked)),
        _plain(plane.away(np.stack([flat(one.parameters) for one in course.moments]))),
    )


def _said(subject: Subject, options: ViewOptions, courses: Sequence[Course], count: int) -> tuple[str, ...]:
    split = options.split or "train"
    said = [
        f"The loss of {count:,} examples of the {split} split, as the training computes it but without dropout, "
        "augmentation and penalties; means and variances of batch norm are those of these examples."
    ]
    if courses:
        own = _nearest(subject, courses)
        if own.rate == (subject.settings.training.learning_rate or 0.0):
            same = same_network(own.kept, subject.network)
            said.append(
                "The training made again ended with the bits of the run: its path is the one that was taken."
                if same
                else "The training made again did not end with the bits of the run, as on another machine or version: "
                "its path is like the one that was taken."
            )
    elif options.again is None:
        said.append("Paths are drawn with --again, which trains three times more.")
    return tuple(said)


def _plain(values: NDArray[Any]) -> tuple[float, ...]:
    """Return the numbers to six significant digits, short in JSON."""
    return tuple(float(f"{value:.6g}") for value in values.tolist())
