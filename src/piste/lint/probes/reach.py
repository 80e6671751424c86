"""Probe: which outputs the network can give at all, whatever its parameters."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import network, sample
from piste.lint.problem import SAMPLE, sample_outputs

_FAR = 5.0
_FARTHER = 25.0
_STAYS = 1e-3  # by which bounds may move with the parameters, as a share of the range, and still be bounds


@dataclass(frozen=True)
class Reach:
    """The lowest and highest outputs seen; infinite where larger parameters give larger outputs without end."""

    low: float
    high: float


def reach(bench: Bench) -> Reach:
    """Probe: outputs at the parameters, and at five and 25 times as large ones of either sign."""
    net = bench.probe(network)
    inputs, _ = bench.probe(sample, SAMPLE, next(iter(bench.pipeline.splits)))
    seen = {
        factor: _range(net.outputs(inputs, _times(bench, net.parameters, factor)))
        for factor in (-_FARTHER, -_FAR, _FAR, _FARTHER)
    }
    plain = _range(bench.probe(sample_outputs))
    near = [plain, seen[_FAR], seen[-_FAR]]
    low, high = min(one for one, _ in near), max(one for _, one in near)
    far_low = min(low, *(one for one, _ in seen.values()))
    far_high = max(high, *(one for _, one in seen.values()))
    room = _STAYS * max(high - low, 1e-6)
    return Reach(-np.inf if far_low < low - room else low, np.inf if far_high > high + room else high)


def _times(bench: Bench, tree: Any, factor: float) -> Any:
    generator = bench.generator("reach")

    def one(leaf: Any) -> Any:
        array = as_numpy(leaf)
        if array.dtype.kind == "f" and not array.any():  # a head that starts at 0 does not stay there
            array = (0.1 * generator.normal(size=array.shape)).astype(array.dtype)
        return array * np.asarray(factor, array.dtype) if array.dtype.kind == "f" else leaf  # compiles nothing

    return jax.tree.map(one, tree)


def _range(outputs: Any) -> tuple[float, float]:
    finite = outputs[np.isfinite(outputs)].astype(np.float64)
    return (float(finite.min()), float(finite.max())) if finite.size else (np.inf, -np.inf)
