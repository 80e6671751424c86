"""What excites the units of a layer most: examples of the train split with the part that counts, and made-up inputs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.views_inside import ExcitingRecord, UnitRecord, UnitsRecord
from piste.lens.views.activations import shown_layers
from piste.lens.views.units import Scale, excitement, made_up, receptive
from piste.nn.activations import Activation
from piste.recipe.drawing import drawn, limits_of
from piste.recipe.examples import describer, png
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_pictures import seen, small
from piste.recipe.view_subject import Subject

UNITS, EXAMPLES, LOOKED = 8, 5, 2000

Values = NDArray[np.floating]


def units(subject: Subject, options: ViewOptions) -> tuple[UnitsRecord, tuple[str, ...]]:
    """Return the most exciting examples of a split for some units. Raises `SettingError` for a layer there is not."""
    network, split = subject.network, options.split or "train"
    places = subject.sample(split, options.examples or LOOKED)
    inputs = subject.examples(split).inputs[places]
    layer = _layer(subject, inputs, options.layer)
    values, where = excitement(network.model, network.parameters, network.state, inputs, layer)
    chosen = _units(values, options)
    describe = describer(subject.dataset, subject.dataset.rows[split])
    origin = subject.dataset.origin[subject.dataset.rows[split]]
    truth = np.asarray(subject.splits.truth[split])
    best = {unit: np.argsort(-values[:, unit], kind="stable")[:EXAMPLES] for unit in chosen}
    parts = _parts(subject, inputs, layer, {int(where[one, unit]) for unit in chosen for one in best[unit]})
    made_of = _made_up(subject, inputs, layer, chosen)
    made = []
    for unit in chosen:
        examples = []
        for one in best[unit]:
            told, picture = describe(int(places[one]))
            part = parts.get(int(where[one, unit]), ())
            shown = _marked(inputs[one], part) if part else picture
            said = _said(subject, truth[places[one]])
            examples.append(ExcitingRecord(int(origin[places[one]]), said, float(values[one, unit]), shown, told, part))
        made.append(UnitRecord(unit, tuple(examples), float(values[:, unit].mean()), *made_of.get(unit, ())))
    return UnitsRecord(layer, split, len(places), tuple(made)), ()


def _layer(subject: Subject, inputs: NDArray[Any], asked: str | None) -> str:
    network = subject.network
    known = list(shown_layers(network.model, network.parameters, network.state, inputs))
    if asked is not None and asked not in known:
        raise SettingError(f"There is no layer '{asked}'. There are: {', '.join(known)}.")
    return asked or known[max(len(known) - 2, 0)]  # the last before the outputs


def _units(values: Values, options: ViewOptions) -> list[int]:
    count = values.shape[1]
    if options.units is None:
        return sorted(np.argsort(-values.std(axis=0), kind="stable")[:UNITS].tolist())
    for unit in options.units:
        if unit >= count:
            raise SettingError(f"The layer has {count} units, numbered from 0. Got {unit}.")
    return list(options.units)


def _parts(subject: Subject, inputs: NDArray[Any], layer: str, places: set[int]) -> dict[int, tuple[int, ...]]:
    """Return the part of a picture that each place sees: top, left, bottom, right; none of other inputs."""
    if subject.encoding.image_shape is None:
        return {}
    network = subject.network
    masks = receptive(network.model, network.parameters, network.state, inputs.shape[1:], layer, places)
    parts: dict[int, tuple[int, ...]] = {}
    for place, mask in masks.items():
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if len(rows):
            parts[place] = (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return parts


def _marked(example: NDArray[Any], part: tuple[int, ...]) -> str:
    """Return the picture with all but the part paled."""
    pixels = np.asarray(example, np.float64)
    faded = 0.25 * pixels + 0.75 * 160.0
    top, left, bottom, right = part
    faded[top:bottom, left:right] = pixels[top:bottom, left:right]
    return png(small(faded))


def _said(subject: Subject, truth: Any) -> str:
    encoding = subject.encoding
    if encoding.classes and np.ndim(truth) == 0:
        return encoding.classes[int(truth)]
    return ", ".join(f"{float(value):.4g}" for value in np.atleast_1d(truth))


def _before(subject: Subject, inputs: NDArray[Any], layer: str) -> str:
    """Return the layer whose outputs an activation reads: where that is silent, it has no gradient to climb."""
    network = subject.network
    known = shown_layers(network.model, network.parameters, network.state, inputs)
    names = list(known)
    place = names.index(layer)
    return names[place - 1] if place and isinstance(known[layer], Activation) else layer


def _made_up(subject: Subject, inputs: NDArray[Any], layer: str, units: list[int]) -> dict[int, tuple[str, float]]:
    """Return made-up inputs as pictures, and what they reach before the activation; none for tables and texts."""
    encoding, network = subject.encoding, subject.network
    if encoding.image_shape is not None:
        mean = np.asarray(encoding.channel_mean, np.float64)
        deviation = np.asarray(encoding.channel_std, np.float64)
        scale = Scale(mean, deviation, 0.0, 255.0)
    elif encoding.sequence is not None and not encoding.sequence.ragged:
        channels = encoding.input_shape[-1]
        scale = Scale(np.zeros(channels), np.ones(channels), float(inputs.min()), float(inputs.max()))
    else:
        return {}
    climbed, shape = _before(subject, inputs, layer), inputs.shape[1:]
    found = made_up(network.model, network.parameters, network.state, shape, climbed, units, scale)
    pictures = encoding.image_shape is not None
    drawings = [seen(values) if pictures else png(drawn(values, *limits_of(values))) for values, _ in found]
    return {unit: (drawing, reached) for unit, drawing, (_, reached) in zip(units, drawings, found, strict=True)}
