"""The activations through the depth of the network, at several moments of its training."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import RunError
from piste.core.views import LayerRecord, LayersRecord
from piste.core.watched import WATCHED, WatchedRecord
from piste.lens.views.activations import LayerSeen, edges_of, outputs_at, seen_of, shown_layers
from piste.recipe.view_boundary import moments_of, titles_of
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject

MOMENTS, EXAMPLES = 4, 256
_ROOM = 40_000_000  # numbers of all layers together

Values = NDArray[np.floating]


def layers(subject: Subject, options: ViewOptions) -> tuple[LayersRecord, tuple[str, ...]]:
    """Return what each layer gives for examples of a split, before, while and after training."""
    split = options.split or "validation"
    moments, notes = moments_of(subject, options, MOMENTS)
    model, network = subject.network.model, subject.network
    inputs = subject.examples(split).inputs
    shown = shown_layers(model, network.parameters, network.state, inputs)
    one = outputs_at(model, network.parameters, network.state, inputs[:1])
    room = max(_ROOM // max(sum(values.size for values in one.values()), 1), 2)
    rows = subject.sample(split, options.examples or min(EXAMPLES, room))
    given = [outputs_at(model, moment.parameters, moment.state, inputs[rows]) for moment in moments]
    found = []
    for path, layer in shown.items():
        values = [outputs[path] for outputs in given]
        edges = edges_of(values)
        found.append(_record([seen_of(path, layer, each, edges) for each in values], edges))
    record = LayersRecord(tuple(titles_of(moments, subject)), len(rows), split, tuple(found))
    return record, notes


def _record(seen: list[LayerSeen], edges: NDArray[np.float64]) -> LayerRecord:
    last = seen[-1]
    return LayerRecord(
        last.path,
        last.kind,
        last.shape,
        tuple(float(f"{edge:.6g}") for edge in edges.tolist()),
        tuple(tuple(one.counts.tolist()) for one in seen),
        tuple(_short(one.mean) for one in seen),
        tuple(_short(one.deviation) for one in seen),
        tuple(_short(one.zero) for one in seen),
        tuple(one.silent for one in seen),
        tuple(_short(one.saturated) for one in seen),
    )


def _short(value: float) -> float:
    return float(f"{value:.6g}") if math.isfinite(value) else math.nan


def gradients(subject: Subject, options: ViewOptions) -> tuple[Any, tuple[str, ...]]:
    """Return what was seen of the training: norms of gradients, weights and updates, silent and saturated units."""
    folder = subject.run.folder
    if not folder.file(WATCHED).is_file():
        raise RunError(f"The run {folder.path} has no {WATCHED}: it was made by an earlier Piste. Train again.")
    return folder.read(WatchedRecord, WATCHED), ()
