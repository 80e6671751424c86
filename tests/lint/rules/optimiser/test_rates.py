"""The rules about rates, told by forks of one training."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.bench import Bench
from piste.lint.judge import judge
from piste.lint.pipeline import Pipeline
from piste.lint.probes.comparing import above
from piste.lint.probes.forks import Course, run
from piste.lint.rules.optimiser import calm_start, rate_too_high, rate_too_low

Tree = dict[str, Any]
WIDTHS = (8, 32, 32, 4)


def start_of(seed: int) -> Tree:
    keys = jax.random.split(jax.random.key(seed), len(WIDTHS))
    sizes = zip(keys, WIDTHS, WIDTHS[1:], strict=False)
    return {
        str(place): jax.random.normal(key, size) * (2.0 / size[0]) ** 0.5 for place, (key, *size) in enumerate(sizes)
    }


def apply(parameters: Tree, inputs: jax.Array) -> jax.Array:
    hidden = jax.nn.relu(jax.nn.relu(inputs @ parameters["0"]) @ parameters["1"])
    return hidden @ parameters["2"]


def normalised(parameters: Tree, inputs: jax.Array, key: Any = None) -> jax.Array:
    for name in ("0", "1"):
        inputs = inputs @ parameters[name]
        inputs = jax.nn.relu((inputs - inputs.mean(axis=0)) / (inputs.std(axis=0) + 1e-3))
    return inputs @ parameters["2"]


loss = optax.softmax_cross_entropy_with_integer_labels


def examples() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(12, 8))
    rows = generator.integers(12, size=600)
    inputs = centres[rows] + 0.3 * generator.normal(size=(600, 8))
    return inputs.astype(np.float32), (rows % 4).astype(np.int32)


def pieces(optimiser: Any, **more: Any) -> dict[str, Any]:
    known = {"train": examples(), "apply": apply, "init": start_of, "loss": loss, "batch_size": 16, "steps": 600}
    return {**known, "optimiser": optimiser, **more}


def judged(**given: Any) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of each rule about rates that ran, which share their forks."""
    rules = (rate_too_high.RULE, rate_too_low.RULE, calm_start.RULE)
    record = judge(Pipeline(**given), rules)
    assert all(one.outcome is not Outcome.FAILED for one in record.rules)
    return {one.name: one.findings for one in record.rules if one.outcome is not Outcome.NOT_RUN}


CALM: dict[str, tuple[Finding, ...]] = {"rate-too-high": (), "rate-too-low": (), "calm-start": ()}


@pytest.mark.parametrize("optimiser", [optax.adam(0.3), optax.sgd(30.0)], ids=["adam", "sgd"])
def test_a_rate_far_too_high_is_found_with_a_better_one(optimiser: Any) -> None:
    found = judged(**pieces(optimiser))
    (finding,) = found["rate-too-high"]
    assert finding.severity is not Severity.INFO
    assert finding.remedy == "learning-rate"
    assert finding.settings["factor"] <= 0.1
    assert found == {**CALM, "rate-too-high": (finding,)}


@pytest.mark.parametrize("optimiser", [optax.adam(1e-6), optax.sgd(1e-4)], ids=["adam", "sgd"])
def test_a_rate_far_too_low_is_found_with_a_better_one(optimiser: Any) -> None:
    found = judged(**pieces(optimiser))
    (finding,) = found["rate-too-low"]
    assert (finding.severity, finding.key) == (Severity.WARNING, "optimiser.rate-too-low")
    assert finding.settings["factor"] >= 10
    assert found == {**CALM, "rate-too-low": (finding,)}


