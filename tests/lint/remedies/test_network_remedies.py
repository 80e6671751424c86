"""Remedies that give a network more units, a table more rows, and a score its own predictions."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Evidence, Finding, Severity
from piste.core.fixes import Effect
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline
from piste.lint.remedies import longer_table, usual_evaluation, wider
from piste.lint.remedies.remedy import NotFixed
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.losses import CrossEntropy
from piste.nn.sequential import Sequential

Cure = Any
RANDOM = np.random.default_rng(0)
CENTRES, ROWS = RANDOM.normal(size=(6, 8)), RANDOM.integers(6, size=500)
INPUTS = (CENTRES[ROWS] + 0.2 * RANDOM.normal(size=(500, 8))).astype(np.float32)
CLASSES = ROWS.astype(np.int32)
FINDING = Finding("M113", Severity.WARNING, "It is off", (Evidence("loss", "9"),), "Because.", "Do it", "rules/M113")


def cross_entropy(outputs: Any, targets: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(outputs, targets).mean()


def through(units: int) -> dict[str, Any]:
    """A black box of three layers, the second one of so many units."""

    def init(seed: int) -> dict[str, Any]:
        generator = np.random.default_rng(seed)
        shapes = {"first": (8, 16), "middle": (16, units), "head": (units, 6)}
        return {
            name: {"kernel": jnp.asarray(0.3 * generator.normal(size=shape), jnp.float32), "bias": jnp.zeros(shape[1])}
            for name, shape in shapes.items()
        }

    def apply(parameters: dict[str, Any], inputs: Any) -> Any:
        for name in ("first", "middle"):
            inputs = jax.nn.relu(inputs @ parameters[name]["kernel"] + parameters[name]["bias"])
        return inputs @ parameters["head"]["kernel"] + parameters["head"]["bias"]

    return {
        "train": (INPUTS, CLASSES), "init": init, "apply": apply, "loss": cross_entropy, "task": "many-class",
        "classes": 6, "optimiser": optax.adam(1e-2), "batch_size": 50,
    }  # fmt: skip


def test_a_layer_of_one_unit_gets_more(cure: Cure) -> None:
    fixed, (fix,), record = cure(Pipeline(**through(1)), "M113")
    assert (fix.remedy, fix.effect) == ("wider", Effect.GONE)
    assert record.clean
    drawn = fixed.init(3)
    assert drawn["middle"]["kernel"].shape == (16, 32)
    assert drawn["middle"]["bias"].shape == (32,)
    assert drawn["head"]["kernel"].shape == (32, 6)
    np.testing.assert_array_equal(drawn["first"]["kernel"], through(1)["init"](3)["first"]["kernel"])
    assert float(np.std(drawn["head"]["kernel"])) == pytest.approx(np.sqrt(2 / 32), rel=0.2)


def test_a_layer_of_pistes_own_gets_more(cure: Cure) -> None:
    model = Sequential((Dense(16), Activation("relu"), Dense(1), Activation("relu"), Dense(6)))
    given: dict[str, Any] = {"train": (INPUTS, CLASSES), "model": model, "loss": CrossEntropy(), "batch_size": 16}
    fixed, (fix,), _ = cure(Pipeline(**given), "M113")
    assert (fix.remedy, fix.effect) == ("wider", Effect.GONE)
    assert [getattr(layer, "units", 0) for layer in fixed.model.layers] == [16, 0, 32, 0, 6]


def test_a_width_that_is_written_in_the_network_stays() -> None:
    narrow = through(1)
    fixed_width = {
        **narrow,
        "apply": lambda one, inputs: narrow["apply"](one, inputs) + one["middle"]["bias"].reshape(1),
    }
    with pytest.raises(NotFixed, match="does not run with a wider layer"):
        wider.mend(Bench(Pipeline(**fixed_width)), FINDING)


TOKENS = (np.arange(200)[:, None] + np.arange(4)) % 12


def looked_up(rows: int, extra: Callable[[], dict[str, Any]] = dict) -> dict[str, Any]:
    parameters = {"table": 0.5 * RANDOM.normal(size=(4, rows, 3)).astype(np.float32), **extra()}

    def apply(parameters: Any, tokens: Any) -> Any:
        return parameters["table"][jnp.arange(4)[None], tokens].sum(axis=1)

    return {
        "train": (TOKENS, TOKENS[:, 0] % 3), "parameters": parameters, "apply": apply, "loss": cross_entropy,
        "task": "many-class", "classes": 3,
    }  # fmt: skip


def test_every_token_gets_a_row(cure: Cure) -> None:
    given = looked_up(10)
    fixed, (fix,), record = cure(Pipeline(**given), "M119")
    assert (fix.remedy, fix.effect) == ("longer-table", Effect.GONE)
    assert fix.change == "the table has 12 rows instead of 10"
    assert record.clean
    table = fixed.parameters["table"]
    assert table.shape == (4, 12, 3)
    np.testing.assert_array_equal(table[:, :10], given["parameters"]["table"])
    assert 0.2 < float(jnp.std(table[:, 10:])) < 1.0


def test_a_table_that_may_be_either_array_stays() -> None:
    two = looked_up(10, lambda: {"other": np.ones((10, 2), np.float32)})
    with pytest.raises(NotFixed, match="2 arrays"):
        longer_table.mend(Bench(Pipeline(**two)), FINDING)


def shuffled() -> dict[str, Any]:
    """A network whose predictions are handed out in another order each time."""
    one, order = through(16), np.random.default_rng(0)
    trained = one["init"](0)

    def predict(parameters: Any, inputs: Any) -> Any:
        return np.asarray(one["apply"](parameters, inputs))[order.permutation(len(inputs))]

    def accuracy(outputs: Any, targets: Any) -> Any:
        return jnp.mean(jnp.argmax(outputs, axis=1) == targets)

    def evaluate(parameters: Any) -> float:
        return float(accuracy(predict(parameters, INPUTS), CLASSES))

    return {
        **one, "test": (INPUTS, CLASSES), "metric": accuracy, "higher_is_better": True, "predict": predict,
        "evaluate": evaluate, "trained": trained, "parameters_of": lambda state: state,
    }  # fmt: skip


def test_predictions_are_those_of_the_network(cure: Cure) -> None:
    given = shuffled()
    fixed, fixes, record = cure(Pipeline(**given), "E308")
    assert [(one.remedy, one.effect) for one in fixes] == [("usual-evaluation", Effect.GONE)]
    assert record.clean
    np.testing.assert_allclose(
        fixed.predict(given["trained"], INPUTS), given["apply"](given["trained"], INPUTS), rtol=1e-5, atol=1e-6
    )
    right = np.mean(np.argmax(given["apply"](given["trained"], INPUTS), axis=1) == CLASSES)
    assert fixed.evaluate(given["trained"]) == pytest.approx(right)


def test_an_evaluation_that_is_not_given_stays() -> None:
    with pytest.raises(NotFixed, match="neither predict= nor evaluate="):
        usual_evaluation.mend(Bench(Pipeline(**through(16))), FINDING)
