"""Transposed convolutions: every input value lays a weighted kernel down, `stride` places apart; maps grow.

    output[stride y + dilation i - c, u] = bias[u] + sum over y, i, f of weight[i, f, u] input[y, f]

with c places cropped before: the map that carries a gradient back through a convolution, used forward (Zeiler et al.
2010; Dumoulin & Visin 2016, chapter 4). Where `size` is no multiple of `stride` the outputs overlap unevenly and show
a chequerboard (Odena et al. 2016).
"""

from dataclasses import dataclass
from typing import Literal

import jax

from piste.core.errors import SettingError
from piste.nn.constraints import Checked, Count, Counts
from piste.nn.convolution import draw_kernel, features_per_group, mask_steps, need_rank
from piste.nn.grouped import convolve_transposed
from piste.nn.layer import Context, Parameters, Shape
from piste.nn.sums import add_bias
from piste.nn.windows import Edges, per_axis, reaches

Cropping = Literal["same", "valid"] | int | tuple[int, ...]


def _crops(padding: Cropping, reach: tuple[int, ...], stride: tuple[int, ...]) -> Edges:
    if padding == "valid":
        return ((0, 0),) * len(reach)
    if padding == "same":
        totals = [width - step for width, step in zip(reach, stride, strict=True)]
        return tuple((max(total, 0) // 2, total - max(total, 0) // 2) for total in totals)
    numbers = per_axis("padding", padding, len(reach))
    if min(numbers) < 0:
        raise SettingError(f"The 'padding' setting must not be negative. Got {padding!r} instead.")
    return tuple((number, number) for number in numbers)


@dataclass(frozen=True)
class TransposedConv2D(Checked):
    """Two-dimensional transposed convolution: inputs (B, H, W, F) to (B, H', W', units).

    `padding` "same" gives H' = stride H; "valid" gives all, H' = stride (H - 1) + dilation (size - 1) + 1; a number
    cuts that many rows and columns from each side of it. The weight has the shape (size, size, F / groups, units).
    """

    units: Count
    size: Counts = 3
    stride: Counts = 1
    padding: Cropping = "same"
    dilation: Counts = 1
    groups: Count = 1
    bias: bool = True
    initialiser: str = "auto"

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, size, F / groups, units) and bias (units,), the bias zero."""
        need_rank("TransposedConv2D", shape, "height, width, channels")
        features = features_per_group("TransposedConv2D", shape[-1], self.units, self.groups)
        size = per_axis("size", self.size, 2)
        return draw_kernel(key, (*size, features, self.units), self.initialiser, self.bias)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the larger maps."""
        weight = parameters["weight"]
        rows, columns = per_axis("stride", self.stride, 2)
        down, across = per_axis("dilation", self.dilation, 2)
        above, beside = _crops(self.padding, reaches(weight.shape[:2], (down, across)), (rows, columns))
        outputs = convolve_transposed(inputs, weight, (rows, columns), (above, beside), (down, across), self.groups)
        return add_bias(outputs, parameters["bias"]) if self.bias else outputs


@dataclass(frozen=True)
class TransposedConv1D(Checked):
    """Transposed convolution over steps: inputs (B, T, F) to (B, T', units); settings as for `TransposedConv2D`.

    The weight has the shape (size, F / groups, units). Masked steps lay nothing down; with "same" each mask value is
    repeated `stride` times, with any other padding the mask ends here.
    """

    units: Count
    size: Count = 3
    stride: Count = 1
    padding: Cropping = "same"
    dilation: Count = 1
    groups: Count = 1
    bias: bool = True
    initialiser: str = "auto"

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, F / groups, units) and bias (units,), the bias zero."""
        need_rank("TransposedConv1D", shape, "steps, features")
        features = features_per_group("TransposedConv1D", shape[-1], self.units, self.groups)
        return draw_kernel(key, (self.size, features, self.units), self.initialiser, self.bias)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the longer sequences."""
        weight, rows = parameters["weight"][None], mask_steps(inputs, context.mask)[:, None]
        (beside,) = _crops(self.padding, reaches(weight.shape[1:2], (self.dilation,)), (self.stride,))
        outputs = convolve_transposed(
            rows, weight, (1, self.stride), ((0, 0), beside), (1, self.dilation), self.groups
        )[:, 0]
        return add_bias(outputs, parameters["bias"]) if self.bias else outputs

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return the mask, each value repeated `stride` times."""
        return mask.repeat(self.stride, axis=1) if mask is not None and self.padding == "same" else None
