"""Recurrent networks with their known numbers of parameters."""

from collections.abc import Callable
from typing import Any

import pytest

from piste.nn.zoo.recurrent import recurrent


@pytest.mark.parametrize(
    ("kind", "parameters"),
    # Inputs 8, units 16: u (8 + 16) weights and u biases a gate; the GRU has u biases more.
    [("rnn", 16 * 25), ("lstm", 4 * 16 * 25), ("gru", 3 * 16 * 25 + 16)],
)
def test_parameters_by_hand(kind: Any, parameters: int, size: Callable[..., int]) -> None:
    assert size(recurrent(3, (16,), kind), 20, 8) == parameters + 16 * 3 + 3
    both = recurrent(3, (16, 16), kind, bidirectional=True, dropout=0.2)
    second = {"rnn": 1, "lstm": 4, "gru": 3}[kind] * 16 * (32 + 16 + 1) + (16 if kind == "gru" else 0)
    assert size(both, 20, 8) == 2 * parameters + 2 * second + 32 * 3 + 3


def test_tokens_are_embedded(size: Callable[..., int]) -> None:
    model = recurrent(2, (16,), "lstm", tokens=100, width=8)
    assert size(model, 30) == 100 * 8 + 4 * 16 * 25 + 16 * 2 + 2
    assert model.output_shape((30,)) == (2,)
