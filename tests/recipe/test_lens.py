"""The lens on a run: the loss of its examples, with the gradients of the network that was trained."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import piste
from piste.core.errors import RunError, SettingError
from piste.nn.layer import Context
from piste.recipe.progress import Silent
from piste.recipe.run import Run
from piste.recipe.view_subject import Subject


def test_an_examples_gradients_are_those_of_the_trained_network(iris: Run) -> None:
    seen = piste.lens(iris, example=3)
    subject = Subject(iris, None, Silent())
    rows, network = subject.examples("test"), iris.network
    inputs, targets = jnp.asarray(rows.inputs[3:4]), jnp.asarray(rows.targets[3:4])

    def loss(parameters: object) -> jax.Array:
        outputs, _ = network.model.run(parameters, network.state, inputs, Context())  # type: ignore[arg-type]
        return jnp.mean(subject.plan.loss(outputs, targets))

    expected = jax.grad(loss)(network.parameters)
    assert seen.loss == pytest.approx(float(loss(network.parameters)), rel=1e-5)
    for layer, weights in expected.items():
        for name, gradient in weights.items():
            found = seen.gradient(f"{layer}.{name}")
            assert np.linalg.norm(found - gradient) <= 1e-6 * max(float(np.linalg.norm(gradient)), 1e-6)
    np.testing.assert_array_equal(seen.value("inputs"), inputs)
    chain = seen.chain("00_dense.weight[1, 2]").record
    assert chain.gradient == pytest.approx(float(expected["00_dense"]["weight"][1, 2]), rel=1e-5, abs=1e-12)


def test_a_batch_in_training_uses_its_own_statistics(iris: Run) -> None:
    batch = piste.lens(iris, example=range(8), split="train", training=True, keep="update")
    assert batch.value("inputs").shape[0] == 8
    assert batch.loss != piste.lens(iris, example=range(8), split="train", keep="update").loss


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"example": 1000}, r"The test split has the examples 0 to \d+\. Got 1000"),
        ({"example": []}, "Got none instead"),
        ({"split": "tests"}, "must be one of train, validation, test. Got 'tests'"),
    ],
)
def test_examples_that_there_are_not_are_refused(iris: Run, wanted: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        piste.lens(iris, **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "wanted", "message"),
    [
        ((3,), {}, "looks at a function or a run. Got int"),
        ((jnp.sum,), {}, "A function needs its weights"),
        ((jnp.sum, 1.0), {"example": 1}, "are for a run"),
        (("folder", 1.0), {}, "takes no further arguments"),
    ],
)
def test_what_is_no_subject_is_refused(arguments: tuple[object, ...], wanted: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        piste.lens(*arguments, **wanted)  # type: ignore[arg-type]


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not a run folder"):
        piste.lens(tmp_path)
