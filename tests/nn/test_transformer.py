"""The transformer block against PyTorch's encoder layer, and its own laws."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer
from piste.nn.transformer import TransformerBlock

INPUTS = np.random.default_rng(0).normal(size=(2, 5, 6)).astype(np.float32)


@pytest.mark.parametrize("pre_norm", [False, True])
def test_as_pytorch(pre_norm: bool, agree_with_torch: Callable[..., None], initial: Callable[..., Any]) -> None:
    import torch

    layer = TransformerBlock(2, 8, pre_norm=pre_norm)
    parameters, _ = initial(layer, (5, 6))
    paths, structure = jax.tree.flatten_with_path(parameters)
    flat = {jax.tree_util.keystr(path, simple=True, separator="_"): leaf for path, leaf in paths}
    mask = np.arange(5) < np.asarray([[5], [3]])
    twin = torch.nn.TransformerEncoderLayer(6, 2, 8, 0.0, "gelu", batch_first=True, norm_first=pre_norm)
    real = torch.tensor(mask)[:, :, None]
    # Which of our parameters each of theirs is; a product's weight is transposed.
    mapped = {
        "self_attn.in_proj_weight": "multi_head_attention_weight",
        "self_attn.in_proj_bias": "multi_head_attention_bias",
        "self_attn.out_proj.weight": "multi_head_attention_output",
        "self_attn.out_proj.bias": "multi_head_attention_output_bias",
        "linear1.weight": "01_dense_weight" if pre_norm else "00_dense_weight",
        "linear1.bias": "01_dense_bias" if pre_norm else "00_dense_bias",
        "linear2.weight": "03_dense_weight" if pre_norm else "02_dense_weight",
        "linear2.bias": "03_dense_bias" if pre_norm else "02_dense_bias",
        "norm1.weight": "00_residual_body_00_layer_norm_gamma" if pre_norm else "01_layer_norm_gamma",
        "norm1.bias": "00_residual_body_00_layer_norm_beta" if pre_norm else "01_layer_norm_beta",
        "norm2.weight": "01_residual_body_00_layer_norm_gamma" if pre_norm else "03_layer_norm_gamma",
        "norm2.bias": "01_residual_body_00_layer_norm_beta" if pre_norm else "03_layer_norm_beta",
    }

    def ours(x: jax.Array, **given: jax.Array) -> jax.Array:
        tree = jax.tree.unflatten(structure, [given[name] for name in flat])
        return jnp.where(mask[:, :, None], layer(tree, x, Context(mask=jnp.asarray(mask))), 0)

    def theirs(x: Any, **given: Any) -> Any:
        found = {name: next(given[key] for key in given if key.endswith(ending)) for name, ending in mapped.items()}
        named = {name: value.T if value.ndim == 2 else value for name, value in found.items()}
        outputs = torch.func.functional_call(twin, named, (x,), {"src_key_padding_mask": ~real[:, :, 0]})
        return torch.where(real, outputs, 0.0)

    agree_with_torch(ours, theirs, {"x": INPUTS, **flat}, 2e-5)


@pytest.mark.parametrize(
    "layer", [TransformerBlock(1, causal=True, rotary=True, norm="rms"), TransformerBlock(3, keep=0.7)]
)
def test_gradients(layer: Layer, gradient_error: Callable[..., float]) -> None:
    context = Context(True, jax.random.key(0), jnp.arange(5) < jnp.asarray([[5], [3]]))
    assert gradient_error(layer, INPUTS.astype(np.float64), context) < 1e-7


def test_padded_sequences_as_alone(padded_equals_alone: Callable[..., None]) -> None:
    padded_equals_alone(TransformerBlock(2, 8, pre_norm=False), (9, 6), 9, 6)


def test_causal_blocks_see_no_later_step(initial: Callable[..., Any]) -> None:
    layer = TransformerBlock(2, 8, causal=True)
    parameters, _ = initial(layer, (5, 6))
    run = jax.jit(lambda x: layer(parameters, x, Context()))
    moved = np.where(np.arange(5)[:, None] == 3, INPUTS[..., ::-1], INPUTS)
    np.testing.assert_array_equal(run(moved)[:, :3], run(INPUTS)[:, :3])
    assert (np.abs(run(moved) - run(INPUTS))[:, 3:] > 1e-6).any(axis=-1).all()


def test_the_plain_formula_without_attention(initial: Callable[..., Any]) -> None:
    """With the attention's output zero, x + W2 gelu(W1 norm(x)) is left."""
    layer = TransformerBlock(1, 3, activation="relu")
    parameters, _ = initial(layer, (5, 2))
    attention = parameters["00_residual"]["body"]["01_multi_head_attention"]
    attention["output"], attention["output_bias"] = jnp.zeros((2, 2)), jnp.zeros(2)
    network = parameters["01_residual"]["body"]
    norm, first, second = network["00_layer_norm"], network["01_dense"], network["03_dense"]
    x = INPUTS[:, :, :2]
    normal = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    hidden = np.maximum((normal * norm["gamma"] + norm["beta"]) @ first["weight"] + first["bias"], 0)
    expected = x + hidden @ second["weight"] + second["bias"]
    np.testing.assert_allclose(layer(parameters, jnp.asarray(x), Context()), expected, rtol=1e-4, atol=1e-5)


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"TransformerBlock: The 'norm' setting must be one of 'layer', 'rms'\. Got"):
        TransformerBlock(2, norm="batch")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="TransformerBlock: the activation must be one of"):
        TransformerBlock(2, activation="rleu")
    with pytest.raises(SettingError, match=r"takes sequences \(steps, features\)"):
        TransformerBlock(2).init(jax.random.key(0), (6,))
