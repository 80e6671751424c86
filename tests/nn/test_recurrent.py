"""Recurrent layers against their equations written step by step, finite differences and PyTorch."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.dense import Dense
from piste.nn.layer import Context, Layer
from piste.nn.recurrent import GRU, LSTM, RNN, Bidirectional

INPUTS = np.random.default_rng(0).normal(size=(3, 6, 4)).astype(np.float32)
KINDS: list[Any] = [RNN, LSTM, GRU]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def step_by_step(layer: Any, p: Any, inputs: np.ndarray) -> np.ndarray:
    """Every step's state (B, T, U), from the equations of the docstrings."""
    units = layer.units
    h = c = np.zeros((len(inputs), units))
    states = []
    for x in inputs.swapaxes(0, 1):
        if isinstance(layer, GRU):
            w, v, b = (np.split(p[name], 3, axis=-1) for name in ("weight", "recurrent", "bias"))
            r, z = (sigmoid(x @ w[k] + h @ v[k] + b[k]) for k in (0, 1))
            n = np.tanh(x @ w[2] + b[2] + r * (h @ v[2] + p["recurrent_bias"]))
            h = (1 - z) * n + z * h
        elif isinstance(layer, LSTM):
            i, f, g, o = np.split(x @ p["weight"] + h @ p["recurrent"] + p["bias"], 4, axis=-1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            h = np.tanh(x @ p["weight"] + h @ p["recurrent"] + p["bias"])
        states.append(h)
    return np.stack(states, axis=1)


@pytest.mark.parametrize("kind", KINDS)
def test_as_the_equations(kind: Any, initial: Callable[..., Any]) -> None:
    parameters, _ = initial(kind(5), (6, 4))
    expected = step_by_step(kind(5), parameters, INPUTS)
    reversed_steps = step_by_step(kind(5), parameters, INPUTS[:, ::-1])[:, ::-1]

    @jax.jit
    def ways(x: jax.Array) -> list[jax.Array]:
        layers = [kind(5), kind(5, steps=True), kind(5, reverse=True), kind(5, steps=True, reverse=True)]
        return [layer(parameters, x, Context()) for layer in layers]

    for got, wanted in zip(
        ways(INPUTS), [expected[:, -1], expected, reversed_steps[:, 0], reversed_steps], strict=True
    ):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", [RNN(3), LSTM(3, steps=True), GRU(3, reverse=True), Bidirectional(GRU(2))])
def test_gradients(layer: Layer, gradient_error: Callable[..., float]) -> None:
    mask = jnp.arange(6) < jnp.asarray([[6], [4], [1]])
    assert gradient_error(layer, INPUTS.astype(np.float64), Context(mask=mask)) < 1e-7


@pytest.mark.parametrize(
    "layer",
    [
        RNN(3, steps=True),
        LSTM(3),
        GRU(3, steps=True, reverse=True),
        Bidirectional(LSTM(2)),
        Bidirectional(RNN(2, True)),
    ],
)
def test_padded_sequences_as_alone(layer: Layer, padded_equals_alone: Callable[..., None]) -> None:
    padded_equals_alone(layer, (9, 6), 9, 3)


def test_masked_steps_give_zeros(initial: Callable[..., Any]) -> None:
    layer = LSTM(3, steps=True)
    mask = jnp.asarray([[True, True, False, False, False, False]] * 3)
    outputs = layer(initial(layer, (6, 4))[0], jnp.asarray(INPUTS), Context(mask=mask))
    assert not outputs[:, 2:].any()
    assert outputs[:, :2].all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("both", [False, True])
def test_as_pytorch(kind: Any, both: bool, agree_with_torch: Callable[..., None], initial: Callable[..., Any]) -> None:
    import torch

    plain = kind(5, steps=True)
    layer: Layer = Bidirectional(plain) if both else plain
    parameters, _ = initial(layer, (6, 4))
    lengths = [6, 4, 1]
    mask = jnp.arange(6) < jnp.asarray(lengths)[:, None]
    twin = getattr(torch.nn, kind.__name__)(4, 5, batch_first=True, bidirectional=both)
    ways = ["forward", "backward"] if both else [""]
    flat = {f"{name}{way}": values for way in ways for name, values in (parameters[way] if way else parameters).items()}

    def ours(x: jax.Array, **given: jax.Array) -> jax.Array:
        nested: Any = {
            way: {name.removesuffix(way): value for name, value in given.items() if name.endswith(way)} for way in ways
        }
        return layer.run(nested if both else nested[""], {}, x, Context(mask=mask))[0]

    def theirs(x: Any, **given: Any) -> Any:
        named = {}
        for way, ending in zip(ways, ("l0", "l0_reverse"), strict=False):
            second = torch.zeros_like(given[f"bias{way}"])
            if kind is GRU:
                second = torch.cat([second[:10], given[f"recurrent_bias{way}"]])
            named[f"weight_ih_{ending}"] = given[f"weight{way}"].T
            named[f"weight_hh_{ending}"] = given[f"recurrent{way}"].T
            named[f"bias_ih_{ending}"] = given[f"bias{way}"]
            named[f"bias_hh_{ending}"] = second
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        outputs, _ = torch.func.functional_call(twin, named, (packed,))
        return torch.nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)[0]

    agree_with_torch(ours, theirs, {"x": INPUTS, **flat})


def test_weights_start_orthogonal_and_memory_open() -> None:
    parameters = jax.jit(lambda key: LSTM(4).init(key, (6, 3)))(jax.random.key(0))
    assert parameters["bias"].tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8
    for gate in np.split(np.asarray(parameters["recurrent"]), 4, axis=1):
        np.testing.assert_allclose(gate @ gate.T, np.eye(4), atol=1e-5)


def test_added_directions(initial: Callable[..., Any]) -> None:
    joined, added = Bidirectional(RNN(3)), Bidirectional(RNN(3), "add")
    parameters, _ = initial(joined, (6, 4))
    both = joined.run(parameters, {}, jnp.asarray(INPUTS), Context())[0]
    total = added.run(parameters, {}, jnp.asarray(INPUTS), Context())[0]
    np.testing.assert_allclose(total, both[:, :3] + both[:, 3:], rtol=1e-6)


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"GRU: The 'units' setting must be .* Got 0 instead"):
        GRU(0)
    with pytest.raises(SettingError, match="RNN: the activation must be one of"):
        RNN(3, activation="rleu")
    with pytest.raises(SettingError, match=r"Bidirectional takes an RNN, LSTM or GRU\. Got Dense instead"):
        Bidirectional(Dense(3))
    with pytest.raises(SettingError, match=r"LSTM takes sequences of shape \(steps, features\). Got \(4,\) instead"):
        LSTM(3).init(jax.random.key(0), (4,))
