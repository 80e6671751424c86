"""The rules about networks, each against a fault put into a small one, and all of them against sound ones."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.catalog import RULES
from piste.lint.declared import Declared
from piste.lint.judge import judge
from piste.lint.pipeline import Pipeline
from piste.lint.rule import Rule
from piste.lint.rules.model import (
    causality,
    dead_inputs,
    dead_leaves,
    evaluation_mode,
    gradient_check,
    independence,
    initial_loss,
    learns_by_heart,
    numerics,
    output_size,
    padding,
    units_differ,
)

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
Tree = dict[str, Any]
CLASSES, FEATURES, WIDTH = 3, 4, 8


def data(count: int = 96) -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(count, FEATURES)).astype(np.float32)
    return inputs, np.argmax(inputs[:, :CLASSES], axis=1).astype(np.int32)


def init(seed: int, scale: float = 1.0) -> Tree:
    first, second = jax.random.split(jax.random.key(seed))
    return {
        "first": {"kernel": jax.random.normal(first, (FEATURES, WIDTH)) / 2, "bias": jnp.zeros(WIDTH)},
        "head": {"kernel": scale * jax.random.normal(second, (WIDTH, CLASSES)) / 3, "bias": jnp.zeros(CLASSES)},
    }


def apply(parameters: Tree, inputs: jax.Array) -> jax.Array:
    hidden = jax.nn.relu(inputs @ parameters["first"]["kernel"] + parameters["first"]["bias"])
    return hidden @ parameters["head"]["kernel"] + parameters["head"]["bias"]


def loss(logits: jax.Array, labels: jax.Array) -> jax.Array:
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, labels))


def pipeline(network: Callable[..., Any] = apply, **more: Any) -> Pipeline:
    return Pipeline(**{"train": data(), "apply": network, "init": init, "loss": loss, **more})


def without_first(parameters: Tree, inputs: jax.Array) -> jax.Array:
    still = jax.lax.stop_gradient(parameters["first"])
    return apply({**parameters, "first": still}, inputs)


def rounded(parameters: Tree, inputs: jax.Array) -> jax.Array:
    return jnp.round(apply(parameters, inputs))


@jax.custom_vjp
def double(values: jax.Array) -> jax.Array:
    return 2.0 * values


double.defvjp(lambda values: (double(values), None), lambda _, slope: (3.0 * slope,))


def normalised_over_batch(parameters: Tree, inputs: jax.Array) -> jax.Array:
    logits = apply(parameters, inputs)
    return (logits - logits.mean(axis=0)) / (logits.std(axis=0) + 1e-3)


def divided_by_norm(parameters: Tree, inputs: jax.Array) -> jax.Array:
    return apply(parameters, inputs / jnp.linalg.norm(inputs, axis=1, keepdims=True))


def noisy(parameters: Tree, inputs: jax.Array) -> jax.Array:
    return apply(parameters, inputs) + np.random.normal(size=(len(inputs), 1)).astype(np.float32)  # noqa: NPY002


def constant_start(seed: int) -> Tree:
    return jax.tree.map(lambda leaf: jnp.full_like(leaf, 0.1), init(seed))


def first_alike(seed: int) -> Tree:
    return {**init(seed), "first": jax.tree.map(lambda leaf: jnp.full_like(leaf, 0.1), init(seed)["first"])}


def larger_head(seed: int) -> Tree:
    return init(seed, 10.0)


ADAM = optax.adam(1e-3)

FAULTS: dict[str, tuple[Rule, Pipeline, str]] = {
    "too few outputs": (output_size.RULE, pipeline(classes=5), "model.output-size"),
    "stop_gradient": (dead_leaves.RULE, pipeline(without_first), "model.disconnected"),
    "round": (dead_leaves.RULE, pipeline(rounded), "model.no-gradient"),
    "a loss of decisions": (
        dead_leaves.RULE,
        pipeline(loss=lambda logits, labels: jnp.mean(jnp.square(jnp.round(logits[:, 0]) - labels))),
        "loss.flat",
    ),
    "derivative": (gradient_check.RULE, pipeline(lambda p, x: double(apply(p, x))), "model.gradient"),
    "batch": (independence.RULE, pipeline(normalised_over_batch), "model.mixes-examples"),
    "noise": (evaluation_mode.RULE, pipeline(noisy), "model.random-evaluation"),
    "mode": (
        evaluation_mode.RULE,
        pipeline(train_apply=lambda p, x, key: apply(p, x)),
        "model.mode",
    ),
    "slice": (dead_inputs.RULE, pipeline(lambda p, x: apply(p, x.at[:, 2].set(0.0))), "model.dead-inputs"),
    "large head": (initial_loss.RULE, pipeline(init=lambda seed: init(seed, 30.0)), "model.initial-loss"),
    "large start": (initial_loss.RULE, pipeline(init=larger_head, optimiser=ADAM), "model.initial-loss"),
    "symmetry": (units_differ.RULE, pipeline(init=constant_start), "model.symmetry"),
    "one layer alike": (units_differ.RULE, pipeline(init=first_alike), "model.symmetry"),
    "ReLU after the head": (
        learns_by_heart.RULE,
        pipeline(lambda p, x: -jax.nn.relu(apply(p, x)) - 1e3 * jnp.arange(CLASSES)),
        "model.cannot-overfit",
    ),
    "norm at zero": (numerics.RULE, pipeline(divided_by_norm), "model.not-finite"),
}


@pytest.mark.parametrize(("rule", "faulty", "key"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_found(run_rule: Judge, rule: Rule, faulty: Pipeline, key: str) -> None:
    outcome, findings = run_rule(rule, faulty)
    assert outcome is Outcome.FOUND
    assert key in {finding.key for finding in findings}


def test_a_large_start_that_training_makes_good_passes(run_rule: Judge) -> None:
    larger = pipeline(init=lambda seed: init(seed, 5.0), optimiser=optax.adam(1e-2))
    assert run_rule(initial_loss.RULE, larger)[0] is Outcome.PASSED


def test_a_frozen_layer_may_be_declared(run_rule: Judge) -> None:
    frozen = pipeline(without_first, declared=Declared(frozen=("first/",)))
    assert run_rule(dead_leaves.RULE, frozen)[0] is Outcome.PASSED
    assert run_rule(gradient_check.RULE, frozen)[0] is Outcome.PASSED


def test_few_digits_are_no_wrong_gradient(run_rule: Judge) -> None:
    def in_few_digits(parameters: Tree, inputs: jax.Array) -> jax.Array:
        low, narrow = jax.tree.map(lambda leaf: leaf.astype(jnp.bfloat16), (parameters, inputs))
        return apply(low, narrow).astype(jnp.float32)

    assert run_rule(gradient_check.RULE, pipeline(in_few_digits))[1] == ()


def test_an_untrained_network_that_knows_the_answers_is_found(run_rule: Judge) -> None:
    inputs, targets = data()
    leaking = (np.concatenate([inputs, 50.0 * np.eye(CLASSES, dtype=np.float32)[targets]], axis=1), targets)
    told = pipeline(lambda p, x: apply(p, x[:, :FEATURES]) + x[:, FEATURES:], train=leaking)
    _, (finding,) = run_rule(initial_loss.RULE, told)
    assert finding.key == "model.knows-beforehand"


def averaging(parameters: Tree, inputs: jax.Array) -> jax.Array:
    steps = inputs @ parameters["first"]["kernel"][:1]
    return steps + steps.mean(axis=1, keepdims=True)


def causal(parameters: Tree, inputs: jax.Array) -> jax.Array:
    return jnp.cumsum(inputs @ parameters["first"]["kernel"][:1], axis=1)


def mean_over_steps(parameters: Tree, inputs: jax.Array) -> jax.Array:
    return (inputs @ parameters["first"]["kernel"][:1]).mean(axis=1)


def mean_of_real_steps(parameters: Tree, inputs: jax.Array) -> jax.Array:
    real = inputs != -1.0
    return (jnp.where(real, inputs, 0.0) @ parameters["first"]["kernel"][:1]).sum(axis=1) / real.sum(axis=1)


def test_sequences(run_rule: Judge) -> None:
    inputs = np.random.default_rng(1).uniform(size=(8, 6, 1)).astype(np.float32)
    pieces = {"train": (inputs, None), "init": init, "declared": Declared(causal=True, padding=-1.0)}
    for rule, faulty, sound in (
        (causality.RULE, averaging, causal),
        (padding.RULE, mean_over_steps, mean_of_real_steps),
    ):
        assert run_rule(rule, apply=faulty, **pieces)[0] is Outcome.FOUND
        assert run_rule(rule, apply=sound, **pieces) == (Outcome.PASSED, ())


def zero_head(seed: int) -> Tree:
    made = init(seed)
    return {**made, "head": jax.tree.map(jnp.zeros_like, made["head"])}


def he(seed: int) -> Tree:
    made = init(seed)
    return jax.tree.map(lambda leaf: 2.0 * leaf, made)


ROWS = data()
SOUND: dict[str, Pipeline] = {
    "plain": pipeline(),
    "head of zeros": pipeline(init=zero_head),
    "twice the scale": pipeline(init=he),
    "smoothed": pipeline(
        loss=lambda z, y: jnp.mean(
            optax.softmax_cross_entropy(z, optax.smooth_labels(jax.nn.one_hot(y, CLASSES), 0.1))
        ),
        declared=Declared(smoothing=0.1),
    ),
    "inputs beyond 1": pipeline(train=(4.0 * ROWS[0] + 1.0, ROWS[1])),
    "rare class": pipeline(train=(ROWS[0], (ROWS[0][:, 0] > 2.0).astype(np.int32)), classes=3),
    "pixels": pipeline(lambda p, x: apply(p, x / 255.0), train=(np.uint8(40 * ROWS[0] + 120), ROWS[1])),
    "bfloat16": pipeline(lambda p, x: apply(p, x.astype(jnp.bfloat16)).astype(jnp.float32)),
    "probabilities": pipeline(
        lambda p, x: jax.nn.softmax(apply(p, x)),
        loss=lambda shares, y: -jnp.mean(jnp.log(jnp.take_along_axis(shares, y[:, None], 1) + 1e-7)),
    ),
    "heavy tails": pipeline(
        lambda p, x: apply(p, x)[:, 0],
        train=(ROWS[0], np.random.default_rng(2).standard_t(2, 96).astype(np.float32)),
        loss=lambda o, t: jnp.mean(jnp.abs(o - t)),
    ),
}


@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND.keys())
def test_sound_networks_raise_no_alarm(sound: Pipeline) -> None:
    record = judge(sound, RULES, select=["model", "loss"], seconds=600)
    assert [(one.code, one.key, one.title) for one in record.findings if one.severity is not Severity.INFO] == []


def test_a_module_of_pytorch_is_judged_by_its_outputs(run_rule: Judge) -> None:
    torch = pytest.importorskip("torch")

    class Mixing(torch.nn.Module):  # type: ignore[name-defined, misc, unused-ignore]
        def forward(self, values: Any) -> Any:
            return values - values.mean(dim=0)

    pieces = {"train": (data()[0], None)}
    assert run_rule(independence.RULE, model=Mixing(), **pieces)[0] is Outcome.FOUND
    sound = torch.nn.Sequential(torch.nn.Linear(FEATURES, 3), torch.nn.BatchNorm1d(3), torch.nn.Dropout(0.5))
    assert run_rule(independence.RULE, model=sound, **pieces)[0] is Outcome.PASSED
    assert run_rule(evaluation_mode.RULE, model=sound, **pieces)[0] is Outcome.PASSED
    assert sound.training  # a person's module stays in the mode it was in


def test_a_weighted_loss_of_an_untrained_network_is_no_knowledge(run_rule: Judge) -> None:
    inputs = np.random.default_rng(1).normal(size=(400, FEATURES)).astype(np.float32)
    rare = (np.arange(400) % 20 == 0).astype(np.float32)

    def weighted(logits: jax.Array, labels: jax.Array) -> jax.Array:
        counts = jnp.where(labels > 0.5, 19.0, 1.0)
        return jnp.mean(counts * optax.sigmoid_binary_cross_entropy(logits, labels))

    one = pipeline(lambda p, x: 0.1 * apply(p, x)[:, 0], train=(inputs, rare), loss=weighted, task="two-class")
    assert run_rule(initial_loss.RULE, one) == (Outcome.PASSED, ())


def test_too_few_outputs_are_one_finding_and_break_no_rule() -> None:
    record = judge(pipeline(lambda p, x: apply(p, x)[:, :2], classes=CLASSES), RULES, select=["model", "loss"])
    assert "model.output-size" in {finding.key for finding in record.causes}
    assert [rule.code for rule in record.rules if rule.outcome is Outcome.FAILED] == []
