"""Small transformers: an encoder and a decoder that judge a whole sequence, one that foretells the next token."""

from typing import Literal

from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.embedding import Embedding, LearnedPositions, SinusoidalPositions
from piste.nn.layer import Layer
from piste.nn.normalisation import LayerNorm
from piste.nn.pooling import GlobalAveragePool, LastStep
from piste.nn.sequential import Sequential
from piste.nn.transformer import TransformerBlock

Positions = Literal["learned", "sinusoidal", "rotary"]


def transformer_encoder(
    outputs: int,
    tokens: int | None = None,
    *,
    width: int = 64,
    blocks: int = 2,
    heads: int = 4,
    positions: Positions = "rotary",
    steps: int = 512,
    dropout: float = 0.1,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return an encoder (Vaswani et al. 2017, sec. 3.1, pre-norm) with the mean over the steps before the head.

    Tokens (T,), 0 for padding; or, without `tokens`, sequences of numbers (T, F). `steps` is the longest sequence
    that learned positions know.
    """
    body = _body(width, blocks, heads, positions, steps, dropout, causal=False)
    head = (GlobalAveragePool(), Dense(outputs, initialiser="small_normal"))
    return Sequential((*inputs, _first(tokens, width), *body, *head))


def causal_transformer(
    outputs: int,
    tokens: int | None = None,
    *,
    width: int = 64,
    blocks: int = 2,
    heads: int = 4,
    positions: Positions = "rotary",
    steps: int = 512,
    dropout: float = 0.1,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return a causal decoder that judges a sequence by its last step (Radford et al. 2018, sec. 3.2).

    Each step looks at those before it alone, so the last one has seen all. Inputs as for `transformer_encoder`.
    """
    body = _body(width, blocks, heads, positions, steps, dropout, causal=True)
    head = (LastStep(), Dense(outputs, initialiser="small_normal"))
    return Sequential((*inputs, _first(tokens, width), *body, *head))


def transformer_decoder(
    tokens: int,
    *,
    width: int = 128,
    blocks: int = 4,
    heads: int = 4,
    positions: Positions = "rotary",
    steps: int = 512,
    dropout: float = 0.1,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return a causal decoder in the manner of GPT-2 (Radford et al. 2019): tokens (T,) to logits (T, tokens).

    Every step's logits are for the token that comes next. The output weights are not those of the embedding.
    """
    body = _body(width, blocks, heads, positions, steps, dropout, causal=True)
    return Sequential((*inputs, Embedding(tokens, width), *body, Dense(tokens, initialiser="small_normal")))


def _first(tokens: int | None, width: int) -> Layer:
    return Embedding(tokens, width, padding=0) if tokens else Dense(width, initialiser="lecun_normal")


def _body(
    width: int, blocks: int, heads: int, positions: Positions, steps: int, dropout: float, *, causal: bool
) -> list[Layer]:
    layers: list[Layer] = []
    if positions != "rotary":
        layers.append(LearnedPositions(steps) if positions == "learned" else SinusoidalPositions())
    layers.extend([Dropout(1.0 - dropout)] if dropout else [])
    block = TransformerBlock(heads, causal=causal, rotary=positions == "rotary", keep=1.0 - dropout)
    return [*layers, *[block] * blocks, LayerNorm()]
