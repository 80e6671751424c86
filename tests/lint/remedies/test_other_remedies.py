"""Remedies of the network's start, the loss, the metric and the update."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Evidence, Finding, Severity
from piste.core.fixes import Effect
from piste.lint.bench import Bench
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline, Split
from piste.lint.problem import problem
from piste.lint.remedies.catalog import REMEDIES
from piste.lint.remedies.class_weights import balanced_accuracy, weighted
from piste.lint.remedies.remedy import NotFixed
from piste.nn.dense import Dense
from piste.nn.sequential import Sequential

Cure = Any


def accuracy(outputs: Any, targets: Any) -> Any:
    return jnp.mean(jnp.argmax(outputs, axis=-1) == targets)


def cross_entropy(outputs: Any, targets: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(outputs, targets).mean()


def apply(parameters: Any, inputs: Any) -> Any:
    hidden = jnp.tanh(inputs @ parameters["hidden"]["w"] + parameters["hidden"]["b"])
    return hidden @ parameters["out"]["w"] + parameters["out"]["b"]


def network(outputs: int) -> dict[str, Any]:
    generator = np.random.default_rng(0)

    def draw(*shape: int) -> np.ndarray:
        return np.asarray(0.3 * generator.normal(size=shape), np.float32)

    return {
        "hidden": {"w": draw(4, outputs), "b": np.zeros(outputs, np.float32)},
        "out": {"w": draw(outputs, outputs) * 0.1, "b": np.zeros(outputs, np.float32)},
    }


def rare(share: float, size: int = 600) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    return generator.normal(size=(size, 4)).astype(np.float32), (np.arange(size) < share * size).astype(np.int32)


def found(code: str, remedy: str, settings: dict[str, Any] | None = None) -> Finding:
    evidence = (Evidence("loss", "9"),)
    return Finding(
        code, Severity.WARNING, "It is off", evidence, "Because.", "Do it", "rules/" + code,
        remedy=remedy, settings=settings or {},
    )  # fmt: skip


def test_the_last_bias_starts_at_the_log_of_the_shares(cure: Cure) -> None:
    inputs, targets = rare(0.02)
    pieces: dict[str, Any] = {"loss": cross_entropy, "train": (inputs, targets), "apply": apply}
    for given in ({"parameters": network(2)}, {"init": lambda seed: network(2)}):
        pipeline = Pipeline(**pieces, **given)
        cured, (fix,), record = cure(pipeline, "M109")
        assert (fix.effect, record.causes) == (Effect.GONE, ())
        started = cured.parameters or cured.init(0)
        assert started["out"]["b"] == pytest.approx(np.log((np.bincount(targets) + 1) / 602), abs=1e-5)
        assert np.array_equal(started["hidden"]["b"], np.zeros(2))  # of the same shape, and no output's bias


def test_so_does_that_of_a_layer(cure: Cure) -> None:
    pieces: dict[str, Any] = {"loss": cross_entropy, "train": rare(0.02)}
    _, (fix,), _ = cure(Pipeline(**pieces, model=Sequential((Dense(8), Dense(2)))), "M109")
    assert fix.effect is Effect.GONE
    assert "bias" in fix.change


def test_so_does_that_of_a_module(cure: Cure) -> None:
    torch = pytest.importorskip("torch")
    inputs, targets = rare(0.02)
    module = torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Tanh(), torch.nn.Linear(2, 2, bias=True))
    torch.nn.init.zeros_(module[2].bias)
    loss = torch.nn.functional.cross_entropy
    cured, (fix,), _ = cure(Pipeline(train=(inputs, targets), loss=loss, model=module), "M109")
    assert fix.effect is Effect.GONE
    assert module[2].bias.tolist() == [0.0, 0.0]
    assert cured.model[2].bias[1] < -3


def test_a_network_without_a_bias_is_left(cure: Cure) -> None:
    plain = lambda parameters, inputs: inputs @ parameters  # noqa: E731
    pieces: dict[str, Any] = {"loss": cross_entropy, "train": rare(0.02), "apply": plain}
    _, (fix,), _ = cure(Pipeline(**pieces, parameters=np.zeros((4, 2), np.float32)), "M109")
    assert "no bias behind its last layer" in fix.reason


def test_classes_count_alike_in_metric_and_loss(cure: Cure) -> None:
    inputs, targets = rare(0.1)
    pieces: dict[str, Any] = {
        "train": (inputs, targets),
        "metric": accuracy,
        "higher_is_better": True,
        "loss": cross_entropy,
    }
    cured, (fix,), record = cure(Pipeline(**pieces, classes=2), "D108", "L102", "L103")
    assert (fix.code, fix.effect, record.clean) == ("D108", Effect.GONE, True)
    assert fix.change == "the metric is the balanced accuracy, and the loss weighs classes from 0.556 to 5"
    constant = np.tile(np.array([1.0, 0.0], np.float32), (len(targets), 1))
    assert cured.metric(constant, targets) == 0.5
    each = np.where(targets == 1, 5.0, 600 / (2 * 540)) * -np.log(
        np.where(targets == 1, 1 / (1 + np.e), np.e / (1 + np.e))
    )
    assert float(cured.loss(jnp.asarray(constant), jnp.asarray(targets))) == pytest.approx(each.mean(), rel=1e-5)
    assert cured.declared.class_weights


def test_the_balanced_accuracy_is_the_mean_recall() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    generator = np.random.default_rng(3)
    targets, outputs = generator.integers(0, 3, 90), generator.normal(size=(90, 3))
    one = problem(Bench(Pipeline(train=(outputs, targets), task="many-class", classes=3)))
    expected = metrics.balanced_accuracy_score(targets, outputs.argmax(axis=1))
    assert balanced_accuracy(one)(outputs, targets) == pytest.approx(expected)


def test_a_loss_that_jax_cannot_follow_is_left() -> None:
    with pytest.raises(NotFixed, match="not written in JAX"):
        weighted(lambda outputs, targets: float(np.mean(np.asarray(outputs))), np.ones(2))


def test_signs_are_turned(cure: Cure, table: Callable[..., dict[str, Any]]) -> None:
    wrong = lambda outputs, targets: -cross_entropy(outputs, targets)  # noqa: E731
    cured, (fix,), record = cure(Pipeline(loss=wrong, task="many-class", classes=3), "L102")
    assert (fix.remedy, fix.effect, record.clean) == ("reverse-loss", Effect.GONE, True)
    pieces: dict[str, Any] = {**table(), "apply": apply, "parameters": network(2), "loss": cross_entropy}
    cured, (fix,), record = cure(Pipeline(**pieces, optimiser=optax.scale(0.1)), "O101")
    assert (fix.remedy, fix.effect, record.clean) == ("reverse-update", Effect.GONE, True)
    assert float(cured.optimiser.update(jnp.ones(()), cured.optimiser.init(jnp.ones(())))[0]) == pytest.approx(-0.1)


def updated(optimiser: Any, gradient: float) -> float:
    start = jnp.ones(())
    return float(optimiser.update(jnp.asarray(gradient), optimiser.init(start), start)[0])


def test_the_rate_is_scaled_by_a_factor_or_to_a_rate() -> None:
    bench = Bench(Pipeline(optimiser=optax.sgd(0.5), schedule=lambda step: 0.5, steps=10))
    mend = REMEDIES["learning-rate"].mend
    scaled = mend(bench, found("O102", "learning-rate", {"factor": 0.1})).pipeline
    assert updated(scaled.optimiser, 1.0) == pytest.approx(-0.05)
    assert scaled.schedule is not None
    assert scaled.schedule(3) == pytest.approx(0.05)
    assert updated(mend(bench, found("O201", "learning-rate", {"learning_rate": 0.02})).pipeline.optimiser, 1.0) == (
        pytest.approx(-0.02)
    )
    with pytest.raises(NotFixed, match="The present rate is unknown"):
        mend(Bench(Pipeline(optimiser=optax.sgd(0.5))), found("O201", "learning-rate", {"learning_rate": 0.02}))
    with pytest.raises(NotFixed, match="By hand: Do it"):
        mend(bench, found("O201", "learning-rate"))


def test_gradients_are_shortened() -> None:
    mend = REMEDIES["clipping"].mend
    clipped = mend(Bench(Pipeline(optimiser=optax.sgd(1.0))), found("M203", "clipping", {"clip": 2.0})).pipeline
    assert updated(clipped.optimiser, 50.0) == pytest.approx(-2.0)
    with pytest.raises(NotFixed, match="inside step="):
        mend(Bench(Pipeline(start=lambda seed: 0, step=lambda *given: 0)), found("M203", "clipping"))


def test_where_classes_count_alike_no_bias_is_asked_for(cure: Cure) -> None:
    inputs, targets = rare(0.02)
    pieces: dict[str, Any] = {"loss": cross_entropy, "apply": apply, "parameters": network(2)}
    weights = np.where(targets == 1, 25.0, 0.51)
    assert cure(Pipeline(train=Split(inputs, targets, weights), **pieces), "M109")[1] == ()
    assert cure(Pipeline(train=(inputs, targets), declared=Declared(class_weights=True), **pieces), "M109")[1] == ()
