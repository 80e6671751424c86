"""The rules of what goes on while a network trains, on records made by hand: faults, and what looks like them."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.core.watched import Look, WatchedRecord
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline, Split
from piste.lint.rule import Rule
from piste.lint.rules.loop import finite_training, overfitting, plateau, still_falling
from piste.lint.rules.model import dead_units, exploding_gradient, saturated_units, vanishing_gradient
from piste.lint.rules.optimiser import skipped_updates

Run = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
RULES = [
    one.RULE
    for one in (
        finite_training, overfitting, plateau, still_falling, dead_units, exploding_gradient, saturated_units,
        vanishing_gradient, skipped_updates,
    )
]  # fmt: skip
NAN = float("nan")
LEAVES = ("first/weight", "first/bias", "last/weight", "last/bias")


def seen(
    looks: int = 40,
    *,
    leaves: tuple[str, ...] = LEAVES,
    layers: tuple[str, ...] = (),
    steps: int | None = None,
    every: int = 10,
    record: dict[str, Any] | None = None,
    **columns: Any,
) -> Pipeline:
    """Return a pipeline with a record of `looks`, healthy but for the `columns` that are given, one row a look."""
    fall = np.exp(-np.arange(looks) / 5)
    usual: dict[str, Any] = {
        "train_loss": 0.2 + 2.0 * fall,
        "validation_loss": 0.3 + 1.9 * fall,
        "learning_rate": np.full(looks, 0.1),
        "weights": np.full((looks, len(leaves)), 3.0),
        "gradients": np.full((looks, len(leaves)), 0.5),
        "updates": np.full((looks, len(leaves)), 3e-3),
        "silent": np.zeros((looks, len(layers))),
        "saturated": np.full((looks, len(layers)), NAN),
        "not_finite": np.zeros(looks, int),
        "skipped": np.zeros(looks, int),
        "rise": np.zeros(looks),
        "rise_error": np.full(looks, 0.01),
    }
    given = usual | columns
    given.setdefault("highest_loss", 1.3 * np.asarray(given["train_loss"]))
    rows = [
        Look(step=(index + 1) * every, **{name: _plain(values[index]) for name, values in given.items()})
        for index in range(looks)
    ]
    whole = looks * every if steps is None else steps
    return Pipeline(watched=WatchedRecord(leaves, layers, tuple(rows), whole, **(record or {"examples": 1000})))


def _plain(value: Any) -> Any:
    return tuple(value.tolist()) if np.ndim(value) else value.item() if hasattr(value, "item") else value


GENERATOR = np.random.default_rng(0)
ONES = np.ones(40)


def one(run_rule: Run, rule: Rule, pipeline: Pipeline) -> Finding:
    outcome, findings = run_rule(rule, pipeline)
    assert outcome is Outcome.FOUND
    assert len(findings) == 1
    return findings[0]


HEALTHY = {
    "usual": seen(layers=("relu",)),
    "noise at the end": seen(
        train_loss=0.2 + 2 * np.exp(-np.arange(40) / 5) + 0.02 * GENERATOR.normal(size=40),
        validation_loss=0.3 + 2 * np.exp(-np.arange(40) / 5) + 0.05 * GENERATOR.normal(size=40),
    ),
    "heavy dropout": seen(train_loss=1.0 + np.exp(-np.arange(40) / 5)),
    "solved": seen(train_loss=2 * np.exp(-np.arange(40) / 2), validation_loss=2 * np.exp(-np.arange(40) / 2)),
    "oscillation below the start": seen(train_loss=np.where(np.arange(40) % 2, 0.3, 1.2) * 1.0),
    "bursts of gradient of rare examples": seen(
        gradients=np.outer(np.where(np.arange(40) % 6 == 5, 30.0, 0.5), np.ones(4))
    ),
    "warm-up": seen(train_loss=np.r_[np.linspace(2, 3, 5), 0.3 + 2.7 * np.exp(-np.arange(35) / 5)]),
    "rate falls to nothing": seen(
        learning_rate=0.1 * np.linspace(1, 0, 40) ** 4,
        updates=np.outer(3e-3 * np.linspace(1, 0, 40) ** 4, np.ones(4)),
    ),
    "short rise": seen(
        rise=np.r_[np.zeros(38), 0.2, 0.3],
        validation_loss=np.r_[0.3 + 2 * np.exp(-np.arange(38) / 5), 0.5, 0.6],
    ),
    "some units silent": seen(layers=("relu",), silent=np.full((40, 1), 0.3)),
    "half the units silent from the start": seen(layers=("relu",), silent=np.full((40, 1), 0.5)),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
@pytest.mark.parametrize("name", HEALTHY)
def test_what_is_healthy_is_left_in_peace(run_rule: Run, rule: Rule, name: str) -> None:
    assert not [found for found in run_rule(rule, HEALTHY[name])[1] if found.severity.rank]


def test_dead_units(run_rule: Run) -> None:
    dying = np.clip(np.linspace(0, 1.5, 40), 0, 0.7)[:, None]
    warned = one(run_rule, dead_units.RULE, seen(layers=("relu",), silent=dying))
    assert warned.severity is Severity.WARNING
    assert "rate" in warned.cause
    dead = one(run_rule, dead_units.RULE, seen(layers=("relu",), silent=np.full((40, 1), 1.0)))
    assert dead.severity is Severity.ERROR
    assert "bias" in dead.cause
    passing = np.where(np.arange(40) == 39, 1.0, 0.0)[:, None]
    assert run_rule(dead_units.RULE, seen(layers=("relu",), silent=passing))[0] is Outcome.PASSED
    few = seen(layers=("relu",), silent=np.full((40, 1), 1.0), record={"examples": 12})
    assert run_rule(dead_units.RULE, few)[0] is Outcome.NOT_RUN


def test_saturated_units(run_rule: Run) -> None:
    flat: dict[str, Any] = {"layers": ("tanh",), "silent": np.full((40, 1), NAN), "saturated": np.full((40, 1), 0.9)}
    stuck = one(run_rule, saturated_units.RULE, seen(train_loss=2 * ONES, **flat))
    assert stuck.severity is Severity.WARNING
    assert one(run_rule, saturated_units.RULE, seen(**flat)).severity is Severity.INFO  # it has learnt all the same


def vanishing(**more: Any) -> dict[str, Any]:
    size = np.array([1e-8, 1e-8, 1.0, 1.0])
    return {"gradients": np.outer(ONES, 0.5 * size), "updates": np.outer(ONES, 3e-3 * size * [1, 1, 1, 1])} | more


def test_vanishing_gradient(run_rule: Run) -> None:
    found = one(run_rule, vanishing_gradient.RULE, seen(**vanishing()))
    assert found.where.layer == "first/weight"
    one(run_rule, vanishing_gradient.RULE, seen(**vanishing(updates=np.outer(ONES, [0, 0, 3e-3, 3e-3]))))


@pytest.mark.parametrize(
    "pieces",
    [
        vanishing(gradients=np.outer(ONES, [0.0, 0.0, 0.5, 0.5])),  # cut off or frozen: another rule's matter
        vanishing(gradients=np.outer(ONES, [0.5, 0.5, 0.5, 0.5])),  # a rate of its own
        vanishing(updates=np.outer(ONES, [3e-11, 3e-11, 3e-11, 3e-11])),  # all converged
        vanishing(leaves=("last/bias", "first/bias", "last/weight", "x/bias")),
    ],
)
def test_what_has_its_reasons_to_stay_is_no_vanishing_gradient(run_rule: Run, pieces: dict[str, Any]) -> None:
    assert run_rule(vanishing_gradient.RULE, seen(**pieces))[0] is Outcome.PASSED


def test_frozen_layers_may_stay(run_rule: Run) -> None:
    pipeline = Pipeline(watched=seen(**vanishing()).watched, declared=Declared(frozen=("first/",)))
    assert run_rule(vanishing_gradient.RULE, pipeline)[0] is Outcome.PASSED


def test_exploding_gradient(run_rule: Run) -> None:
    bursts = np.arange(40) % 5 == 4
    pieces: dict[str, Any] = {
        "gradients": np.outer(np.where(bursts, 50.0, 0.5), np.ones(4)),
        "train_loss": np.where(bursts, 9.0, 1.0),
    }
    assert one(run_rule, exploding_gradient.RULE, seen(**pieces)).severity is Severity.WARNING
    grown = np.where(np.arange(40) == 39, NAN, np.exp(np.arange(40) / 2.0))
    one(run_rule, exploding_gradient.RULE, seen(gradients=np.outer(grown, np.ones(4))))


def test_values_that_are_not_finite(run_rule: Run) -> None:
    broken = {"not_finite": np.r_[np.zeros(39, int), 1], "train_loss": np.r_[ONES[:39], NAN]}
    record = {"first_not_finite": "02_dense: the logarithm"}
    found = one(run_rule, finite_training.RULE, seen(**broken, record=record))
    assert found.severity is Severity.ERROR
    assert found.where.layer == "02_dense"
    assert "logarithm" in found.cause
    examples = one(run_rule, finite_training.RULE, seen(**broken, record={"first_not_finite": "the examples"}))
    assert "example" in examples.cause
    swallowed = np.r_[np.full((20, 4), 3.0), np.full((20, 4), NAN)]
    assert one(run_rule, finite_training.RULE, seen(weights=swallowed)).key == "loop.nan-swallowed"


def test_updates_that_are_left_out(run_rule: Run) -> None:
    some = np.where(np.arange(40) == 20, 1, 0)
    few = seen(skipped=some, not_finite=some)
    assert one(run_rule, skipped_updates.RULE, few).severity is Severity.WARNING
    assert run_rule(finite_training.RULE, few)[0] is Outcome.PASSED  # they are left out, and said once
    assert one(run_rule, skipped_updates.RULE, seen(skipped=5 * some)).severity is Severity.ERROR


def rising(**more: Any) -> dict[str, Any]:
    rise = np.clip(np.arange(40) - 15, 0, None) * 0.05
    pieces = {"validation_loss": 0.3 + np.exp(-np.arange(40) / 3) + rise, "rise": rise, "rise_error": 0.01 * ONES}
    return pieces | more


def test_overfitting(run_rule: Run) -> None:
    found = one(run_rule, overfitting.RULE, seen(**rising()))
    assert found.severity is Severity.WARNING
    assert found.p_value is not None
    assert found.p_value < 1e-9
    kept = one(run_rule, overfitting.RULE, seen(**rising(), record={"keeps_best": True}))
    assert kept.severity is Severity.INFO


@pytest.mark.parametrize(
    "pieces",
    [
        rising(rise_error=2 * ONES),  # by chance of the examples
        rising(train_loss=0.2 + np.arange(40) * 0.01),  # no learning by heart: it diverges
        rising(rise=np.zeros(40), rise_error=np.full(40, NAN)),  # nobody measured
    ],
)
def test_what_is_no_overfitting(run_rule: Run, pieces: dict[str, Any]) -> None:
    assert run_rule(overfitting.RULE, seen(**pieces))[0] is Outcome.PASSED


def test_a_training_that_is_too_short(run_rule: Run) -> None:
    falling = 2.0 - 0.03 * np.arange(40)
    found = one(run_rule, still_falling.RULE, seen(validation_loss=falling))
    assert found.severity is Severity.WARNING
    assert run_rule(still_falling.RULE, seen(validation_loss=falling, steps=4000))[0] is Outcome.NOT_RUN
    stopped = seen(validation_loss=falling, record={"stopped": "target"})
    assert run_rule(still_falling.RULE, stopped)[0] is Outcome.NOT_RUN
    few = seen(3, validation_loss=np.array([2.0, 1.5, 1.2]))
    assert one(run_rule, still_falling.RULE, few).severity is Severity.WARNING
    assert run_rule(still_falling.RULE, seen(3, validation_loss=np.array([2.0, 0.5, 0.49])))[0] is Outcome.PASSED


def test_an_epoch_that_ends_while_its_batches_still_get_better(run_rule: Run) -> None:
    unseen = np.full(4, NAN)
    short = seen(4, train_loss=np.array([2.3, 1.9, 1.5, 1.2]), validation_loss=unseen)
    assert one(run_rule, still_falling.RULE, short).severity is Severity.WARNING
    bouncing = seen(6, train_loss=np.array([2.3, 1.9, 1.5, 1.2, 1.3, 1.0]), validation_loss=np.full(6, NAN))
    assert run_rule(still_falling.RULE, bouncing)[0] is Outcome.PASSED
    two = seen(2, train_loss=np.array([2.3, 1.2]), validation_loss=unseen[:2])
    assert run_rule(still_falling.RULE, two)[0] is Outcome.NOT_RUN


def going_on(rate: float) -> Pipeline:
    """One epoch of gradient descent on a line, seen at one look, with the pieces that go on with it."""
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(96, 1)).astype(np.float32)
    pairs = inputs, (3.0 * inputs).astype(np.float32)

    def step(weight: Any, inputs: Any, targets: Any) -> Any:
        return weight - rate * 2 * np.mean((weight * inputs - targets) * inputs, dtype=np.float32)

    def stream(epoch: int) -> Any:
        return ((pairs[0][at : at + 8], pairs[1][at : at + 8]) for at in range(0, 96, 8))

    state = np.zeros((1, 1), np.float32)
    for batch in stream(0):
        state = step(state, *batch)
    return dataclasses.replace(
        seen(1, every=12, train_loss=np.array([9.0]), validation_loss=np.array([NAN]), leaves=("w",)),
        train=Split(*pairs), validation=Split(*pairs), start=lambda seed: np.zeros((1, 1), np.float32), step=step,
        stream=stream, steps=12, trained=state, predict=lambda weight, inputs: weight * inputs,
        parameters_of=lambda weight: weight, loss=lambda outputs, targets: (outputs - targets) ** 2,
    )  # fmt: skip


def test_more_steps_tell_where_one_epoch_was_too_few(run_rule: Run) -> None:
    found = one(run_rule, still_falling.RULE, going_on(0.01))
    assert (found.key, found.severity) == ("loop.too-short", Severity.WARNING)
    assert "128 steps more" in found.evidence[1].what
    assert run_rule(still_falling.RULE, going_on(0.3))[1] == ()
    left = going_on(0.01)
    assert left.watched is not None
    record = dataclasses.replace(left.watched, looks=tuple(
        dataclasses.replace(look, validation_loss=0.0) for look in left.watched.looks
    ))  # fmt: skip
    assert run_rule(still_falling.RULE, dataclasses.replace(left, watched=record))[1] == ()


def test_a_training_that_gets_nowhere(run_rule: Run) -> None:
    flat = 2.3 + 0.003 * GENERATOR.normal(size=40)
    assert one(run_rule, plateau.RULE, seen(train_loss=flat)).severity is Severity.WARNING
    done = {"train_loss": 0.2 + 2 * np.exp(-np.arange(40.0)), "validation_loss": 0.3 + 2 * np.exp(-np.arange(40.0))}
    assert one(run_rule, plateau.RULE, seen(**done)).severity is Severity.INFO
    drop = np.where(np.arange(40) < 30, 2.3, 0.1)
    assert run_rule(plateau.RULE, seen(train_loss=drop, validation_loss=drop))[0] is Outcome.PASSED
