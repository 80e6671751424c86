import jax
import jax.numpy as jnp
import numpy as np
import optax
from scipy.optimize import minimize

from piste.train.full_batch import lbfgs_step

SPREAD = np.geomspace(1, 300, 6)


def test_it_comes_as_close_as_scipys_in_about_as_many_steps() -> None:
    def value(x: np.ndarray) -> float:
        return float(np.sum(SPREAD * (x - 1) ** 2) + 0.1 * np.sum(np.log(np.cosh(x))))

    theirs = minimize(value, np.zeros(6), method="L-BFGS-B")

    def objective(x: jnp.ndarray) -> jnp.ndarray:
        return jnp.sum(jnp.asarray(SPREAD, jnp.float32) * (x - 1) ** 2) + 0.1 * jnp.sum(jnp.log(jnp.cosh(x)))

    step = jax.jit(lambda vector, memory: lbfgs_step(lambda x: (objective(x), x), vector, memory))
    vector = jnp.zeros(6)
    memory = optax.lbfgs().init(vector)
    values = []
    for _ in range(theirs.nit + 5):
        found, extra, gradient, direction, memory = step(vector, memory)
        values.append(float(found))
        vector = vector - direction
    np.testing.assert_array_equal(extra, vector + direction)
    assert gradient.shape == (6,)
    assert values == sorted(values, reverse=True) or max(np.diff(values)) < 1e-5  # but for rounding near the end
    np.testing.assert_allclose(vector, theirs.x, atol=2e-3)
