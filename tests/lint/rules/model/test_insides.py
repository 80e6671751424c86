"""The rules about what happens inside networks, against such that are wrong and such that are odd but sound."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline
from piste.lint.rules.model import (
    attention_spread,
    dropout_rate,
    evaluation_mode,
    output_range,
    pretrained,
    signal_in_depth,
    tokens_in_table,
)
from piste.nn.attention import MultiHeadAttention
from piste.nn.dropout import Dropout
from piste.nn.embedding import Embedding
from piste.nn.sequential import Sequential

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(96, 16)).astype(np.float32)
NUMBERS = INPUTS.sum(axis=1)
CLASSES = (np.arange(96) % 3).astype(np.int32)


def squares(outputs: Any, targets: Any) -> Any:
    return jnp.mean((outputs - targets) ** 2)


def crossed(outputs: Any, targets: Any) -> Any:
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(outputs), targets[:, None], 1))


def deep(depth: int, scale: float, activation: Any = jax.nn.relu) -> dict[str, Any]:
    """A network of `depth` square kernels of deviation `scale`, and a head for one number."""

    def init(seed: int) -> list[jax.Array]:
        keys = jax.random.split(jax.random.key(seed), depth + 1)
        return [
            *(scale * jax.random.normal(key, (16, 16)) for key in keys[1:]),
            0.25 * jax.random.normal(keys[0], (16,)),
        ]

    def apply(parameters: list[jax.Array], inputs: jax.Array) -> jax.Array:
        for kernel in parameters[:-1]:
            inputs = activation(inputs @ kernel)
        return inputs @ parameters[-1]

    return {"train": (INPUTS, NUMBERS), "apply": apply, "init": init, "loss": squares}


@pytest.mark.parametrize(
    ("network", "severity"),
    [
        (deep(6, 2.5), Severity.WARNING),
        (deep(14, 0.25, jax.nn.sigmoid), Severity.WARNING),
        (deep(4, 0.03), Severity.INFO),
    ],
    ids=["blown up", "lost in sigmoids", "a small start that still trains"],
)
def test_a_signal_lost_or_blown_up_is_found(run_rule: Judge, network: Any, severity: Severity) -> None:
    _, (finding,) = run_rule(signal_in_depth.RULE, **network)
    assert (finding.key, finding.severity) == ("model.initial-scale", severity)
    assert len(finding.charts) == 1


@pytest.mark.parametrize(
    "network", [deep(6, 0.35), deep(6, 0.25), deep(2, 2.0)], ids=["He", "LeCun", "wide but shallow"]
)
def test_usual_starts_pass(run_rule: Judge, network: Any) -> None:
    assert run_rule(signal_in_depth.RULE, **network) == (Outcome.PASSED, ())


def ending(activation: Any, targets: Any, width: int = 1) -> dict[str, Any]:
    def apply(parameters: Any, inputs: jax.Array) -> jax.Array:
        outputs = activation(jnp.tanh(inputs @ parameters["first"]) @ parameters["last"] + parameters["bias"])
        return outputs[:, 0] if width == 1 else outputs

    first, last = RANDOM.normal(size=(16, 8)) / 4, RANDOM.normal(size=(8, width))
    loss = crossed if width > 1 else squares
    parameters = {"first": jnp.asarray(first), "last": jnp.asarray(last), "bias": jnp.ones(width)}
    return {"train": (INPUTS, targets), "apply": apply, "parameters": parameters, "loss": loss}


@pytest.mark.parametrize(
    "network",
    [
        ending(jax.nn.relu, NUMBERS),
        ending(jnp.tanh, NUMBERS),
        ending(jax.nn.sigmoid, NUMBERS),
        ending(partial(jax.nn.softmax, axis=-1), NUMBERS),
        ending(jax.nn.relu, CLASSES, 3),
        ending(jnp.tanh, CLASSES, 3),
    ],
    ids=["relu", "tanh", "sigmoid", "softmax of one", "relu before the loss", "tanh before the loss"],
)
def test_an_activation_that_cuts_off_is_found(run_rule: Judge, network: Any) -> None:
    _, (finding,) = run_rule(output_range.RULE, **network)
    assert finding.key == "model.output-activation"
    assert finding.severity is (Severity.WARNING if network["loss"] is crossed else Severity.ERROR)


@pytest.mark.parametrize(
    "network",
    [
        ending(lambda outputs: outputs, NUMBERS),
        ending(jax.nn.softplus, np.abs(NUMBERS)),
        ending(jax.nn.sigmoid, (NUMBERS > 0).astype(np.float32) * 0.5 + 0.2),
        ending(lambda outputs: outputs, CLASSES, 3),
        ending(lambda outputs: 20.0 * outputs / jnp.linalg.norm(outputs, axis=-1, keepdims=True), CLASSES, 3),
    ],
    ids=["numbers", "positive numbers", "shares", "logits", "cosines with a temperature"],
)
def test_outputs_that_reach_their_targets_pass(run_rule: Judge, network: Any) -> None:
    task = "regression" if network["loss"] is squares else "many-class"
    assert run_rule(output_range.RULE, task=task, **network) == (Outcome.PASSED, ())


def test_weights_that_were_not_loaded_are_found(run_rule: Judge) -> None:
    own = {"encoder": {"kernel": INPUTS[:8], "bias": np.arange(8.0)}, "head": RANDOM.normal(size=(8, 3))}
    pieces = {"apply": lambda parameters, inputs: inputs, "parameters": own}
    renamed = {"backbone": own["encoder"], "classifier": RANDOM.normal(size=(8, 1000))}
    assert run_rule(pretrained.RULE, pretrained=renamed, **pieces) == (Outcome.PASSED, ())
    half = {"encoder": {"kernel": INPUTS[:8] + 1.0, "bias": np.arange(8.0)}}
    _, (finding,) = run_rule(pretrained.RULE, pretrained=half, **pieces)
    assert (finding.severity, finding.where.layer) == (Severity.WARNING, "encoder/kernel")
    _, (finding,) = run_rule(pretrained.RULE, pretrained={"kernel": INPUTS[:8] - 1.0}, **pieces)
    assert finding.severity is Severity.ERROR


def attending(scaled: bool) -> dict[str, Any]:
    def init(seed: int) -> jax.Array:
        return jax.random.normal(jax.random.key(seed), (3, 64, 64)) / 8.0

    def apply(parameters: jax.Array, inputs: jax.Array) -> jax.Array:
        queries, keys, values = (inputs @ one for one in parameters)
        scores = queries @ keys.swapaxes(-1, -2)
        return jax.nn.softmax(scores / 8.0 if scaled else scores, axis=-1) @ values

    steps = RANDOM.normal(size=(8, 12, 64)).astype(np.float32)
    return {"train": (steps, steps), "apply": apply, "init": init}


def test_attention_without_its_scale_is_found(run_rule: Judge) -> None:
    _, (finding,) = run_rule(attention_spread.RULE, **attending(False))
    assert (finding.key, finding.severity) == ("model.attention-scale", Severity.WARNING)
    assert run_rule(attention_spread.RULE, **attending(True)) == (Outcome.PASSED, ())
    steps = RANDOM.normal(size=(4, 8, 8)).astype(np.float32)
    drawn = {"weight": RANDOM.normal(size=(8, 24)) / 3, "output": RANDOM.normal(size=(8, 8))}
    model = MultiHeadAttention(2, causal=True, bias=False)
    own = {"train": (steps, steps), "model": model, "parameters": jax.tree.map(np.float32, drawn)}
    assert run_rule(attention_spread.RULE, **own) == (Outcome.PASSED, ())


def test_attention_that_hangs_on_steps_for_large_kernels_is_a_matter_of_the_start(run_rule: Judge) -> None:
    scaled = attending(True)
    init = scaled["init"]
    large = {**scaled, "init": lambda seed: jax.tree.map(lambda leaf: 10.0 * leaf, init(seed))}
    _, (finding,) = run_rule(attention_spread.RULE, **large)
    assert (finding.key, finding.remedy) == ("model.initial-scale", "usual-start")


TOKENS = RANDOM.integers(0, 10, size=(32, 6)).astype(np.int32)


def looking_up(rows: int, read: Any = lambda table, tokens: table[tokens]) -> dict[str, Any]:
    table = np.ones((rows, 4), np.float32)
    return {
        "train": (TOKENS, TOKENS[:, 0]), "parameters": table,
        "apply": lambda table, tokens: read(table, tokens).mean(axis=1),
    }  # fmt: skip


@pytest.mark.parametrize(
    "network",
    [
        looking_up(9),
        looking_up(5, partial(jnp.take, axis=0)),
        looking_up(10) | {"test": (TOKENS + 1, TOKENS[:, 0])},
        looking_up(10) | {"train": (TOKENS - 1, TOKENS[:, 0])},
        {"train": (TOKENS, TOKENS[:, 0]), "model": Embedding(8, 4)},
    ],
    ids=["one too few", "take", "in test alone", "negative", "own layer"],
)
def test_tokens_without_a_row_are_found(run_rule: Judge, network: Any) -> None:
    _, (finding,) = run_rule(tokens_in_table.RULE, **network)
    assert (finding.key, finding.severity) == ("model.tokens-outside", Severity.ERROR)


def stacked(rows: int) -> dict[str, Any]:
    """One table for each of four columns, in one array."""
    return {
        "train": (TOKENS, TOKENS[:, 0]), "parameters": np.ones((TOKENS.shape[1], rows, 3), np.float32),
        "apply": lambda tables, tokens: tables[jnp.arange(tables.shape[0])[None], tokens].sum(axis=(1, 2)),
    }  # fmt: skip


def test_tables_that_stand_in_one_array(run_rule: Judge) -> None:
    _, (finding,) = run_rule(tokens_in_table.RULE, **stacked(9))
    assert finding.key == "model.tokens-outside"
    assert run_rule(tokens_in_table.RULE, **stacked(10)) == (Outcome.PASSED, ())


@pytest.mark.parametrize(
    "network",
    [looking_up(10), looking_up(50), {"train": (TOKENS, TOKENS[:, 0]), "model": Embedding(10, 4)}],
    ids=["exact", "room", "own layer"],
)
def test_tokens_with_a_row_are_not(run_rule: Judge, network: Any) -> None:
    assert run_rule(tokens_in_table.RULE, **network) == (Outcome.PASSED, ())


def dropping(take: Any) -> Pipeline:
    return Pipeline(
        train=(INPUTS, CLASSES), parameters=np.ones((16, 3), np.float32), apply=lambda kernel, inputs: inputs @ kernel,
        train_apply=lambda kernel, inputs, key: take(inputs, key) @ kernel,
    )  # fmt: skip


def chosen(inputs: jax.Array, key: jax.Array, keep: float) -> jax.Array:
    return jnp.where(jax.random.bernoulli(key, keep, inputs.shape), inputs / keep, 0.0)


def multiplied(inputs: jax.Array, key: jax.Array, keep: float) -> jax.Array:
    return inputs * jax.random.bernoulli(key, keep, inputs.shape) / keep


@pytest.mark.parametrize("take", [chosen, multiplied])
def test_keeping_what_was_to_be_dropped_is_found(run_rule: Judge, take: Any) -> None:
    _, (finding,) = run_rule(dropout_rate.RULE, dropping(partial(take, keep=0.1)))
    assert (finding.key, finding.severity) == ("model.dropout-rate", Severity.WARNING)
    assert run_rule(dropout_rate.RULE, dropping(partial(take, keep=0.5))) == (Outcome.PASSED, ())


def test_dropout_is_compared_with_what_is_declared(run_rule: Judge) -> None:
    model = Sequential((Dropout(0.8),))
    pieces = {"train": (INPUTS, CLASSES), "model": model}
    assert run_rule(dropout_rate.RULE, declared=Declared(dropout=0.2), **pieces) == (Outcome.PASSED, ())
    _, (finding,) = run_rule(dropout_rate.RULE, declared=Declared(dropout=0.8), **pieces)
    assert finding.severity is Severity.ERROR
    assert "kept was given" in finding.cause
    _, (finding,) = run_rule(
        dropout_rate.RULE, declared=Declared(dropout=0.2), train=(INPUTS, CLASSES), model=Sequential(())
    )
    assert finding.severity is Severity.ERROR


def test_a_flax_module_that_drops_in_evaluation_is_found_and_breaks_no_rule(run_rule: Judge) -> None:
    linen = pytest.importorskip("flax.linen")

    class Dropping(linen.Module):  # type: ignore[misc, name-defined, unused-ignore]
        @linen.compact
        def __call__(self, inputs: Any) -> Any:
            return linen.Dense(3)(linen.Dropout(0.5, deterministic=False)(inputs))

    given = {"train": (INPUTS, CLASSES), "model": Dropping(), "loss": crossed, "task": "many-class", "classes": 3}
    _, (finding,) = run_rule(evaluation_mode.RULE, **given)
    assert finding.key == "model.random-evaluation"
