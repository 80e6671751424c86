"""Feature maps: what each layer makes of one example, from edges to parts to objects."""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.views_inside import MappedRecord, MapRecord, MapsRecord
from piste.lens.views.layers import layers_of, outputs_of_layers
from piste.nn.activations import Activation, PReLU
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm, Standardise
from piste.recipe.drawing import drawn, limits_of
from piste.recipe.examples import png
from piste.recipe.view_examples import Shown, shown_examples
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_pictures import reduced, seen, signed, small, stretched
from piste.recipe.view_subject import Subject

MOST, EXAMPLES = 12, 2  # maps of a layer that are drawn, and examples

Values = NDArray[np.floating]


def maps(subject: Subject, options: ViewOptions) -> tuple[MapsRecord, tuple[str, ...]]:
    """Return the maps of the layers whose outputs lie beside each other like pixels or steps.

    Raises `SettingError` where there is no such layer.
    """
    shown = shown_examples(subject, options, EXAMPLES)
    network = subject.network

    @jax.jit
    def run(inputs: jax.Array) -> dict[str, jax.Array]:
        return outputs_of_layers(network.model, network.parameters, network.state, inputs)[1]

    outputs = {path: np.asarray(values) for path, values in run(jnp.asarray(shown.inputs)).items()}
    found = layers_of(
        network.model, network.parameters, network.state, shown.inputs.shape[1:], np.dtype(shown.inputs.dtype)
    )
    chosen = _chosen(found, outputs, options.layer)
    examples = tuple(_example(subject, shown, at, outputs, chosen, options) for at in range(len(shown.rows)))
    return MapsRecord(shown.split, examples), ()


def _chosen(found: dict[str, Layer], outputs: dict[str, Values], asked: str | None) -> list[str]:
    beside = [path for path, values in outputs.items() if values.ndim > 2 and min(values.shape[1:-1]) > 1]
    if asked is not None:
        if asked not in beside:
            raise SettingError(f"There are no maps at '{asked}'. There are at: {', '.join(beside) or 'none'}.")
        return [asked]
    after = [path for path in beside if isinstance(found[path], Activation | PReLU)]
    plain = [path for path in beside if not isinstance(found[path], Standardise | BatchNorm)]
    if not (after or plain):
        raise SettingError("No layer of this network has maps: its outputs are single numbers, not pixels or steps.")
    return after or plain


def _example(
    subject: Subject, shown: Shown, at: int, outputs: dict[str, Values], chosen: list[str], options: ViewOptions
) -> MappedRecord:
    made = [one for path in chosen for one in _of_layer(path, outputs[path][at], options.units)]
    example = np.asarray(shown.inputs[at])
    if subject.encoding.image_shape is not None:
        picture = seen(example)
    elif subject.encoding.sequence is not None:
        picture = png(drawn(example, *limits_of(example)))
    else:
        picture = ""
    return MappedRecord(
        int(shown.rows[at]), shown.truth[at], shown.answers[at], shown.confidence[at], picture, tuple(made)
    )


def _of_layer(path: str, values: Values, units: tuple[int, ...] | None) -> list[MapRecord]:
    """Return the maps (h, w, F) that vary most, or all of a sequence's (t, F) as one picture, a row for each unit."""
    if values.ndim == 2:
        whole = png(small(signed(np.repeat(values.T, 1, axis=0))))
        return [MapRecord(path, -1, values.shape, _rows(reduced(values.T)), whole)]
    spread = values.std(axis=(0, 1))
    order = [unit for unit in units or np.argsort(-spread)[:MOST].tolist() if unit < values.shape[-1]]
    return [
        MapRecord(
            path, unit, values.shape, _rows(reduced(values[..., unit])), seen(stretched(values[..., unit])[..., None])
        )
        for unit in order
    ]


def _rows(values: Values) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(f"{value:.4g}") for value in row) for row in values.tolist())
