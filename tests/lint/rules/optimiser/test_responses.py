"""The rules about what the optimiser makes of gradients, against Optax's own with settings that are wrong or sound."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline
from piste.lint.probes.responses import decay, memory
from piste.lint.rules.optimiser import clipping, momentum, weight_decay

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def apply(parameters: dict[str, Any], inputs: jax.Array) -> jax.Array:
    return jnp.tanh(inputs @ parameters["first"] + parameters["bias"]) @ parameters["last"]


def loss(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean((outputs - targets) ** 2)


def start_of(seed: int) -> dict[str, Any]:
    first, last = jax.random.split(jax.random.key(seed))
    return {"first": jax.random.normal(first, (3, 4)), "bias": jnp.zeros(4), "last": jax.random.normal(last, (4,))}


def pieces(optimiser: Any, steps: int = 2000) -> dict[str, Any]:
    inputs = np.random.default_rng(0).normal(size=(256, 3)).astype(np.float32)
    known = {"train": (inputs, inputs.sum(axis=1)), "apply": apply, "init": start_of, "loss": loss, "batch_size": 16}
    return {**known, "optimiser": optimiser, "steps": steps}


def clipped(norm: float, inner: Any) -> Any:
    return optax.chain(optax.clip_by_global_norm(norm), inner)


@pytest.mark.parametrize(
    ("optimiser", "severity"),
    [
        (clipped(1e-5, optax.sgd(0.1)), Severity.WARNING),
        (optax.chain(optax.adam(0.1), optax.clip_by_global_norm(1e-6)), Severity.WARNING),
        (optax.chain(optax.adam(0.1), optax.clip_by_global_norm(0.01)), Severity.INFO),
        (optax.chain(optax.clip(1e-4), optax.sgd(0.5, momentum=0.9)), Severity.INFO),
    ],
    ids=["far too short", "behind Adam, too short", "behind Adam", "by value"],
)
def test_a_clip_that_cuts_everything_is_found(run_rule: Judge, optimiser: Any, severity: Severity) -> None:
    _, (finding,) = run_rule(clipping.RULE, **pieces(optimiser))
    assert (finding.key, finding.severity) == ("optimiser.clipping", severity)


@pytest.mark.parametrize(
    "optimiser",
    [
        clipped(1.0, optax.sgd(0.1)),
        clipped(0.1, optax.adam(1e-3)),
        optax.chain(optax.adam(1e-3), optax.clip_by_global_norm(1.0)),
        optax.lion(1e-4),
        optax.lamb(1e-3),
    ],
    ids=["usual", "before Adam", "behind Adam without effect", "signs", "by layer"],
)
def test_usual_clips_are_not(run_rule: Judge, optimiser: Any) -> None:
    assert run_rule(clipping.RULE, **pieces(optimiser)) == (Outcome.PASSED, ())


FAR = optax.warmup_cosine_decay_schedule(0.0, 0.5, 50, 2000)
DECAYS: dict[str, tuple[Any, str, Severity]] = {
    "too strong": (optax.adamw(1e-1, weight_decay=1.0), "optimiser.decay", Severity.WARNING),
    "too strong after warm-up": (optax.adamw(FAR, weight_decay=0.5), "optimiser.decay", Severity.WARNING),
    "through Adam": (
        optax.chain(optax.add_decayed_weights(1e-2), optax.adam(1e-3)), "optimiser.coupled-decay", Severity.INFO,
    ),
    "on biases": (optax.adamw(1e-2, weight_decay=0.1), "optimiser.decayed-biases", Severity.INFO),
}  # fmt: skip


@pytest.mark.parametrize(("optimiser", "key", "severity"), DECAYS.values(), ids=DECAYS.keys())
def test_decay_that_harms_is_found(run_rule: Judge, optimiser: Any, key: str, severity: Severity) -> None:
    _, (finding,) = run_rule(weight_decay.RULE, **pieces(optimiser))
    assert (finding.key, finding.severity) == (key, severity)


MASK = {"first": True, "bias": False, "last": False}


@pytest.mark.parametrize(
    "optimiser",
    [
        optax.adam(1e-3),
        optax.adamw(1e-3, weight_decay=0.1),
        optax.adamw(1e-2, weight_decay=0.1, mask=MASK),
        optax.chain(optax.add_decayed_weights(5e-4, MASK), optax.sgd(0.1, momentum=0.9)),
        optax.lamb(1e-2),
    ],
    ids=["none", "usual", "masked", "of SGD", "LAMB without"],
)
def test_usual_decay_is_not(run_rule: Judge, optimiser: Any) -> None:
    assert run_rule(weight_decay.RULE, **pieces(optimiser)) == (Outcome.PASSED, ())


def test_the_share_is_rate_times_decay() -> None:
    shares = decay(Bench(Pipeline(**pieces(optax.adamw(1e-2, weight_decay=0.1))))).shares
    assert shares == pytest.approx(dict.fromkeys(shares, 1e-3), rel=1e-3)


@pytest.mark.parametrize(
    ("optimiser", "kept"),
    [
        (optax.sgd(0.1, momentum=0.9), 0.9),
        (optax.sgd(0.1, momentum=0.99, nesterov=True), 0.99),
        (optax.adam(1e-3), 0.9),
        (optax.adam(1e-3, b1=0.999), 0.999),
        (optax.adamw(1e-3, b1=0.5, b2=0.9), 0.5),
        (optax.sgd(0.1), 0.0),
    ],
    ids=["momentum", "Nesterov", "Adam", "Adam, long", "AdamW, short", "none"],
)
def test_momentum_is_measured(optimiser: Any, kept: float) -> None:
    assert memory(Bench(Pipeline(**pieces(optimiser)))) == pytest.approx(kept, abs=5e-3)


@pytest.mark.parametrize(
    ("optimiser", "steps", "severity"),
    [
        (optax.adam(1e-3, b1=0.999), 2000, Severity.WARNING),
        (optax.sgd(0.1, momentum=0.99), 800, Severity.INFO),
        (optax.sgd(0.1, momentum=0.99), 2000, None),
        (optax.adam(1e-3), 50, None),
    ],
    ids=["half of it", "an eighth", "a twentieth", "usual in a short training"],
)
def test_a_long_memory_is_found(run_rule: Judge, optimiser: Any, steps: int, severity: Severity | None) -> None:
    _, found = run_rule(momentum.RULE, **pieces(optimiser, steps))
    assert [one.severity for one in found] == ([] if severity is None else [severity])
