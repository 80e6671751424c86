"""Draws the first parameters anew, of the size that keeps a signal's."""

import dataclasses
from typing import Any

from piste.core.findings import Finding
from piste.lint.arrays import is_torch
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.probes.redrawing import redrawn
from piste.lint.remedies.composed import without_own_step
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed
from piste.nn.layer import Layer


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose kernels (..., inputs, outputs) are drawn with variance 1 / inputs, its biases 0.

    The scales of norms, vectors of ones, stay (LeCun and others, Efficient BackProp, 1998). A step of the person's own
    begins elsewhere, and is put together anew.
    """
    pipeline, net = bench.pipeline, bench.probe(network)
    given = pipeline.model is not None and not isinstance(pipeline.model, Layer)
    if is_torch(pipeline.model) or given or pipeline.pretrained is not None:
        raise NotFixed(f"Its parameters are drawn or loaded elsewhere. By hand: {finding.fix}.")
    pair = isinstance(pipeline.model, Layer) or pipeline.state is not None
    shapes = net.parameters if net.init is None else net.init(pipeline.seed)[0]

    def init(seed: int) -> Any:
        parameters, state = (net.parameters, net.state) if net.init is None else net.init(seed)
        drawn = redrawn(parameters, seed)
        return (drawn, state) if pair else drawn

    fresh = redrawn(shapes, pipeline.seed)
    mended = without_own_step(dataclasses.replace(pipeline, init=init, parameters=fresh))
    return Mended(changed(mended), "kernels are drawn anew with variance 1 / inputs, biases start at 0")


REMEDY = Remedy("usual-start", "Draws the first parameters anew", mend)
