"""Starts the last bias at the best answer that knows nothing of the inputs."""

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy, is_torch, leaves, path_of
from piste.lint.bench import Bench
from piste.lint.network import Network, network, sample
from piste.lint.pipeline import Pipeline
from piste.lint.probes.start import best_constant
from piste.lint.problem import problem, sample_outputs
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed
from piste.nn.layer import Layer

_ASKED = 64  # examples that tell which leaf is the bias
_CLOSE = 1e-4


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose last bias is the log of each class's share, or the mean of the targets."""
    pipeline = bench.pipeline
    if pipeline.start is not None:
        raise NotFixed(f"start= draws parameters of its own. By hand: {finding.fix}.")
    net = bench.probe(network)
    path = head(bench, net)
    targets = as_numpy(next(iter(pipeline.splits.values())).targets)
    bias = best_constant(bench.probe(problem), bench.probe(sample_outputs), targets)
    shown = ", ".join(f"{one:.3g}" for one in np.ravel(bias)[:6])
    return Mended(_started(pipeline, net, path, bias), f"'{path}' starts at {shown}{', ...' * (bias.size > 6)}")


def head(bench: Bench, net: Network) -> str:
    """Return the path of the last bias: the leaf that, moved, moves all outputs by the same and nothing else.

    Raises `NotFixed` where no leaf does.
    """
    inputs, _ = bench.probe(sample, _ASKED, next(iter(bench.pipeline.splits)))
    usual = net.outputs(inputs)
    for path, leaf in reversed(leaves(net.parameters).items()):
        if leaf.size != usual[0].size or leaf.dtype.kind != "f":
            continue
        moved = (1.0 + np.arange(leaf.size)).reshape(leaf.shape)
        difference = net.outputs(inputs, _with(net.parameters, path, leaf + moved)) - usual
        if np.allclose(
            difference, moved.reshape(usual.shape[1:]), rtol=_CLOSE, atol=_CLOSE * (1 + np.abs(usual).max())
        ):
            return path
    raise NotFixed("The network has no bias behind its last layer: give it one.")


def _with(tree: Any, path: str, value: NDArray[Any]) -> Any:
    def change(place: Any, leaf: Any) -> Any:
        return value.reshape(leaf.shape).astype(as_numpy(leaf).dtype) if path_of(place) == path else leaf

    return jax.tree_util.tree_map_with_path(change, tree)


def _started(pipeline: Pipeline, net: Network, path: str, bias: NDArray[Any]) -> Pipeline:
    if pipeline.model is not None and is_torch(pipeline.model):
        return changed(pipeline, model=_torch_with(pipeline.model, path, bias))
    parameters = _with(net.parameters, path, bias)
    if pipeline.model is not None and not isinstance(pipeline.model, Layer):  # Flax names its collections
        return changed(pipeline, parameters={"params": parameters, **(net.state or {})})
    pieces: dict[str, Any] = {}
    if net.init is not None:
        pair = isinstance(pipeline.model, Layer) or pipeline.state is not None
        pieces["init"] = _drawn(net.init, path, bias, pair=pair)
    if pipeline.parameters is not None:
        pieces["parameters"] = parameters
    return dataclasses.replace(changed(pipeline), **pieces)


def _drawn(
    init: Callable[[int], tuple[Any, Any]], path: str, bias: NDArray[Any], *, pair: bool
) -> Callable[[int], Any]:
    def drawn(seed: int) -> Any:
        parameters, state = init(seed)
        started = _with(parameters, path, bias)
        return (started, state) if pair else started

    return drawn


def _torch_with(model: Any, path: str, bias: NDArray[Any]) -> Any:
    import torch

    own = copy.deepcopy(model)
    with torch.no_grad():
        parameter = dict(own.named_parameters())[path]
        parameter.copy_(torch.tensor(np.asarray(bias, np.float32)).reshape(parameter.shape))
    return own


REMEDY = Remedy("output-bias", "Starts the last bias at what is known of the targets", mend)
