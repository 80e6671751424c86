"""What counts in the loss: padding, single outputs, and values that are no numbers."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.declared import Declared
from piste.lint.rules.loss import nan_shows, outputs_weigh_alike, padded_steps

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
IGNORED = Declared(padding=0, ignore_label=-1)


def losses(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return optax.softmax_cross_entropy_with_integer_labels(outputs, jnp.maximum(targets, 0))


def masked(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.sum(losses(outputs, targets) * (targets >= 0)) / jnp.sum(targets >= 0)


def tagging(loss: Any) -> dict[str, Any]:
    """A network that gives each token of (B, 8) its own logits of 5 tags."""
    tokens = np.random.default_rng(0).integers(1, 7, size=(32, 8)).astype(np.int32)
    table = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)
    return {
        "train": (tokens, tokens % 5), "parameters": {"table": table}, "loss": loss, "declared": IGNORED,
        "apply": lambda parameters, inputs: parameters["table"][inputs],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "key", "severity"),
    [
        (lambda outputs, targets: jnp.mean(losses(outputs, targets)), "loss.padding", Severity.ERROR),
        (
            lambda outputs, targets: jnp.mean(losses(outputs, targets) * (targets >= 0)),
            "loss.normaliser",
            Severity.WARNING,
        ),
    ],
    ids=["counted", "thinned"],
)
def test_padding_in_the_loss_is_found(run_rule: Judge, loss: Any, key: str, severity: Severity) -> None:
    _, (finding,) = run_rule(padded_steps.RULE, **tagging(loss))
    assert (finding.key, finding.severity) == (key, severity)


def test_a_masked_loss_passes_and_one_target_per_sequence_is_not_judged(run_rule: Judge) -> None:
    assert run_rule(padded_steps.RULE, **tagging(masked)) == (Outcome.PASSED, ())
    pieces = tagging(masked)
    pieces["train"] = (pieces["train"][0], pieces["train"][1][:, 0])
    assert run_rule(padded_steps.RULE, **pieces)[0] is Outcome.NOT_RUN


def squares(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean((outputs - targets) ** 2)


def targets_of(scale: float) -> np.ndarray:
    return (np.random.default_rng(0).normal(size=(64, 3)) * [1.0, scale, 2.0]).astype(np.float32)


@pytest.mark.parametrize("scale", [1000.0, 1e-4])
def test_an_output_of_another_size_is_found(run_rule: Judge, scale: float) -> None:
    pieces = {"train": (np.ones((64, 2), np.float32), targets_of(scale)), "loss": squares, "task": "regression"}
    _, (finding,) = run_rule(outputs_weigh_alike.RULE, **pieces)
    assert (finding.key, finding.severity) == ("loss.scale-of-outputs", Severity.WARNING)


@pytest.mark.parametrize(
    ("targets", "loss"),
    [
        (targets_of(20.0), squares),
        (targets_of(1000.0), lambda o, t: jnp.mean(jnp.abs(o - t))),
        (targets_of(0.0), squares),
    ],
    ids=["sizes of one kind", "a loss that no size enters", "a constant target"],
)
def test_outputs_that_weigh_alike_pass(run_rule: Judge, targets: Any, loss: Any) -> None:
    pieces = {"train": (np.ones((64, 2), np.float32), targets), "loss": loss, "task": "regression"}
    assert run_rule(outputs_weigh_alike.RULE, **pieces) == (Outcome.PASSED, ())


@pytest.mark.parametrize(("weight", "outcome"), [(1000.0, Outcome.FOUND), (10.0, Outcome.PASSED)])
def test_a_label_that_counts_a_thousand_times_is_found(run_rule: Judge, weight: float, outcome: Outcome) -> None:
    labels = np.random.default_rng(0).integers(0, 2, (200, 3)).astype(np.float32)
    weights = jnp.array([weight, 1.0, 1.0])

    def loss(logits: Any, targets: Any) -> Any:
        return jnp.mean(weights * (jnp.logaddexp(0.0, logits) - targets * logits))

    given = {"train": (np.zeros((200, 2), np.float32), labels), "task": "multi-label", "loss": loss}
    assert run_rule(outputs_weigh_alike.RULE, **given)[0] is outcome


HIDING = {
    "nanmean": lambda outputs, targets: jnp.nanmean((outputs - targets) ** 2),
    "nan_to_num": lambda outputs, targets: jnp.nan_to_num(squares(outputs, targets)),
    "where": lambda outputs, targets: jnp.mean(jnp.where(jnp.isnan(outputs), 0.0, (outputs - targets) ** 2)),
}


@pytest.mark.parametrize("loss", HIDING.values(), ids=HIDING.keys())
def test_a_loss_that_hides_nan_is_found(run_rule: Judge, loss: Any) -> None:
    _, (finding,) = run_rule(nan_shows.RULE, loss=loss, task="regression")
    assert (finding.key, finding.severity) == ("loss.hides-nan", Severity.WARNING)


def missing_targets_left_out(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    known = ~jnp.isnan(targets)
    return jnp.sum(jnp.where(known, (outputs - jnp.where(known, targets, 0)) ** 2, 0)) / jnp.sum(known)


@pytest.mark.parametrize(
    ("loss", "task"),
    [(squares, "regression"), (masked, "many-class"), (missing_targets_left_out, "regression")],
    ids=["squares", "classes", "targets that are missing"],
)
def test_others_show_it(run_rule: Judge, loss: Any, task: str) -> None:
    assert run_rule(nan_shows.RULE, loss=loss, task=task) == (Outcome.PASSED, ())
