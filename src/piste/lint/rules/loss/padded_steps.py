"""Steps that only fill a sequence up count neither in the loss nor in its gradient."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.probes.losses import close
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.training import batches, gradients
from piste.lint.tree import floating

_EXAMPLES = 4
_ROUNDING = 1e-3


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a loss that changes when padding is appended."""
    (inputs, targets), half = _sequences(bench)
    alone, slope = _loss(bench, inputs[:, :half], targets[:, :half])
    padded, padded_slope = _loss(bench, *_filled(bench, inputs, targets, half))
    change = float(np.linalg.norm(padded_slope - slope) / max(float(np.linalg.norm(slope)), 1e-30))
    if close(padded, alone) and change < _ROUNDING:
        return
    thinned = close(padded, alone * half / inputs.shape[1])
    yield RULE.finding(
        Severity.WARNING if thinned else Severity.ERROR,
        "Padding thins the loss out" if thinned else "Padding counts in the loss",
        evidence=[
            Evidence("loss with as much padding appended", f"{padded:.4g}", f"{alone:.4g}"),
            Evidence("change of the gradient, as a share of its length", f"{change:.2g}", "0"),
        ],
        cause="The sum is divided by all steps, the filling ones too, so that short sequences learn less."
        if thinned
        else "The loss is taken over all steps, and most of what it asks for is to predict padding.",
        fix="jnp.sum(mask * losses) / jnp.sum(mask), the mask true at real steps",
        remedy="usual-loss",
        key="loss.normaliser" if thinned else "loss.padding",
    )


def _sequences(bench: Bench) -> tuple[tuple[NDArray[Any], NDArray[Any]], int]:
    inputs, targets = (array[:_EXAMPLES] for array in bench.probe(batches, 1)[0])
    if inputs.ndim < 2 or targets.ndim < 2 or inputs.shape[1] < 2 or targets.shape[1] != inputs.shape[1]:
        raise NotRun("It takes a target for each step: inputs (B, T, ...) and targets (B, T, ...).")
    return (inputs, targets), inputs.shape[1] // 2


def _filled(bench: Bench, inputs: NDArray[Any], targets: NDArray[Any], half: int) -> tuple[NDArray[Any], NDArray[Any]]:
    declared = bench.pipeline.declared
    label = declared.padding if declared.ignore_label is None else declared.ignore_label
    inputs, targets = inputs.copy(), targets.copy()
    inputs[:, half:], targets[:, half:] = declared.padding, label
    return inputs, targets


def _loss(bench: Bench, inputs: NDArray[Any], targets: NDArray[Any]) -> tuple[float, NDArray[np.float64]]:
    net, slope = bench.probe(network), bench.probe(gradients)
    try:
        value, gradient = slope(net.parameters, net.state, inputs, targets)
    except (TypeError, ValueError) as error:
        raise NotRun("The network takes sequences of one length only.") from error
    return float(value), np.concatenate([leaf.astype(np.float64).ravel() for leaf in floating(gradient).values()])


RULE = Rule(
    "L108", "padded-steps", "Padding counts for nothing in the loss", Group.LOSS,
    ("network", "loss", "targets", "padding"), check, explained_by=("L106", "M107"),
)  # fmt: skip
