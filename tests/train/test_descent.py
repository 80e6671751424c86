import jax
import jax.numpy as jnp
import numpy as np

from piste.train.descent import Descent, program
from piste.train.layout import Layout
from piste.train.minimise import minimise
from piste.train.optimisers import Optimiser


def test_other_data_rates_starts_and_lengths_compile_nothing_new() -> None:
    def slope(w: jax.Array, data: jax.Array) -> jax.Array:
        return jnp.sum(jnp.square(w - data))

    minimise(slope, np.zeros(2), np.ones(2), steps=5)
    run = program(Descent(slope, Layout.of(np.zeros(2)), Optimiser("adam")))
    compiled = run._cache_size()  # type: ignore[attr-defined]
    assert compiled == 1
    minimise(slope, np.ones(2), np.zeros(2), steps=3000, learning_rate=0.5, tolerance=1e-3)
    assert run._cache_size() == compiled  # type: ignore[attr-defined]
    minimise(slope, np.ones(2), np.zeros((4, 2)), steps=5)
    assert run._cache_size() > compiled  # type: ignore[attr-defined]


def test_a_function_that_cannot_be_hashed_is_compiled_all_the_same() -> None:
    class Bowl:
        __hash__ = None  # type: ignore[assignment]

        def __call__(self, w: jax.Array) -> jax.Array:
            return (w - 3.0) ** 2

    found = minimise(Bowl(), 0.0, steps=200, optimiser="sgd", learning_rate=0.1)
    assert abs(float(found.parameters) - 3.0) < 1e-5
