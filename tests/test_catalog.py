"""Every layer that a model file may name: it can be made, traced, called twice alike, and written down."""

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.catalog import LAYERS
from piste.nn.layer import Context, Layer
from piste.nn.spec import from_spec, to_spec

FLAT, STEPS, PICTURE = (6,), (5, 6), (6, 6, 4)
DENSE = {"layer": "Dense", "units": 6}

# One example of each: its settings as a model file has them, and the shape of its inputs.
EXAMPLES: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "Sequential": ({"layers": [DENSE, {"layer": "Activation", "name": "tanh"}]}, FLAT),
    "Residual": ({"body": DENSE}, FLAT),
    "DenseConnection": ({"body": DENSE}, FLAT),
    "Concatenate": ({"layers": [DENSE, {"layer": "PReLU"}]}, FLAT),
    "Add": ({"layers": [DENSE, {"layer": "PReLU"}]}, FLAT),
    "Multiply": ({"layers": [DENSE, {"layer": "PReLU"}]}, FLAT),
    "Ensemble": ({"layers": [DENSE, {"layer": "PReLU"}], "of": "labels"}, FLAT),
    "Dense": ({"units": 3}, FLAT),
    "Conv1D": ({"units": 3, "padding": "causal", "dilation": 2}, STEPS),
    "Conv2D": ({"units": 3, "size": [3, 2], "groups": 1}, PICTURE),
    "DepthwiseConv1D": ({"multiplier": 2}, STEPS),
    "DepthwiseConv2D": ({"size": 3, "stride": [1, 2]}, PICTURE),
    "TransposedConv1D": ({"units": 3, "stride": 2}, STEPS),
    "TransposedConv2D": ({"units": 3, "stride": [2, 1]}, PICTURE),
    "Activation": ({"name": "gelu"}, FLAT),
    "PReLU": ({}, FLAT),
    "BatchNorm": ({}, PICTURE),
    "LayerNorm": ({}, STEPS),
    "GroupNorm": ({"groups": 2}, PICTURE),
    "InstanceNorm": ({}, PICTURE),
    "RMSNorm": ({}, STEPS),
    "Standardise": ({"mean": [1.0], "scale": [2.0]}, FLAT),
    "Dropout": ({"keep": 0.5}, FLAT),
    "ChannelDropout": ({}, PICTURE),
    "StochasticDepth": ({}, PICTURE),
    "MaxPool": ({"size": 3, "stride": 2, "padding": "same"}, PICTURE),
    "AveragePool": ({"size": 2}, STEPS),
    "GlobalMaxPool": ({}, PICTURE),
    "GlobalAveragePool": ({}, STEPS),
    "LastStep": ({}, STEPS),
    "Embedding": ({"tokens": 9, "width": 4, "padding": 0}, (5,)),
    "NumberEmbedding": ({"width": 3}, FLAT),
    "Masking": ({"value": 0.0}, STEPS),
    "Ragged": ({}, STEPS),
    "LearnedPositions": ({"steps": 8}, STEPS),
    "SinusoidalPositions": ({}, STEPS),
    "RNN": ({"units": 3, "steps": True}, STEPS),
    "LSTM": ({"units": 3}, STEPS),
    "GRU": ({"units": 3, "reverse": True}, STEPS),
    "Bidirectional": ({"body": {"layer": "GRU", "units": 3}}, STEPS),
    "MultiHeadAttention": ({"heads": 2, "rotary": False, "causal": True}, STEPS),
    "TransformerBlock": ({"heads": 2, "hidden": 8}, STEPS),
    "Flatten": ({}, PICTURE),
    "Reshape": ({"shape": [2, 3]}, FLAT),
    "Permute": ({"axes": [1, 0]}, STEPS),
}


pytestmark = pytest.mark.usefixtures("quick_compilation")

NAMES = [kind.__name__ for kind in LAYERS]


def example(name: str) -> tuple[Layer, tuple[int, ...]]:
    settings, shape = EXAMPLES[name]
    return from_spec({"layer": name, **settings}, LAYERS), shape


def test_every_layer_has_an_example_and_a_name_of_its_own() -> None:
    assert sorted(EXAMPLES) == sorted(NAMES)
    assert all(kind.__doc__ for kind in LAYERS)


@pytest.mark.parametrize("name", NAMES)
def test_json_gives_the_same_layer_back(name: str) -> None:
    layer, _ = example(name)
    again = from_spec(json.loads(json.dumps(to_spec(layer))), LAYERS)
    assert again == layer
    assert hash(again) == hash(layer)


@pytest.mark.parametrize("name", NAMES)
def test_calls_are_pure_and_shapes_as_foretold(name: str) -> None:
    layer, shape = example(name)
    inputs = jnp.asarray(np.random.default_rng(0).integers(1, 9, (3, *shape)), jnp.float32)
    key = jax.random.key(0)

    @jax.jit
    def run(inputs: jax.Array) -> Any:
        parameters, state = layer.init(key, shape), layer.init_state(shape)
        trained, changed = layer.run(parameters, state, inputs, Context(True, key))
        return parameters, state, trained, changed, layer.run(parameters, changed, inputs, Context())[0]

    parameters, state, trained, changed, judged = run(inputs)
    assert judged.shape == trained.shape == (3, *layer.output_shape(shape))
    assert np.isfinite(trained).all()
    assert np.isfinite(judged).all()
    assert jax.tree.map(jnp.shape, changed) == jax.tree.map(jnp.shape, state)
    assert all(leaf.dtype == jnp.float32 for leaf in jax.tree.leaves((parameters, state, trained, changed)))
    np.testing.assert_array_equal(run(inputs)[2], trained)


@pytest.mark.parametrize("name", NAMES)
def test_computation_follows_the_dtype_of_the_inputs(name: str) -> None:
    layer, shape = example(name)
    with jax.enable_x64(True):
        shapes = jax.eval_shape(
            lambda inputs: layer.run(
                jax.tree.map(lambda leaf: leaf.astype(jnp.float64), layer.init(jax.random.key(0), shape)),
                jax.tree.map(lambda leaf: leaf.astype(jnp.float64), layer.init_state(shape)),
                inputs,
                Context(True, jax.random.key(0)),
            ),
            jnp.ones((3, *shape), jnp.float64),
        )
    assert all(leaf.dtype == jnp.float64 for leaf in jax.tree.leaves(shapes))
