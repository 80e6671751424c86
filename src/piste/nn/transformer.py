"""The transformer block: attention across the steps, then a small network at each step, both residual."""

from dataclasses import dataclass
from typing import Literal

import jax

from piste.core.errors import SettingError
from piste.nn.activations import ACTIVATIONS, Activation
from piste.nn.attention import MultiHeadAttention
from piste.nn.constraints import Checked, Count, Share
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Context, Layer, Parameters, Shape
from piste.nn.normalisation import LayerNorm, RMSNorm
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential
from piste.nn.traced import is_known, made


@dataclass(frozen=True)
class TransformerBlock(Checked):
    """Attention and feed-forward network, each in a residual connection: (B, T, F), same shape.

    With `pre_norm`, `x + f(norm(x))` (Xiong et al. 2020, fig. 1b), which trains without warm-up; else
    `norm(x + f(x))` as in Vaswani et al. 2017, sec. 3.1. `hidden` is the width of the feed-forward network, 4 F when
    left out; `keep` the dropout of attention weights, hidden units and branches. `causal` and `rotary` as for
    `MultiHeadAttention`.
    """

    heads: Count
    hidden: Count | None = None
    causal: bool = False
    rotary: bool = False
    keep: Share = 1.0
    activation: str = "gelu"
    pre_norm: bool = True
    norm: Literal["layer", "rms"] = "layer"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.activation not in ACTIVATIONS:
            raise SettingError(
                f"TransformerBlock: the activation must be one of {', '.join(ACTIVATIONS)}. Got {self.activation!r}."
            )

    def layers(self, features: int) -> Sequential:
        """Return the block as plain layers, for inputs of `features`."""
        dropout = () if is_known(self.keep) and self.keep == 1.0 else (made(Dropout, keep=self.keep),)
        norm = LayerNorm() if self.norm == "layer" else RMSNorm()
        attention: tuple[Layer, ...] = (
            made(MultiHeadAttention, heads=self.heads, causal=self.causal, rotary=self.rotary, keep=self.keep),
            *dropout,
        )
        network: tuple[Layer, ...] = (
            Dense(self.hidden or 4 * features, initialiser="glorot_uniform"),
            made(Activation, name=self.activation),
            *dropout,
            Dense(features, initialiser="glorot_uniform"),
            *dropout,
        )
        if self.pre_norm:
            return Sequential((Residual(Sequential((norm, *attention))), Residual(Sequential((norm, *network)))))
        return Sequential((Residual(Sequential(attention)), norm, Residual(Sequential(network)), norm))

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the parameters, named as those of `layers`."""
        if len(shape) != 2:
            raise SettingError(f"TransformerBlock takes sequences (steps, features). Got {tuple(shape)} instead.")
        return self.layers(shape[-1]).init(key, shape)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the new sequence."""
        return self.layers(inputs.shape[-1]).run(parameters, {}, inputs, context)[0]
