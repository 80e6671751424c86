"""Tiny changes that fool the network: an example beside what it became, with the answers before and after."""

import math
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.records import Kind, Task
from piste.core.views_inside import AdversarialRecord, AttackedRecord
from piste.data.encoders.number import NumberEncoder
from piste.data.encoders.scaling import LIMIT, Scale
from piste.lens.views.adversarial import Attack, attack_of
from piste.nn.layer import Context
from piste.recipe.drawing import drawn, limits_of
from piste.recipe.examples import png
from piste.recipe.view_examples import places_of_rows
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_pictures import seen, signed, small
from piste.recipe.view_subject import Subject

STEPS, EXAMPLES, ATTACKED = 20, 4, 200
PIXELS, DEVIATIONS = 16.0, 0.3  # usual strengths: levels of grey of 255, and standard deviations
_CURVE = (0.0, 0.125, 0.25, 0.5, 1.0, 1.5, 2.0)  # times the strength
_HALVINGS = 7
_ALMOST = 0.9999

Values = NDArray[np.floating]


@dataclass(frozen=True)
class _Ring:
    """What is attacked and how."""

    subject: Subject
    attack: Attack
    strength: float
    pictures: bool


def adversarial(subject: Subject, options: ViewOptions) -> tuple[AdversarialRecord, tuple[str, ...]]:
    """Return attacks on a few examples, and the accuracy at rising strengths.

    Raises `SettingError` for targets without classes, and texts, between whose words there is nothing.
    """
    ring = _ring(subject, options)
    split = options.split or "test"
    inputs = np.asarray(subject.examples(split).inputs)
    truth = np.asarray(subject.splits.truth[split])
    places = _chosen(subject, options, split, inputs, truth)
    examples = tuple(_attacked(ring, split, int(place), inputs[place], int(truth[place])) for place in places)
    many = subject.sample(split, options.examples or ATTACKED)
    strengths = tuple(ring.strength * share for share in _CURVE)
    accuracy = tuple(_accuracy(ring, inputs[many], truth[many], strength) for strength in strengths)
    steps = options.steps or STEPS
    method = "fast gradient sign" if steps == 1 else "projected gradient descent"
    unit = "levels of 255" if ring.pictures else "standard deviations"
    record = AdversarialRecord(method, ring.strength, unit, steps, split, examples, strengths, accuracy, len(many))
    return record, ()


def _ring(subject: Subject, options: ViewOptions) -> _Ring:
    encoding, network = subject.encoding, subject.network
    if encoding.task not in (Task.TWO_CLASS, Task.MANY_CLASS):
        raise SettingError("An attack changes an answer among classes, and this target has none of which one is right.")
    if encoding.tokens is not None:
        raise SettingError("Between words there is nothing in between, so that a text cannot be changed a little.")
    pictures = encoding.image_shape is not None
    free = np.ones(encoding.input_shape, bool) if encoding.encoders == () else _numbers(subject)
    if not free.any():
        raise SettingError(
            "No column enters the network as one plain number (in bins, say, they do not): a row has nothing to change."
        )

    def run(values: jax.Array) -> jax.Array:
        return network.model.run(network.parameters, network.state, values, Context())[0]

    train = subject.train.inputs
    low, high = (0.0, 255.0) if pictures else (float(np.nanmin(train)), float(np.nanmax(train)))
    attack = attack_of(run, options.steps or STEPS, low, high, free, pictures)
    return _Ring(subject, attack, options.strength or (PIXELS if pictures else DEVIATIONS), pictures)


def _numbers(subject: Subject) -> NDArray[np.bool_]:
    """Return which inputs of a table can be changed a little: those in bins would have to change together."""
    free = []
    for encoder in subject.encoding.encoders:
        steps = encoder.kind is Kind.SEQUENCE
        plain = isinstance(encoder, NumberEncoder) and not encoder.edges
        free += [plain or steps, *([steps] * (len(encoder.slots) - 1))]
    return np.array(free, bool)


