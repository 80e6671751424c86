from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from piste.core.errors import PisteError
from piste.core.records import Task
from piste.nn.losses import CrossEntropy, SquaredError
from piste.nn.metrics import WATCHED
from piste.nn.zoo.mlp import mlp
from piste.train import examples, timeline
from piste.train.fit import Examples, Fitted, Progress, Shown, fit
from piste.train.inference import outputs
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.program import compiled
from piste.train.progress import Watch, unheard
from piste.train.schedules import rates
from piste.train.timeline import Effort, steps_per_epoch

Floats = NDArray[np.float32]


def classes(rows: int = 300, width: int = 6) -> tuple[Floats, NDArray[np.int32]]:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(rows, width)).astype(np.float32)
    scores = inputs @ generator.normal(size=(width, 3)) + 0.3 * generator.normal(size=(rows, 3))
    return inputs, scores.argmax(axis=1).astype(np.int32)


def effort(rows: int, epochs: int, batch_size: int, rate: float = 1e-2, **more: Any) -> Effort:
    steps = steps_per_epoch(rows, batch_size)
    return Effort(epochs, batch_size, rates("constant", rate, epochs * steps), **more)


def train_classes(
    *,
    seed: int = 0,
    epochs: int = 6,
    rate: float = 1e-2,
    patience: int = 0,
    dropout: float = 0.2,
    optimiser: str = "adamw",
    watch: Watch = unheard,
    by_validation: bool = False,
    **more: Any,
) -> tuple[Fitted, Plan, Examples]:
    inputs, targets = classes()
    plan = Plan(
        mlp(3, (16,), dropout=dropout), (6,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser(optimiser)
    )
    train, validation = Examples(inputs[:230], targets[:230]), Examples(inputs[230:], targets[230:])
    work = effort(230, epochs, 32, rate, patience=patience, **more)
    common: dict[str, Any] = {"task": Task.MANY_CLASS, "seed": seed, "metric": Shown("accuracy")}
    fitted = fit(plan, train, validation, work, watch=watch, by_validation=by_validation, **common)
    return fitted, plan, validation


def same_bits(one: Any, other: Any) -> bool:
    pairs = jax.tree.map(lambda a, b: a.tobytes() == b.tobytes(), one, other)
    return all(jax.tree.leaves(pairs))


def test_full_batch_gradient_descent_is_the_textbook_recursion() -> None:
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(40, 3)).astype(np.float32)
    targets = (inputs @ [[1.0], [-2.0], [0.5]] + 0.7 + 0.1 * generator.normal(size=(40, 1))).astype(np.float32)
    plan = Plan(mlp(1, ()), (3,), SquaredError(), WATCHED[Task.REGRESSION].metric, Optimiser("sgd"))
    examples = Examples(inputs, targets)
    fitted = fit(plan, examples, examples, effort(40, 200, 40, 0.1), task=Task.REGRESSION, seed=0, metric=Shown(""))
    # Where gradient descent ends does not depend on where it starts: at the least squares solution.
    design = np.column_stack([inputs, np.ones(40)]).astype(np.float64)
    solution = np.linalg.lstsq(design, targets, rcond=None)[0]
    (head,) = fitted.parameters.values()
    np.testing.assert_allclose(head["weight"], solution[:3], atol=1e-4)
    np.testing.assert_allclose(head["bias"], solution[3], atol=1e-4)
    smallest = np.mean((design @ solution - targets) ** 2)
    assert fitted.epochs[-1].validation_loss == pytest.approx(smallest, rel=1e-4)


def test_equal_seeds_give_equal_bits_and_other_seeds_do_not() -> None:
    first, again, other = (train_classes(seed=seed)[0] for seed in (5, 5, 6))
    assert same_bits((first.parameters, first.state), (again.parameters, again.state))
    assert [one.validation_loss for one in first.epochs] == [one.validation_loss for one in again.epochs]
    assert not same_bits(first.parameters, other.parameters)


def test_how_much_one_call_does_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train_classes()[0]
    monkeypatch.setattr(timeline, "_SECONDS_PER_CALL", 0.0)
    piecewise = train_classes()[0]
    assert same_bits((whole.parameters, whole.state), (piecewise.parameters, piecewise.state))


def test_an_epoch_cut_into_pieces_trains_as_a_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train_classes()[0]
    monkeypatch.setattr(timeline, "_GATHERED_BYTES", 3 * 32 * 6 * 4)  # three batches at a time
    heard: list[float] = []
    pieces = train_classes(watch=lambda progress: heard.append(progress.done))[0]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), whole.parameters, pieces.parameters)
    assert len(whole.epochs) == len(pieces.epochs)
    for one, other in zip(whole.epochs, pieces.epochs, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, abs=1e-5)
        assert one.gradient_norm == pytest.approx(other.gradient_norm, abs=1e-4)
    assert heard == sorted(heard)
    assert len(heard) > len(pieces.epochs)


