"""Networks as plain functions, made once for equal choices so that they are compiled once."""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.faultbench.layers import dense, dropped, kernel, linear, table
from benchmarks.faultbench.training import Forward

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "gelu": jax.nn.gelu,
    "none": lambda inputs: inputs,
}


def mlp_init(seed: int, widths: tuple[int, ...], gain: float = 2.0) -> tuple[Any, Any]:
    """Return the layers "hidden_0" to "head" of these widths, and no statistics."""
    last = len(widths) - 2
    pairs = enumerate(pairwise(widths))
    named = {"head" if place == last else f"hidden_{place}": sizes for place, sizes in pairs}
    return {name: dense(seed, name, *sizes, 1.0 if name == "head" else gain) for name, sizes in named.items()}, {}


@lru_cache(maxsize=64)
def mlp(activation: str = "relu", rate: float = 0.0, single: bool = False) -> Forward:
    """Return a network of dense layers with dropout between; `single` outputs are (B,)."""
    bend = ACTIVATIONS[activation]

    def forward(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        *hidden, head = sorted(params, key=lambda name: (name == "head", name))
        for place, name in enumerate(hidden):
            inputs = bend(linear(params[name], inputs))
            inputs = dropped(inputs, rate, None if key is None else jax.random.fold_in(key, place))
        outputs = linear(params[head], inputs)
        return (outputs[..., 0] if single else outputs), stats

    return forward


def norm_init(seed: int, widths: tuple[int, ...]) -> tuple[Any, Any]:
    """Return dense layers, scale and shift of batch norm after each but the last, and running statistics."""
    params, _ = mlp_init(seed, widths)
    norms = {f"norm_{place}": {"scale": jnp.ones(w), "shift": jnp.zeros(w)} for place, w in enumerate(widths[1:-1])}
    stats = {name: {"mean": jnp.zeros_like(n["scale"]), "var": jnp.ones_like(n["scale"])} for name, n in norms.items()}
    for place in range(len(norms)):
        del params[f"hidden_{place}"]["bias"]  # the shift does what it would do
    return {**params, **norms}, stats


@lru_cache(maxsize=8)
def norm_mlp(momentum: float = 0.9) -> Forward:
    """Return a network of dense layers with batch norm."""

    def forward(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
        new = dict(stats)
        for place in range(len(stats)):
            inputs = inputs @ params[f"hidden_{place}"]["kernel"]
            name = f"norm_{place}"
            old = stats[name]
            mean, var = (old["mean"], old["var"]) if key is None else (inputs.mean(axis=0), inputs.var(axis=0))
            if key is not None:
                new[name] = {
                    "mean": momentum * old["mean"] + (1 - momentum) * mean,
                    "var": momentum * old["var"] + (1 - momentum) * var,
                }
            inputs = (inputs - mean) / jnp.sqrt(var + 1e-5) * params[name]["scale"] + params[name]["shift"]
            inputs = jax.nn.relu(inputs)
        return linear(params["head"], inputs), new

    return forward


def cnn_init(seed: int, channels: int, classes: int) -> tuple[Any, Any]:
    """Return two convolutions of 3x3 and the head for pictures of 8x8."""
    return {
        "conv_0": kernel(seed, "conv_0", (3, 3, 1, channels)),
        "conv_1": kernel(seed, "conv_1", (3, 3, channels, channels)),
        "head": dense(seed, "head", 4 * channels, classes, 1.0),
    }, {}


def cnn(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
    """Two strided convolutions and a dense head."""
    for name in ("conv_0", "conv_1"):
        layout = ("NHWC", "HWIO", "NHWC")
        summed = jax.lax.conv_general_dilated(inputs, params[name]["kernel"], (2, 2), "SAME", dimension_numbers=layout)
        inputs = jax.nn.relu(summed + params[name]["bias"])
    return linear(params["head"], inputs.reshape(len(inputs), -1)), stats


def conv1d_init(seed: int, channels: int, classes: int) -> tuple[Any, Any]:
    """Return two convolutions of width 5 and the head."""
    return {
        "conv_0": kernel(seed, "conv_0", (5, 1, channels)),
        "conv_1": kernel(seed, "conv_1", (5, channels, channels)),
        "head": dense(seed, "head", channels, classes, 1.0),
    }, {}


def conv1d(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
    """Two convolutions over the steps, their mean, and a dense head."""
    for name in ("conv_0", "conv_1"):
        layout = ("NWC", "WIO", "NWC")
        summed = jax.lax.conv_general_dilated(inputs, params[name]["kernel"], (2,), "SAME", dimension_numbers=layout)
        inputs = jax.nn.relu(summed + params[name]["bias"])
    return linear(params["head"], inputs.mean(axis=1)), stats


def gru_init(seed: int, width: int, classes: int) -> tuple[Any, Any]:
    """Return a gated recurrent unit of one input, and the head."""
    return {
        "gates": dense(seed, "gates", 1 + width, 2 * width, 1.0),
        "candidate": dense(seed, "candidate", 1 + width, width, 1.0),
        "head": dense(seed, "head", width, classes, 1.0),
    }, {}


def gru(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
    """A gated recurrent unit by scan; the head reads its last state."""
    width = params["head"]["kernel"].shape[0]

    def step(state: Any, now: Any) -> tuple[Any, None]:
        gates = jax.nn.sigmoid(linear(params["gates"], jnp.concatenate([now, state], axis=-1)))
        reset, update = jnp.split(gates, 2, axis=-1)
        new = jnp.tanh(linear(params["candidate"], jnp.concatenate([now, reset * state], axis=-1)))
        return update * state + (1 - update) * new, None

    last, _ = jax.lax.scan(step, jnp.zeros((len(inputs), width)), jnp.swapaxes(inputs, 0, 1))
    return linear(params["head"], last), stats


def embedding_init(seed: int, columns: int, values: int, width: int, classes: int) -> tuple[Any, Any]:
    """Return one embedding per column and two dense layers."""
    tables = jnp.stack([table(seed, f"table_{column}", values, width) for column in range(columns)])
    layers, _ = mlp_init(seed, (columns * width, 32, classes))
    return {"embedding": {"kernel": 0.5 * tables}, **layers}, {}


def embedding(params: Any, stats: Any, inputs: Any, key: Any) -> tuple[Any, Any]:
    """Ids of several columns looked up, and two dense layers."""
    tables = params["embedding"]["kernel"]
    found = tables[jnp.arange(tables.shape[0])[None], inputs.astype(jnp.int32)]
    hidden = jax.nn.relu(linear(params["hidden_0"], found.reshape(len(inputs), -1)))
    return linear(params["head"], hidden), stats
