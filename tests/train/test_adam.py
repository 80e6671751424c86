import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.train.adam import scale_by_adam

GRADIENTS = st.lists(st.lists(st.floats(-1e3, 1e3, width=32), min_size=3, max_size=3), min_size=1, max_size=8)


@pytest.mark.parametrize("nesterov", [False, True])
@given(gradients=GRADIENTS, beta1=st.floats(0, 0.99), beta2=st.floats(0.5, 0.9999))
def test_the_direction_is_that_of_optax(
    nesterov: bool, gradients: list[list[float]], beta1: float, beta2: float
) -> None:
    ours = scale_by_adam(beta1, beta2, 1e-6, nesterov=nesterov)
    theirs = optax.scale_by_adam(beta1, beta2, 1e-6, nesterov=nesterov)
    start = jnp.zeros(3)
    own, state = ours.init(start), theirs.init(start)
    for gradient in gradients:
        direction, own = ours.update(jnp.asarray(gradient), own)
        expected, state = theirs.update(jnp.asarray(gradient), state)
        np.testing.assert_allclose(direction, expected, rtol=2e-4, atol=1e-6)
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-30), own, state)


def test_a_weight_without_a_gradient_stays() -> None:
    adam = scale_by_adam(0.9, 0.999)
    state = adam.init(jnp.zeros(2))
    for _ in range(3):
        direction, state = adam.update(jnp.asarray([0.0, 1.0]), state)
    np.testing.assert_allclose(direction, [0.0, 1.0], rtol=1e-4)  # 1 - 0.999^3 has four digits in float32
