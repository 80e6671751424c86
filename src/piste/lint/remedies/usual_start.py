"""Draws the first parameters anew, of the size that keeps a signal's."""

import dataclasses
import zlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.findings import Finding
from piste.core.keys import seed_of
from piste.lint.arrays import is_torch, path_of
from piste.lint.bench import Bench
from piste.lint.network import network
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


def redrawn(parameters: Any, seed: int) -> Any:
    """Return a tree like `parameters`, drawn anew."""

    def draw(path: tuple[Any, ...], leaf: Any) -> Any:
        shape, dtype = np.shape(leaf), jnp.asarray(leaf).dtype
        if not jnp.issubdtype(dtype, jnp.floating):
            return leaf
        if len(shape) < 2:
            return leaf if np.all(np.asarray(leaf) == 1.0) else jnp.zeros(shape, dtype)
        key = jax.random.fold_in(jax.random.key(seed_of(seed, "usual start")), zlib.crc32(path_of(path).encode()))
        return jax.random.normal(key, shape, dtype) / jnp.sqrt(jnp.asarray(np.prod(shape[:-1]), dtype))

    return jax.tree_util.tree_map_with_path(draw, parameters)


REMEDY = Remedy("usual-start", "Draws the first parameters anew", mend)
