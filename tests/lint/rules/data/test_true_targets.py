"""The rules that ask whether inputs and targets belong together, and whether the network notices."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline, Split
from piste.lint.probes.forks import broken_pairs
from piste.lint.rules.data import blind_twin, inputs_matter

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
Examples = tuple[np.ndarray, np.ndarray]


def drawn(seed: int, count: int, classes: bool = True) -> Examples:
    generator = np.random.default_rng(seed)
    inputs = generator.normal(size=(count, 6)).astype(np.float32)
    scores = 2 * inputs[:, 0] + inputs[:, 1] * inputs[:, 2] + 0.3 * generator.normal(size=count)
    return inputs, (scores > 0).astype(np.int32) if classes else scores.astype(np.float32)


def splits(classes: bool = True) -> dict[str, Any]:
    return {"train": drawn(0, 400, classes), "validation": drawn(1, 150, classes)}


def rolled(given: Examples, by: int) -> Examples:
    return given[0], np.roll(given[1], by, axis=0)


def dealt(given: Examples) -> Examples:
    return given[0], np.random.default_rng(5).permutation(given[1])


def changed(change: Callable[[Examples], Examples], *names: str, classes: bool = True) -> dict[str, Any]:
    given = splits(classes)
    return {**given, **{name: change(given[name]) for name in names}}


@pytest.mark.parametrize("classes", [True, False], ids=["classes", "numbers"])
@pytest.mark.parametrize("by", [1, -2])
def test_targets_shifted_against_their_inputs_are_found(run_rule: Judge, by: int, classes: bool) -> None:
    _, findings = run_rule(
        inputs_matter.RULE, **changed(lambda one: rolled(one, by), "train", "validation", classes=classes)
    )
    assert {one.key for one in findings} == {"data.targets-shifted"}
    assert f"shifted by {abs(by)} row" in findings[0].title
    assert findings[0].severity is (Severity.ERROR if classes else Severity.WARNING)


@pytest.mark.parametrize(("rare", "found"), [(8, False), (75, True)])
def test_a_handful_of_examples_of_a_class_says_nothing(run_rule: Judge, rare: int, found: bool) -> None:
    inputs, scores = drawn(3, 300, classes=False)
    few = inputs, (scores.argsort().argsort() >= len(scores) - rare).astype(np.int32)
    _, findings = run_rule(inputs_matter.RULE, train=drawn(0, 400), validation=dealt(few))
    assert [one.key for one in findings] == ["data.targets-apart"] * found


def test_a_shift_before_the_division_is_found_by_the_rows_of_the_source(run_rule: Judge) -> None:
    inputs, targets = rolled(drawn(0, 600), 1)
    order = np.random.default_rng(2).permutation(600)
    train = Split(inputs[order[:500]], targets[order[:500]], rows=order[:500])
    _, (finding,) = run_rule(inputs_matter.RULE, train=train)
    assert finding.key == "data.targets-shifted"


def test_targets_shuffled_apart_in_train_are_found(run_rule: Judge) -> None:
    _, (finding,) = run_rule(inputs_matter.RULE, **changed(dealt, "train"))
    assert (finding.key, finding.where.split, finding.severity) == ("data.targets-apart", "train", Severity.ERROR)


def test_targets_shuffled_apart_everywhere_are_a_warning(run_rule: Judge) -> None:
    inputs, targets = drawn(0, 800)
    _, (finding,) = run_rule(inputs_matter.RULE, train=dealt((inputs, targets)))
    assert (finding.key, finding.severity) == ("data.targets-apart", Severity.WARNING)


def oversampled() -> dict[str, Any]:
    """Rows that occur several times, whose copies agree whatever their targets are."""
    inputs, targets = drawn(0, 400)
    rows = np.random.default_rng(3).integers(400, size=800)
    return {**splits(), "train": (inputs[rows], targets[rows])}


def hard() -> dict[str, Any]:
    """A weak effect, which only many examples show."""
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(600, 6)).astype(np.float32)
    return {"train": (inputs, (inputs[:, 0] + 2 * generator.normal(size=600) > 0).astype(np.int32))}


def in_order() -> dict[str, Any]:
    inputs, targets = drawn(0, 400)
    order = np.argsort(targets, kind="stable")
    return {**splits(), "train": rolled((inputs[order], targets[order]), 0)}


def noisy() -> dict[str, Any]:
    """A fifth of the labels wrong, in train alone."""
    inputs, targets = drawn(0, 400)
    return {**splits(), "train": (inputs, np.where(np.random.default_rng(4).random(400) < 0.2, 1 - targets, targets))}


@pytest.mark.parametrize("healthy", [splits, oversampled, hard, in_order, noisy, lambda: splits(False)])
def test_examples_with_their_own_targets_pass(run_rule: Judge, healthy: Callable[[], dict[str, Any]]) -> None:
    assert run_rule(inputs_matter.RULE, **healthy()) == (Outcome.PASSED, ())


def test_targets_are_dealt_so_that_each_class_gets_its_share_of_every_class() -> None:
    targets = np.repeat([0, 1, 2], [60, 30, 10])
    bench = Bench(Pipeline(train=(np.zeros((100, 1), np.float32), targets)))
    order = bench.probe(broken_pairs, "train", 0)
    assert sorted(order) == list(range(100))
    table = np.zeros((3, 3))
    np.add.at(table, (targets, targets[order]), 1)
    expected = np.outer([60, 30, 10], [0.6, 0.3, 0.1])
    assert np.abs(table - expected).max() <= 2


def start_of(seed: int) -> dict[str, Any]:
    first, last = jax.random.split(jax.random.key(seed))
    return {"first": jax.random.normal(first, (6, 16)) * 0.5, "last": jax.random.normal(last, (16, 2)) * 0.2}


def apply(parameters: dict[str, Any], inputs: jax.Array) -> jax.Array:
    return jnp.tanh(inputs @ parameters["first"]) @ parameters["last"]


def loss(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return optax.softmax_cross_entropy_with_integer_labels(outputs, targets)


def training(**more: Any) -> dict[str, Any]:
    known = {"apply": apply, "init": start_of, "loss": loss, "optimiser": optax.adam(1e-2), "batch_size": 32}
    return {**splits(), **known, **more}


def test_a_network_that_learns_passes(run_rule: Judge) -> None:
    assert run_rule(blind_twin.RULE, **training()) == (Outcome.PASSED, ())


def test_a_network_that_does_not_look_is_found(run_rule: Judge) -> None:
    def blind(parameters: dict[str, Any], inputs: jax.Array) -> jax.Array:
        return apply(parameters, jnp.ones_like(inputs))

    _, (finding,) = run_rule(blind_twin.RULE, **training(apply=blind))
    assert (finding.key, finding.severity) == ("model.learns-nothing", Severity.WARNING)


def test_a_step_that_finds_its_own_targets_is_found(run_rule: Judge) -> None:
    everything, known = (jnp.asarray(one) for one in drawn(0, 400))

    @jax.jit
    def step(parameters: dict[str, Any], inputs: Any, targets: Any) -> dict[str, Any]:
        slopes = jax.grad(lambda one: loss(apply(one, everything), known).mean())(parameters)
        return jax.tree.map(lambda one, slope: one - 0.5 * slope, parameters, slopes)

    _, (finding,) = run_rule(blind_twin.RULE, **training(optimiser=None, start=start_of, step=step))
    assert (finding.key, finding.severity) == ("loop.targets-unused", Severity.ERROR)


def test_a_split_of_one_class_says_nothing(run_rule: Judge) -> None:
    rare = {name: (one[0], np.where(np.arange(len(one[1])) < 6, 1, 0)) for name, one in splits().items()}
    outcome, _ = run_rule(blind_twin.RULE, **training(**rare))
    assert outcome is Outcome.NOT_RUN
    assert run_rule(inputs_matter.RULE, **rare) == (Outcome.PASSED, ())


def test_labels_that_nothing_tells_are_no_fault_of_the_network(run_rule: Judge) -> None:
    given = changed(dealt, "train", "validation")
    assert run_rule(blind_twin.RULE, **training(**given)) == (Outcome.PASSED, ())
