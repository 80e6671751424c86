"""Remedies that take the usual loss, start, step, stream and optimiser for those of a person."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Evidence, Finding, Severity
from piste.core.fixes import Effect
from piste.lint.bench import Bench
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline
from piste.lint.probes.redrawing import redrawn
from piste.lint.remedies.composed import with_step, with_stream
from piste.lint.remedies.remedy import NotFixed
from piste.lint.remedies.usual_loss import mend as usual_loss

Cure = Any
Table = Callable[..., dict[str, Any]]

FINDING = Finding("L101", Severity.ERROR, "It is off", (Evidence("loss", "9"),), "Because.", "Do it", "rules/L101")


class State(NamedTuple):
    parameters: Any
    memory: Any


def apply(parameters: Any, inputs: Any) -> Any:
    hidden = jax.nn.relu(inputs @ parameters["hidden"]["kernel"] + parameters["hidden"]["bias"])
    return hidden @ parameters["head"]["kernel"] + parameters["head"]["bias"]


def init(seed: int) -> Any:
    generator = np.random.default_rng(seed)

    def layer(inputs: int, outputs: int) -> dict[str, Any]:
        kernel = generator.normal(size=(inputs, outputs)) / np.sqrt(inputs)
        return {"kernel": jnp.asarray(kernel, jnp.float32), "bias": jnp.zeros(outputs)}

    return {"hidden": layer(4, 16), "head": layer(16, 2)}


def cross_entropy(logits: Any, labels: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def own_loop(loss: Any, optimiser: Any, move: Callable[[Any, Any], Any] = optax.apply_updates) -> dict[str, Any]:
    """Return start and step as a person writes them."""

    def start(seed: int) -> State:
        return State(init(seed), optimiser.init(init(seed)))

    @jax.jit
    def step(state: State, inputs: Any, targets: Any) -> tuple[State, Any]:
        value, slope = jax.value_and_grad(lambda one: loss(apply(one, inputs), targets))(state.parameters)
        updates, memory = optimiser.update(slope, state.memory, state.parameters)
        return State(move(state.parameters, updates), memory), value

    return {"start": start, "step": step, "loss": loss, "optimiser": optimiser}


def pipeline(table: Table, loss: Any = cross_entropy, **pieces: Any) -> Pipeline:
    given = {"apply": apply, "init": init, "parameters": init(0), "loss": loss, "optimiser": optax.adam(1e-2)}
    return Pipeline(task="many-class", classes=2, batch_size=50, **{**table(), **given, **pieces})


def trained(given: Pipeline, epochs: int = 8) -> float:
    """Return the share of right answers on the test split after a training."""
    assert given.start is not None
    assert given.step is not None
    assert given.predict is not None
    assert given.stream is not None
    state = given.start(0)
    for epoch in range(epochs):
        for inputs, targets in given.stream(epoch):
            state, _ = given.step(state, inputs, targets)
    return float(np.mean(np.argmax(given.predict(state, given.test.inputs), axis=-1) == given.test.targets))


def test_a_step_is_put_together_that_learns(table: Table) -> None:
    assert trained(with_stream(with_step(pipeline(table)))) > 0.65


def test_a_step_takes_more_than_a_loss(table: Table) -> None:
    with pytest.raises(NotFixed, match="put together anew"):
        with_step(pipeline(table, optimiser=None))


def test_a_stream_shows_whole_batches_in_an_order_of_each_epoch(table: Table) -> None:
    stream = with_stream(pipeline(table)).stream
    assert stream is not None
    first, second = ([np.asarray(batch[0]) for batch in stream(epoch)] for epoch in (0, 1))
    assert [len(one) for one in first] == [50] * 6
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))
    rows = {row.tobytes() for row in np.concatenate(first)}
    assert len(rows) == 300


def test_a_step_that_forgets_is_put_together_anew(cure: Cure, table: Table) -> None:
    own = own_loop(cross_entropy, optax.adam(1e-2), lambda parameters, updates: parameters)
    cured, fixes, record = cure(pipeline(table, **own), "O102")
    assert [(one.remedy, one.effect) for one in fixes] == [("usual-step", Effect.GONE)]
    assert record.clean
    assert trained(with_stream(cured)) > 0.65


def test_an_own_step_that_climbs_is_turned_round(cure: Cure, table: Table) -> None:
    def climb(parameters: Any, updates: Any) -> Any:
        return jax.tree.map(jnp.subtract, parameters, updates)

    own = own_loop(cross_entropy, optax.sgd(0.3), climb)
    right = own_loop(cross_entropy, optax.sgd(0.3))
    cured, fixes, _ = cure(pipeline(table, **own), "O101")
    assert [(one.remedy, one.effect) for one in fixes] == [("reverse-update", Effect.GONE)]
    batch = cured.train.inputs[:50], cured.train.targets[:50]
    moved, meant = (step(own["start"](0), *batch)[0].parameters for step in (cured.step, right["step"]))
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-6), moved, meant)


def test_the_wrong_loss_of_an_own_step_becomes_the_usual_one(cure: Cure, table: Table) -> None:
    def double(logits: Any, labels: Any) -> Any:
        return cross_entropy(jax.nn.softmax(logits, axis=-1), labels)

    cured, fixes, _ = cure(pipeline(table, **own_loop(double, optax.adam(1e-2))), "L101")
    assert [(one.remedy, one.effect) for one in fixes] == [("usual-loss", Effect.GONE)]
    assert trained(with_stream(cured)) > 0.65
    logits, labels = jnp.array([[1.0, -2.0], [0.5, 3.0]]), jnp.array([0, 0])
    assert float(cured.loss(logits, labels)) == pytest.approx(float(cross_entropy(logits, labels)), rel=1e-6)


@pytest.mark.parametrize(
    ("task", "outputs", "targets", "expected"),
    [
        ("regression", [[1.0], [3.0]], [0.0, 1.0], 2.5),
        ("two-class", [[0.0], [2.0]], [1, 0], (np.log(2.0) + np.log1p(np.exp(2.0))) / 2),
        ("multi-label", [[0.0, 2.0]], [[1.0, 0.0]], (np.log(2.0) + np.log1p(np.exp(2.0))) / 2),
        ("many-class", [[[0.0, 0.0, 0.0]] * 2], [[2, -1]], np.log(3.0)),
    ],
)
def test_the_usual_loss_of_each_task(task: str, outputs: Any, targets: Any, expected: float) -> None:
    outputs, targets = jnp.asarray(outputs), np.asarray(targets)
    declared = Declared(ignore_label=-1) if task == "many-class" else Declared()
    given = Pipeline(
        train=(np.zeros((len(outputs), 3), np.float32), targets), task=task, classes=3 if "many" in task else None,
        apply=lambda parameters, inputs: parameters[: len(inputs)] - 5.0, parameters=outputs,
        loss=lambda outputs, targets: -jnp.mean(outputs), declared=declared,
    )  # fmt: skip
    found = usual_loss(Bench(given), FINDING).pipeline.loss
    assert found is not None
    assert float(found(outputs, targets)) == pytest.approx(expected, rel=1e-5)


def test_rare_classes_count_as_much_as_common_ones_where_that_is_declared() -> None:
    labels = np.array([0] * 9 + [1])
    given = Pipeline(
        train=(np.zeros((10, 3), np.float32), labels),
        task="two-class",
        loss=lambda outputs, targets: jnp.mean(outputs),
        apply=lambda parameters, inputs: jnp.zeros((len(inputs), 1)),
        parameters={},
        declared=Declared(class_weights=True),
    )
    found = usual_loss(Bench(given), FINDING).pipeline.loss
    assert found is not None
    logits = jnp.asarray(labels * 0.0)[:, None]
    rare, common = (float(found(logits[rows], labels[rows])) for rows in (slice(9, 10), slice(0, 9)))
    assert rare == pytest.approx(9 * common, rel=1e-5)
    assert float(found(logits, labels)) == pytest.approx((rare + 9 * common) / 10, rel=1e-5)


def test_another_loss_on_purpose_stays(table: Table) -> None:
    given = pipeline(table, declared=Declared(loss="other"))
    with pytest.raises(NotFixed, match="on purpose"):
        usual_loss(Bench(given), FINDING)


def test_kernels_are_drawn_anew_and_scales_of_norms_stay() -> None:
    tree = {"kernel": jnp.zeros((400, 50)), "bias": jnp.full(50, -8.0), "scale": jnp.ones(50), "count": jnp.arange(3)}
    fresh = redrawn(tree, 0)
    assert float(jnp.std(fresh["kernel"])) == pytest.approx(1 / 20, rel=0.05)
    assert not jnp.any(fresh["bias"])
    assert jnp.all(fresh["scale"] == 1.0)
    assert jnp.array_equal(fresh["count"], tree["count"])
    assert not jnp.array_equal(fresh["kernel"], redrawn(tree, 1)["kernel"])


def test_units_that_start_alike_start_apart(cure: Cure, table: Table) -> None:
    def alike(seed: int) -> Any:
        return jax.tree.map(lambda leaf: jnp.full_like(leaf, 0.1), init(seed))

    cured, fixes, _ = cure(pipeline(table, init=alike, parameters=alike(0)), "M111")
    assert [(one.remedy, one.effect) for one in fixes] == [("usual-start", Effect.GONE)]
    kernel = np.asarray(cured.parameters["hidden"]["kernel"])
    assert len(np.unique(kernel.round(5))) > 32


def test_what_the_optimiser_leaves_out_is_trained_by_adam(cure: Cure, table: Table) -> None:
    masked = optax.multi_transform(
        {"trained": optax.sgd(0.1), "frozen": optax.set_to_zero()}, {"hidden": "frozen", "head": "trained"}
    )
    cured, fixes, _ = cure(pipeline(table, optimiser=masked), "O102")
    assert [(one.remedy, one.effect) for one in fixes] == [("usual-optimiser", Effect.GONE)]
    assert trained(with_stream(with_step(cured))) > 0.65


def test_frozen_parameters_stay_so(cure: Cure, table: Table) -> None:
    masked = optax.multi_transform(
        {"trained": optax.sgd(0.1), "frozen": optax.set_to_zero()},
        {"hidden": "frozen", "head": {"kernel": "trained", "bias": "frozen"}},
    )
    cured, fixes, _ = cure(pipeline(table, optimiser=masked, declared=Declared(frozen=("hidden",))), "O102")
    assert [one.remedy for one in fixes] == ["usual-optimiser"]
    given = with_step(cured)
    assert given.start is not None
    assert given.step is not None
    before = given.start(0)
    after = given.step(before, given.train.inputs[:50], given.train.targets[:50])[0]
    assert jnp.array_equal(before.parameters["hidden"]["kernel"], after.parameters["hidden"]["kernel"])
    assert not jnp.array_equal(before.parameters["head"]["bias"], after.parameters["head"]["bias"])


def test_a_stop_waits_for_ten_evaluations_after_the_best(cure: Cure) -> None:
    at_once = lambda history: len(history) > 1 and history[-1] >= history[-2]  # noqa: E731
    cured, fixes, record = cure(Pipeline(stop=at_once, higher_is_better=False), "T108")
    assert [(one.remedy, one.effect) for one in fixes] == [("usual-stop", Effect.GONE)]
    assert record.clean
    assert not cured.stop([3.0, 2.0, *[2.5] * 9])
    assert cured.stop([3.0, 2.0, *[2.5] * 10])


def test_a_step_that_gathers_gradients_can_be_shortened(cure: Cure, table: Table) -> None:
    gathering = optax.MultiSteps(optax.sgd(300.0), every_k_schedule=4)
    given = pipeline(table, **own_loop(cross_entropy, gathering), parameters_of=lambda state: state.parameters)
    _, fixes, _ = cure(given, "O201")
    assert [(one.remedy, one.applied) for one in fixes] == [("learning-rate", True)]
