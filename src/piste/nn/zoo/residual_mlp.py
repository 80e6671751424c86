"""A residual network for tables."""

from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.numbers import NumberEmbedding
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential


def residual_mlp(
    outputs: int,
    width: int = 128,
    blocks: int = 3,
    *,
    expansion: int = 2,
    activation: str = "relu",
    dropout: float = 0.1,
    embedding: int = 0,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return the ResNet for tables of Gorishniy et al. 2021, sec. 3.2 (eq. 2).

    Each block adds Dense(dropout(activation(Dense(batch_norm(x))))), `expansion` times as wide inside. `dropout` is
    the share of units silenced. With `embedding`, every feature first becomes that many numbers (`NumberEmbedding`).
    """
    numbers = (NumberEmbedding(embedding),) if embedding else ()
    silenced = (Dropout(1.0 - dropout),) if dropout else ()
    body = Sequential(
        (
            BatchNorm(),
            Dense(expansion * width, initialiser="he_normal"),
            Activation(activation),
            *silenced,
            Dense(width, initialiser="lecun_normal"),
        )
    )
    head = (BatchNorm(), Activation(activation), Dense(outputs, initialiser="small_normal"))
    first = Dense(width, initialiser="lecun_normal")
    return Sequential((*inputs, *numbers, first, *(Residual(body) for _ in range(blocks)), *head))
