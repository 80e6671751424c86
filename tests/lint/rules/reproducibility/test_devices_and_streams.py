"""Rules about precision and about streams that can be asked again."""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.rules.reproducibility import precise_enough, same_stream

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
INPUTS = (np.random.default_rng(0).normal(size=(16, 5)) + 3e3).astype(np.float32)


def normalised(naive: bool) -> Callable[[Any, Any], Any]:
    def apply(kernel: Any, inputs: jax.Array) -> jax.Array:
        mean = inputs.mean(axis=1, keepdims=True)
        squares = (inputs**2).mean(axis=1, keepdims=True) - mean**2 if naive else inputs.var(axis=1, keepdims=True)
        return (inputs - mean) / jnp.sqrt(jnp.abs(squares) + 1e-6) @ kernel

    return apply


def test_outputs_that_float32_cannot_hold_are_found(run_rule: Judge) -> None:
    pieces = {"train": (INPUTS, INPUTS[:, 0]), "parameters": np.eye(5, 2, dtype=np.float32)}
    _, (finding,) = run_rule(precise_enough.RULE, apply=normalised(True), **pieces)
    assert (finding.key, finding.severity) == ("reproducibility.precision", Severity.WARNING)
    assert run_rule(precise_enough.RULE, apply=normalised(False), **pieces) == (Outcome.PASSED, ())


def test_parameters_of_16_bits_are_not_judged(run_rule: Judge) -> None:
    pieces = {"train": (INPUTS, INPUTS[:, 0]), "parameters": jnp.eye(5, 2, dtype=jnp.bfloat16)}
    assert run_rule(precise_enough.RULE, apply=normalised(False), **pieces)[0] is Outcome.NOT_RUN


def batches(order: Any, values: np.ndarray = INPUTS) -> Iterator[tuple[Any, Any]]:
    for rows in np.split(order, 4):
        yield values[rows], values[rows, 0]


def streams() -> dict[str, tuple[Callable[[int], Any], str, Severity]]:
    unseeded = np.random.default_rng()
    used_up = batches(np.arange(16))
    return {
        "order": (lambda epoch: batches(unseeded.permutation(16)), "reproducibility.stream", Severity.INFO),
        "values": (
            lambda epoch: batches(np.arange(16), INPUTS + unseeded.normal(size=INPUTS.shape)),
            "reproducibility.stream",
            Severity.INFO,
        ),
        "used up": (lambda epoch: used_up, "loop.used-up", Severity.ERROR),
    }


@pytest.mark.parametrize("name", ["order", "values", "used up"])
def test_streams_that_cannot_be_asked_again_are_found(run_rule: Judge, name: str) -> None:
    stream, key, severity = streams()[name]
    _, (finding,) = run_rule(same_stream.RULE, stream=stream)
    assert (finding.key, finding.severity) == (key, severity)


def test_a_seeded_stream_passes(run_rule: Judge) -> None:
    def stream(epoch: int) -> Iterator[tuple[Any, Any]]:
        generator = np.random.default_rng((7, epoch))
        return batches(generator.permutation(16), INPUTS + generator.normal(size=INPUTS.shape))

    assert run_rule(same_stream.RULE, stream=stream) == (Outcome.PASSED, ())
