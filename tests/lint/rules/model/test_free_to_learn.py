"""Regularisation that is too strong, and such as is usual."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.rules.model import free_to_learn

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
WIDTHS = (8, 48, 48, 4)
Tree = list[jax.Array]
loss = optax.softmax_cross_entropy_with_integer_labels


def start_of(seed: int) -> Tree:
    keys = jax.random.split(jax.random.key(seed), 3)
    sizes = zip(keys, WIDTHS, WIDTHS[1:], strict=False)
    return [jax.random.normal(key, (wide, out)) * (2.0 / wide) ** 0.5 for key, wide, out in sizes]


def run(parameters: Tree, inputs: Any, key: Any = None, keep: float = 1.0) -> jax.Array:
    for place, matrix in enumerate(parameters[:-1]):
        inputs = jax.nn.relu(inputs @ matrix)
        if key is not None:
            kept = jax.random.bernoulli(jax.random.fold_in(key, place), keep, inputs.shape)
            inputs = jnp.where(kept, inputs / keep, 0.0)
    return inputs @ parameters[-1]


def dropping(keep: float) -> Callable[[Tree, Any, Any], jax.Array]:
    return lambda parameters, inputs, key: run(parameters, inputs, key, keep)


def penalised(strength: float) -> dict[str, Any]:
    """A person's own loop with a penalty of the squared weights."""
    optimiser = optax.adam(3e-3)

    @jax.jit
    def step(state: Any, inputs: Any, targets: Any) -> Any:
        def whole(parameters: Tree) -> jax.Array:
            return loss(run(parameters, inputs), targets).mean() + strength * sum(jnp.sum(one**2) for one in parameters)

        updates, memory = optimiser.update(jax.grad(whole)(state[0]), state[1])
        return optax.apply_updates(state[0], updates), memory

    return {"start": lambda seed: (start_of(seed), optimiser.init(start_of(seed))), "step": step}


def pieces(**more: Any) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    centres, rows = generator.normal(size=(12, 8)), generator.integers(12, size=600)
    inputs = (centres[rows] + 0.3 * generator.normal(size=(600, 8))).astype(np.float32)
    known = {"train": (inputs, (rows % 4).astype(np.int32)), "apply": run, "init": start_of, "loss": loss}
    return {**known, "batch_size": 16, "optimiser": optax.adam(3e-3), **more}


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "decay": ({"optimiser": optax.adamw(1e-3, weight_decay=10.0)}, "optimiser.decay"),
    "penalty": (penalised(1.0), "optimiser.decay"),
    "dropout": ({"train_apply": dropping(0.1)}, "model.regularised"),
}


@pytest.mark.parametrize(("more", "key"), FAULTS.values(), ids=FAULTS.keys())
def test_regularisation_that_dominates_is_found(run_rule: Judge, more: dict[str, Any], key: str) -> None:
    _, (finding,) = run_rule(free_to_learn.RULE, **pieces(**more))
    assert (finding.key, finding.severity) == (key, Severity.WARNING)


@pytest.mark.parametrize(
    "more",
    [
        {"optimiser": optax.adamw(3e-3, weight_decay=0.1), "train_apply": dropping(0.6)},
        {"optimiser": optax.adam(1e-5), "train_apply": dropping(0.6)},
        penalised(1e-3),
    ],
    ids=["decay and dropout", "a low rate and dropout", "penalty"],
)
def test_usual_regularisation_passes(run_rule: Judge, more: dict[str, Any]) -> None:
    assert run_rule(free_to_learn.RULE, **pieces(**more)) == (Outcome.PASSED, ())
