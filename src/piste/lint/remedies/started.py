"""A training that begins with other parameters than a person's."""

import dataclasses
from collections.abc import Callable
from typing import Any

from piste.core.findings import Finding
from piste.lint.arrays import is_torch
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.pipeline import Pipeline
from piste.lint.remedies.composed import without_own_step
from piste.lint.remedies.remedy import NotFixed, changed
from piste.nn.layer import Layer


def started_otherwise(bench: Bench, finding: Finding, change: Callable[[Any, int], Any]) -> Pipeline:
    """Return the pipeline whose first parameters are `change(parameters, seed)` of its own.

    A step of the person's own begins elsewhere, and is put together anew. Raises `NotFixed` where the parameters are
    not drawn by the pipeline.
    """
    pipeline, net = bench.pipeline, bench.probe(network)
    given = pipeline.model is not None and not isinstance(pipeline.model, Layer)
    if is_torch(pipeline.model) or given or pipeline.pretrained is not None:
        raise NotFixed(f"Its parameters are drawn or loaded elsewhere. By hand: {finding.fix}.")
    pair = isinstance(pipeline.model, Layer) or pipeline.state is not None

    def init(seed: int) -> Any:
        parameters, state = (net.parameters, net.state) if net.init is None else net.init(seed)
        drawn = change(parameters, seed)
        return (drawn, state) if pair else drawn

    shapes = net.parameters if net.init is None else net.init(pipeline.seed)[0]
    fresh = change(shapes, pipeline.seed)
    return changed(without_own_step(dataclasses.replace(pipeline, init=init, parameters=fresh)))
