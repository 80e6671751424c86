"""Faults in the optimiser."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from benchmarks.faultbench.faults.fault import Fault
from benchmarks.faultbench.programs.tables import adam, over_batches, sgd
from benchmarks.faultbench.training import Training, stepping

Made = Callable[..., Any]


def at_rate(training: Training, factor: float) -> Training:
    """Multiply the rate."""
    known = {"gru-waves": 1e-2, "logistic-cancer": 1e-2, "mlp-digits": 1e-2}
    return replace(training, optimiser=adam(known.get(training.name, 5e-3) * factor))


@lru_cache(maxsize=32)
def scaled(optimiser: optax.GradientTransformation, factor: float) -> optax.GradientTransformation:
    """Return the optimiser with its updates multiplied."""
    return optax.chain(optimiser, optax.scale(factor))


def plain_rate(training: Training, rate: float) -> Training:
    """Gradient descent at this rate."""
    return replace(training, optimiser=sgd(rate))


def times(training: Training, factor: float) -> Training:
    """Multiply the updates: -1 climbs, 0.001 is a rate that is too low."""
    return replace(training, optimiser=scaled(training.optimiser, factor))


@lru_cache(maxsize=32)
def _subtracting(forward: Any, loss: Any, optimiser: Any) -> Made:
    return stepping(forward, loss, optimiser, lambda params, updates: jax.tree.map(jnp.subtract, params, updates))


@lru_cache(maxsize=32)
def _forgetting(forward: Any, loss: Any, optimiser: Any) -> Made:
    return stepping(forward, loss, optimiser, lambda params, updates: params)


def by(make: Made) -> Callable[[Training, Any], Training]:
    """Return the planting of another step."""
    return lambda training, _: replace(training, make_step=lambda one: make(one.forward, one.loss, one.optimiser))


@lru_cache(maxsize=32)
def tightly_clipped(norm: float, rate: float) -> optax.GradientTransformation:
    """Return gradient descent of gradients clipped to next to nothing."""
    return optax.chain(optax.clip_by_global_norm(norm), optax.sgd(rate))


@lru_cache(maxsize=32)
def clipped_after(norm: float) -> optax.GradientTransformation:
    """Return Adam whose updates are clipped, after its rate."""
    return optax.chain(optax.adam(1e-2), optax.clip_by_global_norm(norm))


@lru_cache(maxsize=32)
def coupled(strength: float) -> optax.GradientTransformation:
    """Return Adam of gradients with a decay added."""
    return optax.chain(optax.add_decayed_weights(strength), optax.adam(5e-3))


class Sum(NamedTuple):
    """What was accumulated, and how many batches it is of."""

    total: Any
    count: Any
    inner: Any


@lru_cache(maxsize=8)
def undivided(optimiser: optax.GradientTransformation, every: int) -> optax.GradientTransformation:
    """Return an optimiser that adds up gradients and forgets to divide."""

    def init(params: Any) -> Sum:
        return Sum(jax.tree.map(jnp.zeros_like, params), jnp.zeros((), jnp.int32), optimiser.init(params))

    def update(gradient: Any, state: Sum, params: Any = None) -> tuple[Any, Sum]:
        total = jax.tree.map(jnp.add, state.total, gradient)
        updates, inner = optimiser.update(total, state.inner, params)
        due = (state.count + 1) % every == 0

        def chosen(one: Any, other: Any) -> Any:
            return jax.tree.map(lambda a, b: jnp.where(due, a, b), one, other)

        zero = jax.tree.map(jnp.zeros_like, total)
        return chosen(updates, zero), Sum(chosen(zero, total), state.count + 1, chosen(inner, state.inner))

    return optax.GradientTransformation(init, update)


def accumulation_undivided(training: Training, every: int) -> Training:
    """Add up the gradients of micro-batches, and do not divide."""
    pieces = replace(training, optimiser=undivided(sgd(0.5), every))
    return pieces if training.accumulate is None else replace(pieces, accumulate=over_batches(float(every)))


@lru_cache(maxsize=8)
def skipping(optimiser: optax.GradientTransformation) -> optax.GradientTransformation:
    """Return an optimiser that leaves out what is not finite."""
    return optax.apply_if_finite(optimiser, 10_000)


def hidden_nan(training: Training, share: float) -> Training:
    """Have inputs of NaN, and leave out the steps that they spoil."""
    from benchmarks.faultbench.faults.data import not_numbers

    spoilt = not_numbers(training, share)
    kept = {name: getattr(training, name) for name in ("validation", "test", "truth")}
    return replace(spoilt, **kept, optimiser=skipping(training.optimiser))


FAULTS = (
    Fault("O01-high", at_rate, ("mlp-digits", "cnn-digits", "regression-friedman", "transformer-waves",
          "causal-language"),
          (30.0, 200.0)),
    Fault("O01-high-plain", plain_rate, ("mlp-digits", "regression-friedman", "multi-label", "conv1d-waves"), (10.0,)),
    Fault("O02-low", times, ("mlp-digits", "cnn-digits", "gru-waves", "multi-label", "causal-language", "piste-layers"),
          (0.01, 0.001)),
    Fault("O05-climbs", times, ("mlp-digits", "gru-waves", "regression-friedman", "piste-pieces"), (-1.0,)),
    Fault("O05-subtracts", by(_subtracting), ("conv1d-waves", "padded-tagger", "dropout-digits")),
    Fault("O06-forgets", by(_forgetting), ("mlp-digits", "gru-waves", "causal-language")),
    Fault("O08-clipped-to-nothing", lambda t, s: replace(t, optimiser=tightly_clipped(s, 0.1)),
          ("mlp-digits", "regression-friedman", "gru-waves"), (1e-3,)),
    Fault("O08-clipped-after", lambda t, s: replace(t, optimiser=clipped_after(s)),
          ("mlp-digits", "causal-language"), (1e-3,)),
    Fault("O09-decay", lambda t, s: replace(t, optimiser=coupled(s)),
          ("mlp-digits", "conv1d-waves", "regression-friedman"),
          (1.0,)),
    Fault("O11-momentum", lambda t, s: replace(t, optimiser=sgd(0.1, s)),
          ("mlp-digits", "accumulation", "conv1d-waves"),
          (0.999,)),
    Fault("O13-undivided", accumulation_undivided, ("accumulation", "mlp-digits"), (16,)),
    Fault("O14-hidden-nan", hidden_nan, ("mlp-digits", "conv1d-waves"), (0.05,)),
)  # fmt: skip
