"""Gives a layer through which too little passes more units."""

import dataclasses
import zlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import tree_flatten_with_path

from piste.core.findings import Finding
from piste.lint.arrays import path_of
from piste.lint.bench import Bench
from piste.lint.network import network, sample
from piste.lint.probes.capacity import WIDER, narrow
from piste.lint.probes.passage import passage
from piste.lint.probes.redrawing import redrawn
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed
from piste.lint.remedies.started import started_otherwise
from piste.nn.sequential import Sequential

Place = tuple[int, int]  # a leaf and its axis


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with 32 units in its narrow layers.

    Of a network that is a black box, the layer is told by its arrays: a kernel (inputs, n), its bias (n,) beside it,
    and a kernel (n, outputs), where n numbers pass. They are drawn anew; the network must still run.
    """
    model = bench.pipeline.model
    if isinstance(model, Sequential):
        sizes = {at: dataclasses.replace(model.layers[at], units=WIDER) for at in narrow(bench, model)}  # type: ignore[type-var]
        layers = tuple(sizes.get(at, layer) for at, layer in enumerate(model.layers))
        wide = dataclasses.replace(model, layers=layers)
        return Mended(changed(bench.pipeline, model=wide, init=None, parameters=None), _said(len(sizes)))
    units = bench.probe(passage).numbers
    places = _places(bench.probe(network).parameters, units)
    if not places:
        raise NotFixed(f"No layer of {units} is seen among the parameters. By hand: {finding.fix}.")

    def widened(parameters: Any, seed: int) -> Any:
        return _widened(parameters, seed, places)

    if not _runs(bench, widened(bench.probe(network).parameters, bench.pipeline.seed)):
        raise NotFixed(f"The network does not run with a wider layer. By hand: {finding.fix}.")
    return Mended(started_otherwise(bench, finding, widened), _said(1))


def _said(layers: int) -> str:
    return f"{layers} layer{'s have' if layers > 1 else ' has'} {WIDER} units"


def _places(parameters: Any, units: int) -> tuple[Place, ...]:
    """Return the axes that are as long as the layer has units: of kernels before and after it, and of biases."""
    leaves = [(path_of(path), np.shape(leaf)) for path, leaf in tree_flatten_with_path(parameters)[0]]
    into = [at for at, (_, shape) in enumerate(leaves) if len(shape) == 2 and shape[1] == units < shape[0]]
    out = [at for at, (_, shape) in enumerate(leaves) if len(shape) == 2 and shape[0] == units < shape[1]]
    if not into or not out:
        return ()
    homes = {leaves[at][0].rpartition("/")[0] for at in into}
    beside = [at for at, (path, shape) in enumerate(leaves) if shape == (units,) and path.rpartition("/")[0] in homes]
    return (*((at, 1) for at in into), *((at, 0) for at in (*out, *beside)))


def _widened(parameters: Any, seed: int, places: tuple[Place, ...]) -> Any:
    axes = dict(places)
    paths, structure = tree_flatten_with_path(parameters)
    leaves = [leaf for _, leaf in paths]
    for at, axis in axes.items():
        shape = tuple(WIDER if place == axis else length for place, length in enumerate(np.shape(leaves[at])))
        name = path_of(paths[at][0])
        drawn = redrawn({name: jnp.zeros(shape, jnp.asarray(leaves[at]).dtype)}, seed + zlib.crc32(name.encode()), 2.0)
        leaves[at] = drawn[name]
    return jax.tree.unflatten(structure, leaves)


def _runs(bench: Bench, parameters: Any) -> bool:
    net = bench.probe(network)
    inputs, _ = bench.probe(sample, 2, next(iter(bench.pipeline.splits)))
    try:
        made = jax.eval_shape(net.evaluate, parameters, net.state, inputs)
    except Exception:  # a person's function may raise anything for arrays that it was not written for
        return False
    return bool(made.shape == net.outputs(inputs).shape)


REMEDY = Remedy("wider", "Gives a narrow layer more units", mend)
