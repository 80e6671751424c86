"""The training step computes in training mode."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.network import compiled, network
from piste.lint.probes.insides import masks
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.training import batches, gradients, training
from piste.lint.tree import floating

_SAME = 0.999  # of the signs of update and gradient
_APART = 0.98  # at most, between both modes, for the modes to be told apart
_SMALL = 1e-4  # of the largest gradient: signs of smaller ones are rounding

Numbers = NDArray[np.float64]


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a step whose update is that of evaluation mode, though dropout is part of the network."""
    one = bench.probe(training)
    if not one.own:
        raise NotRun("The step is the linter's own, which computes in evaluation mode; give step= and start=.")
    inputs, targets = bench.probe(batches, 1)[0]
    begun = one.start(bench.pipeline.seed)
    parameters = one.parameters(begun)
    before = _flat(parameters)
    quiet = _flat(bench.probe(gradients)(parameters, bench.probe(network).state, inputs, targets)[1])
    update = _flat(one.parameters(one.step(begun, inputs, targets))) - before
    agrees = _agreement(quiet, -update)
    if agrees < _SAME:
        return
    if not any(place.numbers[0] > 0 for place in bench.probe(masks)):
        raise NotRun("No dropout is seen in training mode.")
    told_apart = _agreement(quiet, _flat(_in_training(bench, parameters, inputs, targets)))
    if told_apart > _APART:
        raise NotRun("Gradients in both modes have the same signs: dropout is too weak to be told.")
    yield RULE.finding(
        Severity.WARNING,
        "The training step computes in evaluation mode: dropout is never on",
        evidence=[
            Evidence("signs of the update that are those of evaluation mode's gradient", f"{agrees:.1%}",
                     f"about {told_apart:.0%}, as in training mode"),
        ],
        cause="The step calls the network without train=True, or the flag was a constant when it was compiled.",
        fix="model.apply(variables, inputs, train=True, rngs={'dropout': key})",
        key="loop.evaluation-mode",
    )  # fmt: skip


def _in_training(bench: Bench, parameters: Any, inputs: Any, targets: Any) -> Any:
    net, loss = bench.probe(network), bench.pipeline.loss

    def mean(parameters: Any, inputs: Any, targets: Any, key: Any) -> Any:
        if net.train is None or loss is None:
            raise NotRun("The network has no training mode.")
        return jnp.mean(jnp.asarray(loss(net.train(parameters, net.state, inputs, key)[0], targets)))

    return compiled(jax.grad(mean))(parameters, inputs, targets, jax.random.key(bench.pipeline.seed))


def _flat(tree: Any) -> Numbers:
    return np.concatenate([leaf.astype(np.float64).ravel() for leaf in floating(tree).values()])


def _agreement(gradient: Numbers, other: Numbers) -> float:
    large = np.abs(gradient) > _SMALL * np.abs(gradient).max(initial=0.0)
    return float(np.mean(np.sign(gradient[large]) == np.sign(other[large]))) if large.any() else 1.0


RULE = Rule(
    "T109", "trains-in-training-mode", "Training steps compute in training mode", Group.LOOP,
    ("step", "update", "network", "loss", "targets"), check, explained_by=("M105", "O102"),
)  # fmt: skip
