"""The rules about updates and schedules, each against a fault and against what is sound."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline
from piste.lint.rules.optimiser import descends, moves, schedule

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
Tree = dict[str, Any]


def apply(parameters: Tree, inputs: jax.Array) -> jax.Array:
    return jnp.tanh(inputs @ parameters["first"]) @ parameters["last"]


def loss(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean((outputs - targets) ** 2)


def start_of(seed: int) -> Tree:
    first, last = jax.random.split(jax.random.key(seed))
    return {"first": jax.random.normal(first, (3, 4)), "last": jax.random.normal(last, (4,))}


def pieces(**more: Any) -> dict[str, Any]:
    inputs = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    known = {"train": (inputs, inputs.sum(axis=1)), "apply": apply, "init": start_of, "loss": loss, "batch_size": 16}
    return {**known, **more}


@jax.jit
def slope(parameters: Tree, inputs: Any, targets: Any) -> Tree:
    return jax.grad(lambda p: loss(apply(p, inputs), targets))(parameters)


def stepping(change: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """A person's own loop: `change(parameter, gradient)` gives the new parameter."""

    def step(parameters: Tree, inputs: Any, targets: Any) -> tuple[Tree, float]:
        return jax.tree.map(change, parameters, slope(parameters, inputs, targets)), 0.0

    return {"start": start_of, "step": step}


ADAM = optax.adam(1e-3)
HALF = optax.multi_transform({"go": ADAM, "stay": optax.set_to_zero()}, {"first": "stay", "last": "go"})


@pytest.mark.parametrize(
    ("more", "key"),
    [
        (stepping(lambda parameter, gradient: parameter + 0.01 * gradient), "optimiser.ascent"),
        ({"optimiser": optax.scale(0.01)}, "optimiser.ascent"),
    ],
    ids=["own step", "optax"],
)
def test_climbing_is_found(run_rule: Judge, more: dict[str, Any], key: str) -> None:
    _, (finding,) = run_rule(descends.RULE, **pieces(**more))
    assert (finding.key, finding.severity) == (key, Severity.ERROR)


@pytest.mark.parametrize(
    "more",
    [
        stepping(lambda parameter, gradient: parameter - 0.01 * gradient),
        {"optimiser": optax.sgd(0.5, momentum=0.9)},
        {"optimiser": optax.chain(optax.clip_by_global_norm(1e-3), ADAM)},
        {"optimiser": optax.adamw(1e-3, weight_decay=0.1)},
        {"optimiser": optax.lion(1e-4)},
    ],
    ids=["own step", "momentum", "clipped", "decay", "sign"],
)
def test_descending_is_not(run_rule: Judge, more: dict[str, Any]) -> None:
    assert run_rule(descends.RULE, **pieces(**more)) == (Outcome.PASSED, ())
    assert run_rule(moves.RULE, **pieces(**more)) == (Outcome.PASSED, ())


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "dropped updates": (stepping(lambda parameter, gradient: parameter), "optimiser.not-applied"),
    "a leaf left out": ({"optimiser": HALF}, "optimiser.left-out"),
    "frozen, but decayed": (
        {"optimiser": optax.adamw(1e-2, weight_decay=0.1), "declared": Declared(frozen=("first",))},
        "optimiser.frozen-moves",
    ),
    "far too high a rate": ({"optimiser": optax.sgd(1e30)}, "optimiser.diverges"),
}


@pytest.mark.parametrize(("more", "key"), FAULTS.values(), ids=FAULTS.keys())
def test_what_moves_is_what_ought_to(run_rule: Judge, more: dict[str, Any], key: str) -> None:
    _, (finding,) = run_rule(moves.RULE, **pieces(**more))
    assert finding.key == key


def test_a_leaf_may_be_frozen_on_purpose(run_rule: Judge) -> None:
    meant = pieces(optimiser=HALF, declared=Declared(frozen=("first",)))
    assert run_rule(moves.RULE, **meant) == (Outcome.PASSED, ())


STEPS = 1000
HEALTHY = {
    "constant": optax.constant_schedule(0.1),
    "cosine": optax.cosine_decay_schedule(0.1, STEPS),
    "warm-up and cosine": optax.warmup_cosine_decay_schedule(0.0, 0.1, 100, STEPS),
    "warm-up and constant": optax.linear_schedule(0.0, 0.1, 100),
    "steps": optax.piecewise_constant_schedule(0.1, {500: 0.1, 750: 0.1}),
    "one cycle": optax.cosine_onecycle_schedule(STEPS, 0.1),
    "exponential": optax.exponential_decay(0.1, STEPS, 0.01),
}


@pytest.mark.parametrize("course", HEALTHY.values(), ids=HEALTHY.keys())
def test_usual_schedules_pass(run_rule: Judge, course: Any) -> None:
    assert run_rule(schedule.RULE, Pipeline(schedule=course, steps=STEPS)) == (Outcome.PASSED, ())


@pytest.mark.parametrize(
    ("course", "word"),
    [
        (optax.cosine_decay_schedule(0.1, 100), "all but 0"),
        (optax.cosine_decay_schedule(0.1, 10 * STEPS), "only"),
        (optax.linear_schedule(0.0, 0.1, 2 * STEPS), "still rises"),
        (lambda step: -0.1, "no rates"),
        (lambda step: 0.1 / (step - step), "could not"),
    ],
    ids=["too short", "too long", "warm-up", "negative", "broken"],
)
def test_schedules_for_another_length_are_found(course: Any, word: str) -> None:
    from piste.lint.judge import judge

    (finding,) = judge(Pipeline(schedule=course, steps=STEPS), [schedule.RULE]).findings
    assert word in finding.title
