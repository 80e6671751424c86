"""Attacks against what they must be: of a linear network the sign of its weights, always within their bounds."""

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.keys import generator
from piste.lens.views.adversarial import attack_of

WEIGHT = np.array([[1.0, -1.0], [-2.0, 2.0], [0.5, -0.5]], np.float32)


def line(inputs: jax.Array) -> jax.Array:
    return inputs @ WEIGHT


def test_of_a_linear_network_every_input_moves_against_its_weight() -> None:
    inputs = generator(0, "inputs").normal(size=(5, 3)).astype(np.float32)
    free = np.array([True, True, False])
    for steps in (1, 10):
        attack = attack_of(line, steps, -10.0, 10.0, free, whole=False)
        changed = attack(inputs, np.zeros(5), 0.25)
        np.testing.assert_allclose(changed - inputs, np.broadcast_to([-0.25, 0.25, 0.0], (5, 3)), atol=1e-6)


def test_pictures_stay_whole_and_within_their_range() -> None:
    pictures = generator(1, "pictures").integers(0, 256, (4, 5, 5, 1)).astype(np.uint8)
    weight = generator(2, "weight").normal(size=(25, 3)).astype(np.float32)

    def run(values: jax.Array) -> jax.Array:
        return jnp.tanh(values.reshape(len(values), -1) / 255 @ weight)

    attack = attack_of(run, 7, 0.0, 255.0, np.ones((5, 5, 1), bool), whole=True)
    changed = attack(pictures, np.array([0, 1, 2, 0]), 12.0)
    np.testing.assert_array_equal(changed, np.round(changed))
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert 0 < np.abs(changed - pictures).max() <= 12


def test_more_steps_raise_the_loss_at_least_as_far() -> None:
    weight = generator(4, "weight").normal(size=(6, 8)).astype(np.float32)
    head = generator(5, "head").normal(size=(8, 3)).astype(np.float32)

    def run(values: jax.Array) -> jax.Array:
        return jnp.tanh(values @ weight) @ head

    inputs, classes = generator(6, "inputs").normal(size=(40, 6)).astype(np.float32), np.arange(40) % 3
    losses = []
    for steps in (1, 40):
        changed = attack_of(run, steps, -9.0, 9.0, np.ones(6, bool), whole=False)(inputs, classes, 0.3)
        logs = jax.nn.log_softmax(run(jnp.asarray(changed)))
        losses.append(-float(np.mean(np.asarray(logs)[np.arange(40), classes])))
    assert losses[1] > losses[0]
