"""Attention in plain JAX: a causal model of language, a tagger of padded sequences, a classifier of sequences."""

from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.faultbench.layers import dense, linear, table
from benchmarks.faultbench.training import Forward


def init(seed: int, width: int, outputs: int, steps: int, words: int = 0) -> tuple[Any, Any]:
    """Return one block of attention with what reads the inputs (tokens, or numbers where `words` is 0) and the head."""
    first = {"kernel": table(seed, "words", words, width)} if words else dense(seed, "first", 1, width, 1.0)
    return {
        "first": first,
        "positions": {"kernel": 0.3 * table(seed, "positions", steps, width)},
        "query": dense(seed, "query", width, width, 1.0),
        "key": {"kernel": dense(seed, "key", width, width, 1.0)["kernel"]},
        "value": dense(seed, "value", width, width, 1.0),
        "hidden": dense(seed, "hidden", width, 2 * width),
        "back": dense(seed, "back", 2 * width, width, 1.0),
        "head": dense(seed, "head", width, outputs, 1.0),
    }, {}


@lru_cache(maxsize=16)
def block(tokens: bool, mask: str = "", pooled: bool = False, scaled: bool = True, heads: int = 2) -> Forward:
    """Return a block of attention. `mask` is "causal", "mirrored", "late" (one step off), "padding" or none."""

    def forward(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        steps = inputs.shape[1]
        hidden = params["first"]["kernel"][inputs] if tokens else linear(params["first"], inputs)
        hidden = hidden + params["positions"]["kernel"][:steps]
        hidden = hidden + attend(params, normed(hidden), inputs)
        hidden = hidden + linear(params["back"], jax.nn.gelu(linear(params["hidden"], normed(hidden))))
        hidden = normed(hidden)
        return linear(params["head"], hidden.mean(axis=1) if pooled else hidden), stats

    def attend(params: Any, hidden: Any, inputs: Any) -> Any:
        def split(one: Any) -> Any:
            return one.reshape(*one.shape[:2], heads, -1)

        query, value = split(linear(params["query"], hidden)), split(linear(params["value"], hidden))
        keys = split(hidden @ params["key"]["kernel"])
        scores = jnp.einsum("bqhd,bkhd->bhqk", query, keys)
        scores = scores / jnp.sqrt(query.shape[-1]) if scaled else scores * query.shape[-1]
        shares = jax.nn.softmax(jnp.where(seen(mask, inputs), scores, -1e9), axis=-1)
        mixed = jnp.einsum("bhqk,bkhd->bqhd", shares, value)
        return mixed.reshape(hidden.shape)

    return forward


def seen(mask: str, inputs: Any) -> Any:
    """Return which steps (last axis) each step (last but one) looks at."""
    steps = inputs.shape[1]
    below = jnp.tril(jnp.ones((steps, steps), bool))
    if mask == "padding":
        return (inputs != 0)[:, None, None, :]
    masks = {"causal": below, "mirrored": below.T, "late": jnp.tril(jnp.ones((steps, steps), bool), 1)}
    return masks.get(mask, jnp.ones((steps, steps), bool))[None, None]


def normed(hidden: Any) -> Any:
    """Return `hidden` with mean 0 and deviation 1 over its features."""
    centred = hidden - hidden.mean(axis=-1, keepdims=True)
    return centred / jnp.sqrt(jnp.square(centred).mean(axis=-1, keepdims=True) + 1e-5)
