"""Convolution layers: the same small weighted sum at every place of a picture."""

from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.convolve import convolve, padding
from piste.nn.initialisers import INITIALISERS
from piste.nn.layer import Context, Layer, Parameters, Shape


@dataclass(frozen=True)
class Conv2D(Layer):
    """Two-dimensional convolution: inputs (B, H, W, F) to (B, H', W', units).

    `padding` "same" keeps H' = ceil(H / stride), "valid" uses whole windows only. The weight has the shape
    (size, size, F, units) and is not flipped (cross-correlation, as everywhere in the field).
    """

    units: int
    size: int = 3
    stride: int = 1
    padding: Literal["same", "valid"] = "same"
    bias: bool = True
    initialiser: str = "auto"

    def __post_init__(self) -> None:
        for name in ("units", "size", "stride"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise SettingError(f"Conv2D needs a whole number of at least 1 as {name}. Got {value!r} instead.")

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, size, F, units) and bias (units,), the bias zero."""
        if len(shape) != 3:
            raise SettingError(f"Conv2D takes pictures of shape (height, width, channels). Got {shape} instead.")
        name = "he_normal" if self.initialiser == "auto" else self.initialiser
        parameters = {"weight": INITIALISERS[name](key, (self.size, self.size, shape[-1], self.units))}
        if self.bias:
            parameters["bias"] = jnp.zeros((self.units,), jnp.float32)
        return parameters

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the feature maps."""
        kernel, stride = (self.size, self.size), (self.stride, self.stride)
        pads = padding(self.padding, inputs.shape[1:3], kernel, stride)  # type: ignore[arg-type]
        outputs = convolve(inputs, parameters["weight"], stride, pads)
        return outputs + parameters["bias"] if self.bias else outputs
