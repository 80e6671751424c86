"""Equal bits from equal seeds, through a save as well."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from piste.core.findings import Finding, Outcome
from piste.lint.rules.reproducibility import other_seed, resumes, same_seed

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
ADAM = optax.adam(1e-2)
INPUTS = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
DATA = {"train": (INPUTS, INPUTS.sum(axis=1)), "batch_size": 16}


def start(seed: int) -> dict[str, Any]:
    parameters = jax.random.normal(jax.random.key(seed), (3,))
    return {"params": parameters, "memory": ADAM.init(parameters), "key": jax.random.key_data(jax.random.key(seed))}


@jax.jit
def step(state: dict[str, Any], inputs: Any, targets: Any) -> dict[str, Any]:
    key, draw = jax.random.split(jax.random.wrap_key_data(state["key"]))
    noise = 0.01 * jax.random.normal(draw, (3,))
    gradient = jax.grad(lambda p: jnp.mean((inputs @ (p + noise) - targets) ** 2))(state["params"])
    updates, memory = ADAM.update(gradient, state["memory"])
    return {"params": state["params"] + updates, "memory": memory, "key": jax.random.key_data(key)}


def unseeded(state: dict[str, Any], inputs: Any, targets: Any) -> dict[str, Any]:
    return step(state, inputs + np.random.normal(size=inputs.shape), targets)  # noqa: NPY002


def forgetful(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "memory": ADAM.init(state["params"])}


def narrow(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "params": state["params"].astype(jnp.float16).astype(jnp.float32)}


def test_a_draw_outside_the_seed_is_found(run_rule: Judge) -> None:
    assert run_rule(same_seed.RULE, **DATA, start=start, step=step) == (Outcome.PASSED, ())
    _, (finding,) = run_rule(same_seed.RULE, **DATA, start=start, step=unseeded)
    assert finding.key == "reproducibility.seed"


def test_a_seed_without_effect_is_found(run_rule: Judge) -> None:
    assert run_rule(other_seed.RULE, start=start, step=step) == (Outcome.PASSED, ())
    assert run_rule(other_seed.RULE, start=lambda seed: start(0), step=step)[0] is Outcome.FOUND


def test_a_save_that_forgets_is_found(run_rule: Judge) -> None:
    kept = {**DATA, "start": start, "step": step, "save": lambda state: state}
    assert run_rule(resumes.RULE, **kept, restore=lambda saved: saved) == (Outcome.PASSED, ())
    for restore in (forgetful, narrow):
        assert run_rule(resumes.RULE, **kept, restore=restore)[0] is Outcome.FOUND