WARMED = optax.linear_schedule(0.0, 3e-3, 200)
HEALTHY: dict[str, dict[str, Any]] = {
    "adam 3e-4, length not said": {"optimiser": optax.adam(3e-4), "steps": None},
    "adam 1e-2": {"optimiser": optax.adam(1e-2)},
    "sgd 0.5 with batch norm": {"optimiser": optax.sgd(0.5), "apply": normalised, "train_apply": normalised},
    "warm-up": {"optimiser": optax.adam(WARMED), "schedule": WARMED},
    "labels without a rule": {
        "optimiser": optax.adam(1e-3),
        "train": (examples()[0], np.random.default_rng(1).permutation(examples()[1])),
    },
}


@pytest.mark.parametrize("healthy", HEALTHY.values(), ids=HEALTHY.keys())
def test_sound_rates_pass(healthy: dict[str, Any]) -> None:
    assert judged(**{**pieces(None), **healthy}) == CALM


def test_a_spike_that_a_warm_up_avoids_is_found() -> None:
    falling = optax.piecewise_constant_schedule(1.0, {8: 0.01})
    found = judged(**pieces(optax.adam(falling)))
    (finding,) = found["calm-start"]
    assert (finding.key, finding.severity) == ("optimiser.no-warm-up", Severity.WARNING)
    assert found == {**CALM, "calm-start": (finding,)}


def test_a_loss_that_is_not_finite_is_not_judged() -> None:
    inputs, targets = examples()
    inputs[3] = np.nan
    assert judged(**pieces(optax.adam(1e-3), train=(inputs, targets))) == {}


class State(NamedTuple):
    params: Tree
    momentum: Tree


def own(rate: float) -> dict[str, Any]:
    """A person's own loop with momentum, which the linter can only call."""

    @jax.jit
    def step(state: State, inputs: Any, targets: Any) -> State:
        slopes = jax.grad(lambda one: loss(apply(one, inputs), targets).mean())(state.params)
        momentum = jax.tree.map(lambda old, slope: 0.9 * old + slope, state.momentum, slopes)
        return State(jax.tree.map(lambda one, by: one - rate * by, state.params, momentum), momentum)

    def start(seed: int) -> State:
        parameters = start_of(seed)
        return State(parameters, jax.tree.map(jnp.zeros_like, parameters))

    return {"start": start, "step": step}


def test_a_longer_step_of_a_person_is_that_of_a_higher_rate() -> None:
    slow, quick = (Bench(Pipeline(**pieces(None, **own(rate)))) for rate in (1e-3, 1e-2))
    forked = slow.probe(run, Course(10.0, steps=8)).losses
    np.testing.assert_allclose(forked, quick.probe(run, Course(steps=8)).losses, rtol=1e-4)


def test_a_persons_step_is_judged_as_well() -> None:
    (finding,) = judged(**pieces(None, **own(1e-6)))["rate-too-low"]
    assert finding.settings["factor"] >= 10
    assert judged(**pieces(None, **own(1e-2))) == CALM


def test_a_state_that_holds_its_parameters_twice_is_asked_about() -> None:
    plain = own(1e-6)

    def start(seed: int) -> tuple[Tree, State]:
        state = plain["start"](seed)
        return state.params, state

    def step(state: tuple[Tree, State], inputs: Any, targets: Any) -> tuple[Tree, State]:
        after = plain["step"](state[1], inputs, targets)
        return after.params, after

    twice = pieces(None, start=start, step=step)
    assert "rate-too-low" not in judged(**twice)
    told = twice | {"with_parameters": lambda state, parameters: (parameters, state[1]._replace(params=parameters))}
    assert judged(**told)["rate-too-low"]


def test_a_gap_is_that_of_a_paired_t_test() -> None:
    from scipy.stats import ttest_1samp

    first, second = np.random.default_rng(0).normal(size=(2, 32)) + np.array([[0.5], [0.0]])
    expected = ttest_1samp((first - second).reshape(8, 4).mean(axis=1), 0.0, alternative="greater")
    gap = above(first, second)
    np.testing.assert_allclose([gap.errors, gap.chance], [expected.statistic, expected.pvalue])
    assert not above(first, np.full(32, np.nan)).clear
    assert above(np.full(32, np.inf), first).clear
