"""Probes PR6, PR7 and PR14: on what outputs depend: the other examples, later steps, padding, chance, the mode."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import network, sample
from piste.lint.rule import NotRun

_EXAMPLES = 8
ROUNDING = 1e-3  # of the outputs' size: sums in another order differ by 1e-6, a mixed-up axis by all of it

Arrays = NDArray[Any]


@dataclass(frozen=True)
class Change:
    """The largest change of outputs that ought to stay, against their size."""

    changed: float
    size: float

    @property
    def none(self) -> bool:
        """Whether it is rounding."""
        return bool(self.changed <= ROUNDING * self.size + 1e-7)


def change(first: Arrays, second: Arrays) -> Change:
    """Return by how much two arrays differ."""
    one, other = first.astype(np.float64), second.astype(np.float64)
    return Change(float(np.max(np.abs(one - other), initial=0.0)), float(np.max(np.abs(one), initial=0.0)))


def other_examples(bench: Bench) -> Change:
    """Probe: outputs of four examples in evaluation mode, when the other four of their batch are replaced."""
    inputs = _inputs(bench, 3 * _EXAMPLES // 2)
    half, net = _EXAMPLES // 2, bench.probe(network)
    first, second = inputs[:_EXAMPLES], np.concatenate([inputs[:half], inputs[_EXAMPLES:]])
    return change(net.outputs(first)[:half], net.outputs(second)[:half])


def batch_size(bench: Bench) -> Change:
    """Probe: outputs of four examples in evaluation mode, in a batch of eight and by themselves."""
    inputs = _inputs(bench, _EXAMPLES)
    half, net = _EXAMPLES // 2, bench.probe(network)
    return change(net.outputs(inputs)[:half], net.outputs(inputs[:half]))


def _inputs(bench: Bench, count: int) -> Arrays:
    inputs, _ = bench.probe(sample, count, next(iter(bench.pipeline.splits)))
    if len(inputs) < count:
        raise NotRun(f"It takes {count} examples. Got {len(inputs)}.")
    return inputs


def repeated(bench: Bench) -> Change:
    """Probe: the same call in evaluation mode, twice, uncompiled, so that draws of any library show."""
    inputs, net = _inputs(bench, _EXAMPLES), bench.probe(network)
    first, second = (as_numpy(net.plain(net.parameters, net.state, inputs)) for _ in range(2))
    return change(first, second)


def later_steps(bench: Bench) -> Change:
    """Probe: outputs of the first half of a sequence, when the second half of its inputs is replaced."""
    inputs, net = _sequences(bench), bench.probe(network)
    outputs, half = net.outputs(inputs), inputs.shape[1] // 2
    if outputs.ndim < 3 or outputs.shape[1] != inputs.shape[1]:
        raise NotRun("Causality is judged where each step has an output: (B, T, ...).")
    mixed = inputs.copy()
    mixed[:, half:] = inputs[::-1, half:][:, ::-1]
    return change(outputs[:, :half], net.outputs(mixed)[:, :half])


def padding(bench: Bench) -> Change:
    """Probe: outputs of real steps, or of the whole sequence, when padding is appended."""
    inputs, net = _sequences(bench), bench.probe(network)
    half = inputs.shape[1] // 2
    short = inputs[:, :half]
    filled = np.full_like(inputs[:, half:], bench.pipeline.declared.padding)
    try:
        alone = net.outputs(short)
    except Exception as error:
        raise NotRun("The network takes sequences of one length only.") from error
    padded = net.outputs(np.concatenate([short, filled], axis=1))
    return change(alone, padded[:, :half] if padded.shape != alone.shape else padded)


def _sequences(bench: Bench) -> Arrays:
    inputs = _inputs(bench, 4)
    if inputs.ndim < 2 or inputs.shape[1] < 2:
        raise NotRun("It takes sequences: inputs (B, T, ...).")
    return inputs


@dataclass(frozen=True)
class Modes:
    """How outputs in training mode differ between two draws, and from evaluation mode."""

    draws: Change
    evaluation: Change


def modes(bench: Bench) -> Modes:
    """Probe: training mode with two keys, and evaluation mode."""
    inputs, net = _inputs(bench, _EXAMPLES), bench.probe(network)
    first, second = net.training_outputs(inputs, 0), net.training_outputs(inputs, 1)
    return Modes(change(first, second), change(first, net.outputs(inputs)))