def test_the_best_parameters_are_kept_and_patience_ends_the_training() -> None:
    fitted, plan, validation = train_classes(epochs=200, rate=0.05, patience=8)
    record = fitted.record
    losses = [one.validation_loss for one in fitted.epochs]
    assert record.stopped == "patience"
    assert record.epochs == len(losses) == record.best_epoch + 8
    assert min(losses) == losses[int(record.best_epoch) - 1]
    logits = outputs(plan.model, fitted.parameters, fitted.state, validation.inputs)
    mean = float(jnp.mean(plan.loss(jnp.asarray(logits), jnp.asarray(validation.targets))))
    assert mean == pytest.approx(min(losses), rel=1e-5)
    accuracy = float(np.mean(logits.argmax(axis=1) == validation.targets))
    assert accuracy == pytest.approx(fitted.epochs[int(record.best_epoch) - 1].validation_metric)


def test_a_training_that_diverges_says_so_and_gives_finite_parameters() -> None:
    fitted = train_classes(rate=1e30, dropout=0.0)[0]
    assert fitted.record.stopped == "diverged"
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(fitted.parameters))


def test_the_first_loss_is_that_of_the_classes_shares() -> None:
    initial = train_classes(epochs=1)[0].record.initial_loss
    counts = np.bincount(classes()[1][:230])
    shares = np.log((counts + 1) / (counts + 1).sum())
    expected = -np.mean(shares[classes()[1][230:]])
    assert initial.expected == pytest.approx(expected, abs=1e-3)
    assert initial.measured == pytest.approx(initial.expected, abs=0.1)


