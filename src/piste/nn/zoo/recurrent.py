"""Recurrent networks that read a sequence and give one answer."""

from typing import Literal

from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.embedding import Embedding
from piste.nn.layer import Layer
from piste.nn.recurrent import GRU, LSTM, RNN, Bidirectional
from piste.nn.sequential import Sequential

_KINDS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}


def recurrent(
    outputs: int,
    hidden: tuple[int, ...] = (64,),
    kind: Literal["rnn", "lstm", "gru"] = "gru",
    *,
    bidirectional: bool = False,
    dropout: float = 0.0,
    tokens: int | None = None,
    width: int = 64,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return recurrent layers of the widths in `hidden` one upon the other, and a head on the last state.

    Sequences of numbers (T, F); or, with `tokens`, of that many kinds of token (T,), where 0 is padding and the
    tokens become vectors of `width`. `dropout` is the share of units silenced after each layer.
    """
    layers: list[Layer] = [*inputs, *([Embedding(tokens, width, padding=0)] if tokens else [])]
    for index, units in enumerate(hidden):
        layer = _KINDS[kind](units, steps=index < len(hidden) - 1)
        layers.append(Bidirectional(layer) if bidirectional else layer)
        layers.extend([Dropout(1.0 - dropout)] if dropout else [])
    return Sequential((*layers, Dense(outputs, initialiser="small_normal")))
