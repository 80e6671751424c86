import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.attention import rotate
from piste.nn.embedding import SinusoidalPositions
from piste.nn.layer import Context, Layer
from piste.nn.normalisation import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm, Standardise
from piste.nn.precision import widened


def test_only_floats_that_are_too_narrow_are_widened() -> None:
    assert widened(jnp.ones(2, jnp.bfloat16)).dtype == jnp.float32
    assert widened(jnp.ones(2, jnp.float16)).dtype == jnp.float32
    assert not jax.make_jaxpr(widened)(jnp.ones(2, jnp.float32)).eqns
    with jax.enable_x64(True):
        assert widened(jnp.ones(2, jnp.float64)).dtype == jnp.float64


@pytest.mark.parametrize(
    "layer", [BatchNorm(), LayerNorm(), RMSNorm(), GroupNorm(2), InstanceNorm(), Standardise((0.4,), (1.7,))]
)
def test_bfloat16_is_normalised_in_float32(layer: Layer) -> None:
    inputs = (40 + jax.random.normal(jax.random.key(0), (50, 30, 4))).astype(jnp.bfloat16)
    parameters, state = layer.init(jax.random.key(1), (30, 4)), layer.init_state((30, 4))
    narrow, seen = layer.run(parameters, state, inputs, Context(training=True))
    wide, expected = layer.run(parameters, state, inputs.astype(jnp.float32), Context(training=True))
    # The inputs lie so far from zero that means in bfloat16, 0.25 apart there, would be all wrong.
    assert narrow.dtype == jnp.bfloat16
    np.testing.assert_array_equal(narrow, wide.astype(jnp.bfloat16))
    jax.tree.map(np.testing.assert_array_equal, seen, expected)


def test_places_beyond_256_are_told_apart_in_bfloat16() -> None:
    vectors = jnp.ones((1, 300, 1, 2), jnp.bfloat16)
    turned = rotate(vectors)
    assert turned.dtype == jnp.bfloat16
    np.testing.assert_allclose(turned[0, 257, 0, 0], np.cos(257) - np.sin(257), atol=0.02)
    waves = SinusoidalPositions()({}, jnp.zeros((1, 300, 2), jnp.bfloat16), Context())
    np.testing.assert_allclose(waves[0, 257], [np.sin(257), np.cos(257)], atol=0.02)