def test_examples_without_weight_teach_nothing() -> None:
    inputs, targets = classes()
    plan = Plan(mlp(3, (8,), batch_norm=False), (6,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser())
    weights = np.concatenate([np.ones(64, np.float32), np.zeros(64, np.float32)])
    spoiled = np.where(weights[:, None] > 0, inputs[:128], 1e3).astype(np.float32)
    validation = Examples(inputs[200:], targets[200:])
    common = {"task": Task.MANY_CLASS, "seed": 0, "metric": Shown("accuracy")}
    given = [
        fit(plan, Examples(rows, targets[:128], weights), validation, effort(128, 3, 128), **common)  # type: ignore[arg-type]
        for rows in (inputs[:128], spoiled)
    ]
    assert same_bits(given[0].parameters, given[1].parameters)


def test_what_is_heard_is_what_is_recorded() -> None:
    heard: list[Progress] = []
    fitted = train_classes(epochs=4, watch=heard.append)[0]
    records = [progress.record for progress in heard if progress.record]
    assert tuple(records) == fitted.epochs
    assert [one.epoch for one in records] == [1, 2, 3, 4]
    assert [one.step for one in records] == [7, 14, 21, 28]
    assert [one.seconds for one in records] == sorted(one.seconds for one in records)


def test_a_batch_larger_than_the_split_is_the_full_batch() -> None:
    inputs, targets = classes(20)
    plan = Plan(mlp(3, (4,)), (6,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser())
    examples = Examples(inputs, targets)
    work = effort(20, 2, 512)
    fitted = fit(plan, examples, examples, work, task=Task.MANY_CLASS, seed=0, metric=Shown("accuracy"))
    assert fitted.record.steps == 2


def test_the_training_stops_at_a_target() -> None:
    inputs, targets = classes()
    plan = Plan(mlp(3, (16,)), (6,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser())
    split = Examples(inputs[:230], targets[:230]), Examples(inputs[230:], targets[230:])
    common: dict[str, Any] = {"task": Task.MANY_CLASS, "seed": 0, "metric": Shown("accuracy")}
    free = fit(plan, *split, effort(230, 40, 32), **common)
    accuracies = [one.validation_metric for one in free.epochs]
    goal = 0.8
    stopped = fit(plan, *split, effort(230, 40, 32, target=goal), **common)
    assert stopped.record.stopped == "target"
    assert stopped.record.epochs == next(index for index, value in enumerate(accuracies, 1) if value >= goal)


def test_the_training_stops_by_time() -> None:
    inputs, targets = classes()
    plan = Plan(mlp(3, (16,)), (6,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser())
    examples = Examples(inputs, targets)
    work = effort(300, 100_000, 32, seconds=0.3)
    stopped = fit(plan, examples, examples, work, task=Task.MANY_CLASS, seed=0, metric=Shown("accuracy"))
    assert stopped.record.stopped == "time"
    assert stopped.record.epochs < 100_000


@pytest.mark.parametrize("every", [1, 5, 7, 14, 10_000])
def test_how_often_is_validated_does_not_change_what_is_trained(every: int) -> None:
    each_epoch = train_classes(optimiser="momentum")[0]
    rounds = train_classes(optimiser="momentum", validate_every=every)[0]
    steps = [one.step for one in rounds.epochs]
    assert steps == [*range(every, 42, every), 42]
    assert [one.epoch for one in rounds.epochs] == [round(step / 7, 4) for step in steps]
    at = {one.step: one for one in each_epoch.epochs}
    shared = [one for one in rounds.epochs if one.step in at]
    assert shared
    for one in shared:
        # Programs of other shapes round otherwise.
        assert one.validation_loss == pytest.approx(at[one.step].validation_loss, rel=1e-5)
        assert one.learning_rate == at[one.step].learning_rate
    # Means over the rounds make up the mean over the epochs.
    lengths = np.diff([0, *steps])
    losses = np.array([one.train_loss for one in rounds.epochs])
    assert np.sum(lengths * losses) / 42 == pytest.approx(
        np.mean([one.train_loss for one in each_epoch.epochs]), rel=1e-3
    )


def test_patience_counts_validations_and_the_best_of_them_is_kept() -> None:
    fitted, plan, validation = train_classes(epochs=200, rate=0.05, patience=8, validate_every=3)
    losses = [one.validation_loss for one in fitted.epochs]
    best = int(np.argmin(losses))
    assert fitted.record.stopped == "patience"
    assert len(losses) == best + 1 + 8
    assert fitted.record.steps == 3 * len(losses)
    assert fitted.record.best_epoch == fitted.epochs[best].epoch
    assert fitted.record.epochs == fitted.epochs[-1].epoch
    logits = outputs(plan.model, fitted.parameters, fitted.state, validation.inputs)
    mean = float(jnp.mean(plan.loss(jnp.asarray(logits), jnp.asarray(validation.targets))))
    assert mean == pytest.approx(min(losses), rel=1e-5)


def test_a_function_that_watches_sees_the_parameters_of_each_validation() -> None:
    seen: list[tuple[float, Any]] = []

    def watch(progress: Progress) -> None:
        assert progress.record is not None
        seen.append((progress.record.validation_loss, progress.parameters()))

    fitted = train_classes(epochs=4, watch=watch, by_validation=True)[0]
    assert [loss for loss, _ in seen] == [one.validation_loss for one in fitted.epochs]
    best = min(range(4), key=lambda index: seen[index][0])
    assert same_bits(seen[best][1], fitted.parameters)
    assert not same_bits(seen[0][1], seen[3][1])


def test_a_function_that_watches_ends_the_training_by_returning_true() -> None:
    def watch(progress: Progress) -> bool:
        return progress.done >= 3

    fitted = train_classes(epochs=50, watch=watch, by_validation=True)[0]
    assert fitted.record.stopped == "watch"
    assert fitted.record.epochs == len(fitted.epochs) == 3
    assert same_bits(fitted.parameters, train_classes(epochs=3)[0].parameters)


def test_parameters_are_not_given_once_the_training_has_gone_on() -> None:
    kept: list[Progress] = []
    train_classes(epochs=3, watch=kept.append, by_validation=True)
    with pytest.raises(PisteError, match="has gone on"):
        kept[0].parameters()


def test_nearby_numbers_of_rows_share_one_program_and_padding_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, targets = classes(400)
    plan = Plan(mlp(3, (5,), dropout=0.1), (6,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser())
    common: dict[str, Any] = {"task": Task.MANY_CLASS, "seed": 0, "metric": Shown("accuracy")}

    def trained(rows: int, held: int) -> Fitted:
        validation = Examples(inputs[400 - held :], targets[400 - held :])
        return fit(plan, Examples(inputs[:rows], targets[:rows]), validation, effort(rows, 3, 8), **common)

    padded = trained(265, 90)
    compilations = compiled(plan)._cache_size()  # type: ignore[attr-defined]
    trained(284, 70)
    assert compiled(plan)._cache_size() == compilations  # type: ignore[attr-defined]
    for module in (examples, timeline):
        monkeypatch.setattr(module, "bucket", lambda count: count)
    exact = trained(265, 90)
    assert compiled(plan)._cache_size() > compilations  # type: ignore[attr-defined]
    assert same_bits((padded.parameters, padded.state), (exact.parameters, exact.state))
    assert [one.validation_loss for one in padded.epochs] == [one.validation_loss for one in exact.epochs]
