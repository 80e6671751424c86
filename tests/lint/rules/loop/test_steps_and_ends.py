"""Rules about accumulation, the rate in use, early stopping and the mode of training steps."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.declared import Declared
from piste.lint.rules.loop import accumulated, rate_in_use, stops_in_time, trains_in_training_mode

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
Tree = dict[str, Any]
RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(64, 6)).astype(np.float32)


def start_of(seed: int) -> Tree:
    first, last = jax.random.split(jax.random.key(seed))
    return {"first": jax.random.normal(first, (6, 16)) / 2, "last": jax.random.normal(last, (16,)) / 4}


def apply(parameters: Tree, inputs: jax.Array) -> jax.Array:
    return jnp.tanh(inputs @ parameters["first"]) @ parameters["last"]


def dropping(parameters: Tree, inputs: jax.Array, key: jax.Array) -> jax.Array:
    hidden = jnp.tanh(inputs @ parameters["first"])
    return jnp.where(jax.random.bernoulli(key, 0.5, hidden.shape), 2.0 * hidden, 0.0) @ parameters["last"]


def loss(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean((outputs - targets) ** 2)


@jax.jit
def slope(parameters: Tree, inputs: Any, targets: Any) -> Tree:
    return jax.grad(lambda p: loss(apply(p, inputs), targets))(parameters)


PIECES = {"train": (INPUTS, INPUTS.sum(axis=1)), "apply": apply, "init": start_of, "loss": loss, "batch_size": 16}


def added(parameters: Tree, batches: Any, weights: Callable[[Any], Any]) -> Tree:
    slopes = [(weights(pair[0]), slope(parameters, *pair)) for pair in batches]
    return {name: sum(by * np.asarray(one[name]) for by, one in slopes) for name in parameters}


@pytest.mark.parametrize(
    ("weights", "word"),
    [(lambda inputs: 1 / 3, "is not"), (lambda inputs: len(inputs) / 8, "2 times")],
    ids=["mean of means", "not divided"],
)
def test_wrong_accumulation_is_found(run_rule: Judge, weights: Any, word: str) -> None:
    _, (finding,) = run_rule(accumulated.RULE, accumulate=lambda p, batches: added(p, batches, weights), **PIECES)
    assert (finding.key, finding.severity) == ("loop.accumulation", Severity.ERROR)
    assert word in finding.title


def test_means_of_equal_batches_pass_where_the_stream_has_no_others(run_rule: Judge) -> None:
    equal = {**PIECES, "stream": lambda epoch: iter([(INPUTS[:16], INPUTS[:16].sum(axis=1))] * 2)}
    means = {"accumulate": lambda p, batches: added(p, batches, lambda inputs: 1 / len(batches))}
    assert run_rule(accumulated.RULE, **means, **equal) == (Outcome.PASSED, ())
    (finding,) = run_rule(accumulated.RULE, accumulate=lambda p, b: added(p, b, lambda inputs: 1.0), **equal)[1]
    assert "4 times" in finding.title


def test_accumulation_by_examples_passes(run_rule: Judge) -> None:
    right = {"accumulate": lambda p, batches: added(p, batches, lambda inputs: len(inputs) / 16)}
    assert run_rule(accumulated.RULE, **right, **PIECES) == (Outcome.PASSED, ())


def masked(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    kept = targets >= 0
    losses = optax.softmax_cross_entropy_with_integer_labels(outputs, jnp.maximum(targets, 0))
    return jnp.sum(losses * kept) / jnp.sum(kept)


def test_real_steps_count_rather_than_batches(run_rule: Judge) -> None:
    steps = RANDOM.normal(size=(32, 4, 3)).astype(np.float32)
    pieces = {
        "train": (steps, np.ones((32, 4), np.int32)), "parameters": {"kernel": RANDOM.normal(size=(3, 3))},
        "apply": lambda parameters, inputs: inputs @ parameters["kernel"], "loss": masked,
        "declared": Declared(ignore_label=-1), "batch_size": 16,
    }  # fmt: skip

    one_slope = jax.jit(jax.grad(lambda p, inputs, targets: masked(inputs @ p["kernel"], targets)))

    def accumulate(parameters: Tree, batches: Any, count: Callable[[Any], float]) -> Tree:
        slopes = [one_slope(parameters, *pair) for pair in batches]
        shares = [count(targets) for _, targets in batches]
        return {"kernel": np.average([one["kernel"] for one in slopes], axis=0, weights=shares)}

    by_examples = {"accumulate": lambda p, batches: accumulate(p, batches, len)}
    by_steps = {"accumulate": lambda p, batches: accumulate(p, batches, lambda targets: float(np.sum(targets >= 0)))}
    assert run_rule(accumulated.RULE, **by_steps, **pieces) == (Outcome.PASSED, ())
    assert run_rule(accumulated.RULE, **by_examples, **pieces)[0] is Outcome.FOUND


STEPS = 1000
COSINE = optax.cosine_decay_schedule(0.1, STEPS)


@pytest.mark.parametrize(
    "optimiser", [optax.adam(COSINE), optax.sgd(COSINE), optax.adamw(COSINE)], ids=["adam", "sgd", "adamw"]
)
def test_a_rate_in_use_passes(run_rule: Judge, optimiser: Any) -> None:
    assert run_rule(rate_in_use.RULE, optimiser=optimiser, schedule=COSINE, steps=STEPS, **PIECES) == (
        Outcome.PASSED, (),
    )  # fmt: skip


def test_a_rate_baked_in_is_found(run_rule: Judge) -> None:
    _, (finding,) = run_rule(rate_in_use.RULE, optimiser=optax.adam(0.1), schedule=COSINE, steps=STEPS, **PIECES)
    assert (finding.key, finding.severity) == ("loop.baked-rate", Severity.ERROR)
    constant = optax.constant_schedule(0.1)
    pieces = {"optimiser": optax.adam(0.1), "schedule": constant, "steps": STEPS, **PIECES}
    assert run_rule(rate_in_use.RULE, **pieces)[0] is Outcome.NOT_RUN


def patient(patience: int, best: Any = np.argmin) -> Callable[[list[float]], bool]:
    return lambda history: len(history) - 1 - int(best(history)) >= patience


@pytest.mark.parametrize(
    ("stop", "more", "key"),
    [
        (patient(10, np.argmax), {}, "loop.stops-early"),
        (patient(10), {"higher_is_better": True}, "loop.stops-early"),
        (patient(0), {}, "loop.stops-early"),
        (patient(1000), {}, "loop.never-stops"),
        (patient(1), {}, "loop.impatient"),
    ],
    ids=["direction", "direction of scores", "no patience", "endless", "one"],
)
def test_stopping_at_the_wrong_time_is_found(run_rule: Judge, stop: Any, more: Any, key: str) -> None:
    _, (finding,) = run_rule(stops_in_time.RULE, stop=stop, **more)
    assert finding.key == key


@pytest.mark.parametrize(
    ("stop", "more"),
    [(patient(5), {}), (patient(50), {}), (patient(10, np.argmax), {"higher_is_better": True})],
    ids=["short", "long", "scores"],
)
def test_stopping_in_time_passes(run_rule: Judge, stop: Any, more: Any) -> None:
    assert run_rule(stops_in_time.RULE, stop=stop, **more) == (Outcome.PASSED, ())


def stepping(training: bool, optimiser: Any) -> dict[str, Any]:
    def start(seed: int) -> tuple[Any, ...]:
        return start_of(seed), optimiser.init(start_of(seed)), jax.random.key(seed + 7)

    @jax.jit
    def step(state: tuple[Any, ...], inputs: Any, targets: Any) -> tuple[Any, ...]:
        parameters, memory, key = state
        key, now = jax.random.split(key)
        used = (lambda p: dropping(p, inputs, now)) if training else (lambda p: apply(p, inputs))
        gradient = jax.grad(lambda p: loss(used(p), targets))(parameters)
        updates, memory = optimiser.update(gradient, memory, parameters)
        return optax.apply_updates(parameters, updates), memory, key

    return {**PIECES, "start": start, "step": step, "train_apply": dropping}


def test_training_in_evaluation_mode_is_found(run_rule: Judge) -> None:
    optimiser = optax.adam(1e-3)
    _, (finding,) = run_rule(trains_in_training_mode.RULE, **stepping(False, optimiser))
    assert (finding.key, finding.severity) == ("loop.evaluation-mode", Severity.WARNING)
    assert run_rule(trains_in_training_mode.RULE, **stepping(True, optimiser)) == (Outcome.PASSED, ())
