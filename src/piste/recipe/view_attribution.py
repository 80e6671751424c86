"""Why the network answers as it does: what each column, pixel, step or word counts for an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.core.views import AttributionRecord, AttributionsRecord, ExplainedRecord
from piste.data.encoders.tokens import PADDING, SPLIT, UNKNOWN
from piste.lens.views.attribution import (
    grad_cam,
    gradient,
    groups,
    integrated_gradients,
    occlusion,
    patches,
    windows,
)
from piste.lens.views.layers import layers_of, outputs_of_layers, outputs_with
from piste.nn.embedding import Embedding
from piste.nn.layer import Context
from piste.recipe.examples import shown as said
from piste.recipe.view_examples import Shown, shown_examples
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_pictures import enlarged, heat, reduced, seen
from piste.recipe.view_subject import Subject

Values = NDArray[np.floating]

GRADIENT, TIMES, INTEGRATED, CAM, OCCLUSION = (
    "gradient",
    "gradient times input",
    "integrated gradients",
    "Grad-CAM",
    "occlusion",
)


@dataclass(frozen=True)
class _Explained:
    """The function that is explained, from what enters (B, ...) to outputs (B, K), with a baseline to compare with."""

    run: Callable[[jax.Array], jax.Array]
    entered: Values  # (B, ...)
    baseline: Values  # (B, ...)


def attribution(subject: Subject, options: ViewOptions) -> tuple[AttributionsRecord, tuple[str, ...]]:
    """Return what counts for the answers to a few examples, by every method that fits the inputs."""
    examples = shown_examples(subject, options)
    kind = _kind(subject)
    explained = [_explained(subject, examples, at, kind) for at in range(len(examples.rows))]
    shared = ", less the mean of those of all classes" if _compete(subject) else ""
    note = (
        f"What is explained is the network's raw output for the answer{shared}. It is compared with "
        f"{_BASELINES[kind]}; integrated gradients add up to the difference, and the gap says how nearly."
    )
    return AttributionsRecord(kind, examples.split, tuple(explained)), (note,)


_BASELINES = {
    "pictures": "a picture of the mean colour of the train split",
    "sequences": "a sequence at the mean of the train split",
    "table": "a row of the mean inputs of the train split",
    "texts": "a text of words that are not known",
}


def _kind(subject: Subject) -> str:
    if subject.encoding.image_shape is not None:
        return "pictures"
    if subject.encoding.sequence is not None:
        return "sequences"
    return "texts" if subject.encoding.tokens is not None else "table"


def _explained(subject: Subject, shown: Shown, at: int, kind: str) -> ExplainedRecord:
    inputs, unit = shown.inputs[at : at + 1], shown.units[at]
    asked = _asked(subject, inputs, kind)
    slopes = gradient(asked.run, asked.entered, unit)
    integrated, gaps = integrated_gradients(asked.run, asked.entered, asked.baseline, unit)
    times = np.nan_to_num(slopes * (asked.entered - asked.baseline))
    found = {GRADIENT: (slopes[0], np.nan), TIMES: (times[0], np.nan), INTEGRATED: (integrated[0], float(gaps[0]))}
    made = {
        "pictures": _of_picture,
        "sequences": _of_sequence,
        "texts": _of_text,
        "table": _of_row,
    }[kind](subject, shown, at, found, asked)
    ends = asked.run(jnp.asarray(np.concatenate([asked.entered, asked.baseline]), jnp.float32))
    return ExplainedRecord(
        int(shown.rows[at]),
        shown.truth[at],
        shown.answers[at],
        shown.confidence[at],
        shown.named[at],
        float(ends[0, unit]),
        float(ends[1, unit]),
        **made,
    )


def _asked(subject: Subject, inputs: NDArray[Any], kind: str) -> _Explained:
    network, read = subject.network, reader_of(subject)
    if kind == "texts":
        return _of_embedding(subject, inputs, read)

    @jax.jit
    def run(values: jax.Array) -> jax.Array:
        return read(network.model.run(network.parameters, network.state, values, Context())[0])

    entered = np.asarray(inputs, np.float32)
    if kind == "pictures":
        baseline = np.broadcast_to(np.asarray(subject.encoding.channel_mean, np.float32), entered.shape)
    elif kind == "sequences":  # standardised: the mean is 0
        baseline = np.where(np.isnan(entered), np.nan, 0.0).astype(np.float32)
    else:
        mean = np.asarray(subject.train.inputs, np.float64).mean(axis=0)
        baseline = np.broadcast_to(mean.astype(np.float32), entered.shape)
    return _Explained(run, entered, baseline)


def _compete(subject: Subject) -> bool:
    return subject.encoding.task in (Task.TWO_CLASS, Task.MANY_CLASS)


def reader_of(subject: Subject) -> Callable[[jax.Array], jax.Array]:
    """Return what makes the explained outputs (B, K) of the network's own.

    Of outputs that compete, each minus the mean of all: what they have in common changes no probability.
    """
    compete = _compete(subject)

    def read(outputs: jax.Array) -> jax.Array:
        return outputs - jnp.mean(outputs, axis=-1, keepdims=True) if compete else outputs

    return read


def _of_embedding(subject: Subject, tokens: NDArray[Any], read: Callable[[jax.Array], jax.Array]) -> _Explained:
    """Return the function from the vectors of the words on; a word that is not known is the baseline of each."""
    network = subject.network
    shape = subject.encoding.input_shape
    found = layers_of(network.model, network.parameters, network.state, shape, tokens.dtype)
    path = next(name for name, layer in found.items() if isinstance(layer, Embedding))
    unknown = np.where(tokens == PADDING, PADDING, UNKNOWN)
    both = jnp.asarray(np.concatenate([tokens, unknown]))
    vectors = np.asarray(outputs_of_layers(network.model, network.parameters, network.state, both)[1][path])

    @jax.jit
    def run(values: jax.Array) -> jax.Array:
        many = jnp.broadcast_to(jnp.asarray(tokens), (len(values), *tokens.shape[1:]))
        return read(outputs_with(network.model, network.parameters, network.state, many, {path: values}))

    return _Explained(run, vectors[:1], vectors[1:])


Found = dict[str, tuple[Values, float]]


def _of_picture(subject: Subject, shown: Shown, at: int, found: Found, asked: _Explained) -> dict[str, Any]:
    example = asked.entered[0]
    height, width = example.shape[:2]
    size = max(min(height, width) // 7, 2)
    hidden = patches(example, asked.baseline[0], size, max(size // 2, 1))
    # Of the channels of a pixel the sum counts; of slopes, which have no common sign, the largest size.
    maps = {name: (values.sum(axis=-1), gap) for name, (values, gap) in found.items()}
    maps[GRADIENT] = (np.abs(found[GRADIENT][0]).max(axis=-1), np.nan)
    layer = _last_maps(subject, shown.inputs[at : at + 1])
    if layer:
        network = subject.network
        cam = grad_cam(
            network.model, network.parameters, network.state, asked.entered, layer, shown.units[at], reader_of(subject)
        )[0]
        maps[CAM] = (enlarged(cam, (height, width)), np.nan)
    maps[OCCLUSION] = (occlusion(asked.run, example, hidden, shown.units[at]), np.nan)
    made = tuple(
        AttributionRecord(name, _rows(reduced(values)), gap, heat(values, example))
        for name, (values, gap) in maps.items()
    )
    return {"attributions": made, "picture": seen(example)}


def _last_maps(subject: Subject, inputs: NDArray[Any]) -> str:
    """Return the path of the last layer whose outputs still lie beside each other like the pixels or steps."""
    network = subject.network
    shapes = jax.eval_shape(
        lambda values: outputs_of_layers(network.model, network.parameters, network.state, values)[1],
        jax.ShapeDtypeStruct(inputs.shape, inputs.dtype),  # type: ignore[no-untyped-call]
    )
    fitting = [path for path, one in shapes.items() if len(one.shape) == inputs.ndim and min(one.shape[1:-1]) > 1]
    return fitting[-1] if len(fitting) > 1 else ""  # the first is the standardised picture itself


def _of_sequence(subject: Subject, shown: Shown, at: int, found: Found, asked: _Explained) -> dict[str, Any]:
    example = asked.entered[0]
    size = max(len(example) // 20, 1)
    hidden = windows(example, asked.baseline[0], size, max(size // 2, 1))
    steps = {name: (values.sum(axis=-1), gap) for name, (values, gap) in found.items()}
    steps[OCCLUSION] = (occlusion(asked.run, example, hidden, shown.units[at]), np.nan)
    made = tuple(AttributionRecord(name, _rows(values[None]), gap) for name, (values, gap) in steps.items())
    column = subject.dataset.select(shown.split)[0][0]
    values = np.asarray(column.values[shown.places[at]], np.float64)[: len(example)]
    return {"attributions": made, "lines": _rows(values.T)}


def _of_text(subject: Subject, shown: Shown, at: int, found: Found, asked: _Explained) -> dict[str, Any]:
    encoder = subject.encoding.tokens
    column = subject.dataset.select(shown.split)[0][0]
    words = SPLIT[encoder.unit](str(column.values[shown.places[at]]))[: encoder.length] if encoder else []
    members = [
        (np.where((np.arange(len(asked.entered[0])) == place)[:, None], asked.baseline[0], asked.entered[0]), mark)
        for place, mark in enumerate(np.eye(len(words)))
    ]
    counted = {name: (values.sum(axis=-1)[: len(words)], gap) for name, (values, gap) in found.items()}
    if words:
        counted[OCCLUSION] = (occlusion(asked.run, asked.entered[0], iter(members), shown.units[at]), np.nan)
    made = tuple(AttributionRecord(name, _rows(values[None]), gap) for name, (values, gap) in counted.items())
    return {"attributions": made, "names": tuple(words)}


def _of_row(subject: Subject, shown: Shown, at: int, found: Found, asked: _Explained) -> dict[str, Any]:
    columns = [slot.column for slot in subject.encoding.slots]
    names = list(dict.fromkeys(columns))
    members = [[place for place, column in enumerate(columns) if column == name] for name in names]
    summed = {
        name: (np.array([values[slots].sum() for slots in members]), gap) for name, (values, gap) in found.items()
    }
    hidden = groups(asked.entered[0], asked.baseline[0], members)
    summed[OCCLUSION] = (occlusion(asked.run, asked.entered[0], hidden, shown.units[at]), np.nan)
    made = tuple(AttributionRecord(name, _rows(values[None]), gap) for name, (values, gap) in summed.items())
    return {"attributions": made, "names": tuple(names), "values": _told(subject, shown, at, names)}


def _told(subject: Subject, shown: Shown, at: int, names: list[str]) -> tuple[str, ...]:
    columns = {column.name: column for column in subject.dataset.select(shown.split)[0]}
    return tuple(said(columns[name], int(shown.places[at])) for name in names)


def _rows(values: Values) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(f"{value:.4g}") for value in row) for row in np.asarray(values, np.float64).tolist())