def _chosen(
    subject: Subject, options: ViewOptions, split: str, inputs: NDArray[Any], truth: NDArray[Any]
) -> NDArray[np.int64]:
    """Return the examples asked for, or some that the network has right."""
    if options.rows:
        return places_of_rows(subject, options.rows, split)
    some = subject.sample(split, 400)
    right = some[subject.network.predict(inputs[some]).argmax(axis=1) == truth[some]]
    if not len(right):
        raise SettingError(f"The network has none of {len(some)} examples of the {split} split right: nothing to fool.")
    return right[np.unique(np.linspace(0, len(right) - 1, EXAMPLES).round().astype(np.int64))]


def _attacked(ring: _Ring, split: str, place: int, example: NDArray[Any], truth: int) -> AttackedRecord:
    network, classes = ring.subject.network, ring.subject.encoding.classes
    changed = ring.attack(example[None], np.array([truth]), ring.strength)[0]
    both = network.predict(np.stack([np.asarray(example, np.float32), changed]))
    names = [classes[int(one.argmax())] for one in both]
    original = np.asarray(example, np.float64)
    shown = _shown(ring, original, np.asarray(changed, np.float64))
    return AttackedRecord(
        int(ring.subject.dataset.origin[ring.subject.dataset.rows[split]][place]),
        classes[truth],
        names[0],
        float(both[0].max()),
        names[1],
        float(both[1].max()),
        float(np.nanmax(np.abs(changed - original))),
        *shown,
        _told(ring, original, np.asarray(changed, np.float64)),
        _least(ring, example, truth),
    )


def _shown(ring: _Ring, original: Values, changed: Values) -> tuple[str, str, str]:
    """Return the example, what it became, and the difference, as pictures; empty texts for a row of a table."""
    if ring.pictures:
        return seen(original), seen(changed), png(small(signed((changed - original).mean(axis=-1))))
    if original.ndim == 2:
        limits = limits_of(original, changed)
        difference = changed - original
        return (
            png(drawn(original, *limits)),
            png(drawn(changed, *limits)),
            png(drawn(difference, *limits_of(difference))),
        )
    return "", "", ""


def _told(ring: _Ring, original: Values, changed: Values) -> tuple[str, ...]:
    """Return the changes of a row's numbers in their own units."""
    if ring.pictures or original.ndim != 1:
        return ()
    said, start = [], 0
    for encoder in ring.subject.encoding.encoders:
        if isinstance(encoder, NumberEncoder) and original[start] != changed[start]:
            before, after = (_undone(encoder.scale, float(one[start])) for one in (original, changed))
            said.append(f"{encoder.name}: {before:.4g} to {after:.4g}")
        start += len(encoder.slots)
    return tuple(said)


def _undone(scale: Scale, value: float) -> float:
    """Return a scaled number in its own unit; far out, where the scale levels off, the nearest that it tells apart."""
    bent = min(max(value * scale.deviation + scale.mean, -_ALMOST * LIMIT), _ALMOST * LIMIT)
    return scale.centre + scale.spread * LIMIT * math.tan(math.asin(bent / LIMIT))


def _least(ring: _Ring, example: NDArray[Any], truth: int) -> float:
    """Return the smallest strength found that changes a right answer, by halving; NaN where 4 times is too little."""
    low, high = 0.0, 4.0 * ring.strength
    if not _fools(ring, example, truth, high):
        return float("nan")
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _fools(ring, example, truth, middle) else (middle, high)
    return high


def _fools(ring: _Ring, example: NDArray[Any], truth: int, strength: float) -> bool:
    changed = ring.attack(example[None], np.array([truth]), strength)
    return int(ring.subject.network.predict(changed)[0].argmax()) != truth


def _accuracy(ring: _Ring, inputs: NDArray[Any], truth: NDArray[Any], strength: float) -> float:
    changed = ring.attack(inputs, truth, strength)
    return float(np.mean(ring.subject.network.predict(changed).argmax(axis=1) == truth))
