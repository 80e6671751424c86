import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.nn.activations import Activation
from piste.nn.head import constant_loss, output_bias, with_output_bias
from piste.nn.layer import Context
from piste.nn.losses import BinaryCrossEntropy, CrossEntropy, Loss, SquaredError
from piste.nn.sequential import Sequential
from piste.nn.zoo.mlp import mlp

RARE = np.repeat([0, 1, 2], [900, 90, 10]).astype(np.int32)
LABELS = np.tile([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0], [1.0, 0.0]], (25, 1)).astype(np.float32)
NUMBERS = np.linspace(-3, 9, 50, dtype=np.float32)[:, None]


@pytest.mark.parametrize(
    ("task", "targets", "outputs", "loss"),
    [
        (Task.MANY_CLASS, RARE, 3, CrossEntropy()),
        (Task.MULTI_LABEL, LABELS, 2, BinaryCrossEntropy()),
        (Task.REGRESSION, NUMBERS, 1, SquaredError()),
    ],
)
def test_the_bias_is_the_best_constant_answer(task: Task, targets: np.ndarray, outputs: int, loss: Loss) -> None:
    bias = output_bias(task, targets, outputs)

    def mean_loss(answer: jax.Array) -> jax.Array:
        return jnp.mean(loss(jnp.broadcast_to(answer, (len(targets), outputs)), jnp.asarray(targets)))

    assert float(mean_loss(jnp.asarray(bias))) == pytest.approx(constant_loss(task, bias, targets), rel=1e-5)
    # At the best constant the gradient is zero, but for the one example added to each side.
    assert np.abs(jax.grad(mean_loss)(jnp.asarray(bias))).max() < 0.01


def test_shares_are_the_classes_own() -> None:
    np.testing.assert_allclose(np.exp(output_bias(Task.MANY_CLASS, RARE, 3)), np.array([901, 91, 11]) / 1003, rtol=1e-5)


def test_a_class_that_is_absent_gets_a_finite_bias() -> None:
    assert np.isfinite(output_bias(Task.MANY_CLASS, np.zeros(5, np.int32), 4)).all()
    assert np.isfinite(output_bias(Task.MULTI_LABEL, np.zeros((5, 2), np.float32), 2)).all()


def test_a_fresh_network_answers_with_about_its_bias() -> None:
    model = mlp(3, (16,))
    parameters = model.init(jax.random.key(0), (4,))
    bias = output_bias(Task.MANY_CLASS, RARE, 3)
    biased = with_output_bias(model, parameters, bias)
    answer = model.run(biased, model.init_state((4,)), jax.random.normal(jax.random.key(1), (50, 4)), Context())[0]
    np.testing.assert_allclose(answer, np.tile(bias, (50, 1)), atol=0.5)
    np.testing.assert_allclose(np.mean(answer, axis=0), bias, atol=0.15)


def test_a_model_that_ends_otherwise_is_refused() -> None:
    model = Sequential((Activation("relu"),))
    with pytest.raises(SettingError, match="last layer must be Dense"):
        with_output_bias(model, {}, np.zeros(2, np.float32))
