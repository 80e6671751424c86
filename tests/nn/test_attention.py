"""Attention against sums written as loops, finite differences and PyTorch."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.attention import MultiHeadAttention, rotate
from piste.nn.layer import Context, Layer

INPUTS = np.random.default_rng(0).normal(size=(2, 5, 6)).astype(np.float32)


def turned(vector: np.ndarray, step: int) -> np.ndarray:
    """The rotation written with complex numbers."""
    half = len(vector) // 2
    numbers = vector[:half] + 1j * vector[half:]
    numbers = numbers * np.exp(1j * step * 10000.0 ** (-2 * np.arange(half) / len(vector)))
    return np.concatenate([numbers.real, numbers.imag])


def by_loops(layer: MultiHeadAttention, p: Any, inputs: np.ndarray, mask: np.ndarray) -> np.ndarray:
    inner = p["output"].shape[0]
    width = inner // layer.heads
    outputs = np.zeros(inputs.shape)
    for b, rows in enumerate(inputs):
        projected = rows @ p["weight"] + p.get("bias", 0.0)
        for t in range(len(rows)):
            gathered = []
            for head in range(layer.heads):
                q, k, v = (
                    projected[:, part * inner + head * width : part * inner + (head + 1) * width] for part in range(3)
                )
                if layer.rotary:
                    q, k = (np.stack([turned(row, step) for step, row in enumerate(m)]) for m in (q, k))
                seen = [s for s in range(len(rows)) if mask[b, s] and (s <= t or not layer.causal)]
                scores = np.exp([q[t] @ k[s] / math.sqrt(width) for s in seen])
                gathered.append(scores / scores.sum() @ v[seen])
            outputs[b, t] = np.concatenate(gathered) @ p["output"] + p.get("output_bias", 0.0)
    return outputs


LAYERS = [
    MultiHeadAttention(2),
    MultiHeadAttention(3, causal=True, bias=False),
    MultiHeadAttention(2, head_width=4, rotary=True),
]


@pytest.mark.parametrize("layer", LAYERS)
def test_as_the_formula(layer: MultiHeadAttention, initial: Callable[..., Any]) -> None:
    parameters, _ = initial(layer, (5, 6))
    mask = np.arange(5) < np.asarray([[5], [3]])
    got = jax.jit(lambda x: layer(parameters, x, Context(mask=jnp.asarray(mask))))(INPUTS)
    np.testing.assert_allclose(got, by_loops(layer, parameters, INPUTS, mask), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", [*LAYERS, MultiHeadAttention(2, keep=0.6)])
def test_gradients(layer: Layer, gradient_error: Callable[..., float]) -> None:
    context = Context(True, jax.random.key(0), jnp.arange(5) < jnp.asarray([[5], [3]]))
    assert gradient_error(layer, INPUTS.astype(np.float64), context) < 1e-7


@pytest.mark.parametrize("causal", [False, True])
def test_as_pytorch(causal: bool, agree_with_torch: Callable[..., None], initial: Callable[..., Any]) -> None:
    import torch

    layer = MultiHeadAttention(3, causal=causal)
    parameters, _ = initial(layer, (5, 6))
    mask = np.arange(5) < np.asarray([[5], [3]])
    twin = torch.nn.MultiheadAttention(6, 3, batch_first=True)

    def ours(x: jax.Array, **given: jax.Array) -> jax.Array:
        return layer(given, x, Context(mask=jnp.asarray(mask)))

    def theirs(x: Any, **given: Any) -> Any:
        named = {
            "in_proj_weight": given["weight"].T,
            "in_proj_bias": given["bias"],
            "out_proj.weight": given["output"].T,
            "out_proj.bias": given["output_bias"],
        }
        later = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1) if causal else None
        settings = {"key_padding_mask": torch.tensor(~mask), "attn_mask": later, "need_weights": False}
        return torch.func.functional_call(twin, named, (x, x, x), settings)[0]

    agree_with_torch(ours, theirs, {"x": INPUTS, **parameters})


def test_padded_sequences_as_alone(padded_equals_alone: Callable[..., None]) -> None:
    padded_equals_alone(MultiHeadAttention(2, rotary=True, head_width=2), (9, 6), 9, 6)


def test_rotated_products_depend_on_distance_alone() -> None:
    draw = np.random.default_rng(0)
    query, key = (jnp.asarray(np.tile(draw.normal(size=(1, 1, 1, 8)), (1, 9, 1, 1)), jnp.float32) for _ in range(2))
    products = np.asarray(jnp.einsum("bqhd,bkhd->qk", rotate(query), rotate(key)))
    for distance in range(-8, 9):
        np.testing.assert_allclose(np.diag(products, distance), np.diag(products, distance)[0], rtol=1e-3, atol=1e-4)


def test_a_sequence_without_a_real_step_stays_finite(initial: Callable[..., Any]) -> None:
    layer = MultiHeadAttention(2, causal=True)
    parameters, _ = initial(layer, (5, 6))

    def total(inputs: jax.Array) -> jax.Array:
        return jnp.sum(layer(parameters, inputs, Context(mask=jnp.zeros((2, 5), bool))))

    assert np.isfinite(jax.jit(jax.grad(total))(INPUTS)).all()


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match="6 features are no multiple of heads = 4; give head_width"):
        MultiHeadAttention(4).init(jax.random.key(0), (5, 6))
    with pytest.raises(SettingError, match=r"rotary positions need an even head width\. Got 3"):
        MultiHeadAttention(2, rotary=True).init(jax.random.key(0), (5, 6))
    with pytest.raises(SettingError, match=r"takes sequences \(steps, features\)"):
        MultiHeadAttention(2).init(jax.random.key(0), (6,))
