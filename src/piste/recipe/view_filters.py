"""Filters of the convolutions, and the templates of a first dense layer that reads pictures."""

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.views_inside import FilterRecord, FiltersRecord
from piste.lens.views.layers import layers_of
from piste.nn.convolution import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from piste.nn.dense import Dense
from piste.nn.layer import Layer
from piste.recipe.examples import png
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_pictures import seen, signed, small, stretched
from piste.recipe.view_subject import Subject

MOST = 16  # filters of a layer that are drawn
_CONVOLUTIONS = (Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D)

Values = NDArray[np.floating]


def filters(subject: Subject, options: ViewOptions) -> tuple[FiltersRecord, tuple[str, ...]]:
    """Return the filters of every convolution, or of one layer. Raises `SettingError` where there are none."""
    network, encoding = subject.network, subject.encoding
    dtype = np.dtype(np.uint8 if encoding.image_shape is not None else np.float32)
    found = layers_of(network.model, network.parameters, network.state, encoding.input_shape, dtype)
    weighted = {path: layer for path, layer in found.items() if isinstance(layer, (*_CONVOLUTIONS, Dense))}
    chosen = {
        path: layer
        for place, (path, layer) in enumerate(weighted.items())
        if isinstance(layer, _CONVOLUTIONS) or (place == 0 and encoding.image_shape is not None)
    }
    if options.layer is not None:
        if options.layer not in chosen:
            raise SettingError(
                f"There are no filters at '{options.layer}'. There are at: {', '.join(chosen) or 'none'}."
            )
        chosen = {options.layer: chosen[options.layer]}
    if not chosen:
        raise SettingError(
            "This network has no convolution and reads no pictures, so that there are no filters to see."
        )
    made = [one for path, layer in chosen.items() for one in _of_layer(subject, path, layer, options)]
    return FiltersRecord(tuple(made)), ()


def _of_layer(subject: Subject, path: str, layer: Layer, options: ViewOptions) -> list[FilterRecord]:
    inner = subject.network.parameters
    for name in path.split("/"):
        inner = inner[name]
    weight = np.asarray(jax.device_get(inner["weight"]), np.float64)
    shape = subject.encoding.image_shape
    if isinstance(layer, Dense) and shape is not None:
        if weight.shape[0] != int(np.prod(shape)):
            return []
        weight = weight.reshape(*shape, -1)
    length = np.sqrt(np.square(weight).sum(axis=tuple(range(weight.ndim - 1))))
    units = options.units or tuple(np.argsort(-length)[:MOST].tolist())
    return [_record(path, weight, unit, float(length[unit])) for unit in units if unit < weight.shape[-1]]


def _record(path: str, weight: Values, unit: int, length: float) -> FilterRecord:
    one = weight[..., unit]
    if one.ndim == 2:  # (steps, features): a line for each feature
        return FilterRecord(path, unit, length, one.shape, _rows(one.T), png(small(signed(one.T))))
    if one.shape[2] == 3:
        picture = seen(stretched(one))
    else:
        # Each channel's slice beside the next, red where it adds, blue where it takes away.
        side = int(np.ceil(np.sqrt(one.shape[2])))
        gap = np.zeros((one.shape[0], 1 if side > 1 else 0))
        slices = [np.hstack([one[..., channel], gap]) for channel in range(one.shape[2])]
        slices += [np.zeros_like(slices[0])] * (-len(slices) % side)
        rows = [np.hstack(slices[at : at + side]) for at in range(0, len(slices), side)]
        picture = png(small(signed(np.vstack([np.vstack([row, np.zeros((1, row.shape[1]))]) for row in rows])[:-1])))
    return FilterRecord(path, unit, length, one.shape, _rows(one.reshape(one.shape[0], -1)), picture)


def _rows(values: Values) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(f"{value:.4g}") for value in row) for row in values.tolist())
