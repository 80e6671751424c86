"""Convolution layers: the same small weighted sum at every step of a sequence or every place of a picture.

With f running over the inputs' channels and i, j over the window of `size` values `dilation` apart,

    output[y, x, u] = bias[u] + sum_{i, j, f} weight[i, j, f, u] input[s y + d i - p, s x + d j - p, f]

where s is the stride, d the dilation and p the padding before (Dumoulin & Visin 2016). The weight is not flipped
(cross-correlation, as everywhere in the field). With `groups` g, channels and units fall into g parts that do not
see each other (Krizhevsky et al. 2012; Xie et al. 2017); a depthwise convolution has one group per channel (Howard
et al. 2017).
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.constraints import Checked, Count, Counts
from piste.nn.convolve_steps import convolve_steps
from piste.nn.grouped import convolve_any
from piste.nn.initialisers import INITIALISERS, Live
from piste.nn.layer import Context, Parameters, Shape
from piste.nn.sums import add_bias
from piste.nn.traced import chosen
from piste.nn.windows import Padding, StepPadding, edges, per_axis, reaches, window_mask


def draw_kernel(key: jax.Array, shape: Shape, initialiser: str, bias: bool, *live: Live) -> Parameters:
    """Return the weight of `shape` (..., features, units) and, when asked, the bias (units,), zero.

    Given a `Live` shape, the weight is that of this shape, padded.
    """
    name = "he_normal" if initialiser == "auto" else initialiser
    parameters = {"weight": chosen(INITIALISERS, name)(key, shape, *live)}
    return {**parameters, "bias": jnp.zeros(shape[-1:], jnp.float32)} if bias else parameters


def features_per_group(layer: str, features: int, units: int, groups: int) -> int:
    """Return the inputs of one unit; raises `SettingError` where channels or units do not fall into `groups` parts."""
    if features % groups or units % groups:
        raise SettingError(
            f"{layer}: {features} channels and {units} units must both be multiples of groups = {groups}; change one."
        )
    return features // groups


def need_rank(layer: str, shape: Shape, axes: str) -> None:
    """Raise `SettingError` unless an example of `shape` has the axes named in `axes`, such as "steps, features"."""
    if len(shape) != axes.count(",") + 1:
        raise SettingError(f"{layer} takes examples of shape ({axes}). Got {tuple(shape)} instead.")


def mask_steps(inputs: jax.Array, mask: jax.Array | None) -> jax.Array:
    """Return inputs (B, T, F) with zeros at the steps that are not real."""
    return inputs if mask is None else jnp.where(mask[:, :, None], inputs, jnp.zeros((), inputs.dtype))


@dataclass(frozen=True)
class Conv2D(Checked):
    """Two-dimensional convolution: inputs (B, H, W, F) to (B, H', W', units).

    `size`, `stride` and `dilation` are one number or one per axis. `padding` "same" keeps H' = ceil(H / stride),
    "valid" uses whole windows only, a number adds that many zeros on each side. The weight has the shape
    (size, size, F / groups, units).
    """

    units: Count
    size: Counts = 3
    stride: Counts = 1
    padding: Padding = "same"
    bias: bool = True
    initialiser: str = "auto"
    dilation: Counts = 1
    groups: Count = 1

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, size, F / groups, units) and bias (units,), the bias zero."""
        need_rank("Conv2D", shape, "height, width, channels")
        features = features_per_group("Conv2D", shape[-1], self.units, self.groups)
        size = per_axis("size", self.size, 2)
        return draw_kernel(key, (*size, features, self.units), self.initialiser, self.bias)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the feature maps."""
        outputs = _over_places(inputs, parameters["weight"], self.stride, self.padding, self.dilation, self.groups)
        return add_bias(outputs, parameters["bias"]) if self.bias else outputs


@dataclass(frozen=True)
class DepthwiseConv2D(Checked):
    """Each channel convolved by itself: inputs (B, H, W, F) to (B, H', W', multiplier F) (Howard et al. 2017).

    Settings as for `Conv2D`; the weight has the shape (size, size, 1, multiplier F). Followed by a Conv2D of size 1
    it is the separable convolution.
    """

    size: Counts = 3
    stride: Counts = 1
    padding: Padding = "same"
    dilation: Counts = 1
    multiplier: Count = 1
    bias: bool = True
    initialiser: str = "auto"

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, size, 1, multiplier F) and bias (multiplier F,), the bias zero."""
        need_rank("DepthwiseConv2D", shape, "height, width, channels")
        size = per_axis("size", self.size, 2)
        return draw_kernel(key, (*size, 1, self.multiplier * shape[-1]), self.initialiser, self.bias)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the feature maps, those of one channel side by side."""
        groups = inputs.shape[-1]
        outputs = _over_places(inputs, parameters["weight"], self.stride, self.padding, self.dilation, groups)
        return add_bias(outputs, parameters["bias"]) if self.bias else outputs


@dataclass(frozen=True)
class Conv1D(Checked):
    """Convolution over steps: inputs (B, T, F) to (B, T', units).

    Settings as for `Conv2D`, with one number each; `padding` may also be "causal": no output sees a later step
    (van den Oord et al. 2016). The weight has the shape (size, F / groups, units). Masked steps count as zeros.
    """

    units: Count
    size: Count = 3
    stride: Count = 1
    padding: StepPadding = "same"
    dilation: Count = 1
    groups: Count = 1
    bias: bool = True
    initialiser: str = "auto"

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, F / groups, units) and bias (units,), the bias zero."""
        need_rank("Conv1D", shape, "steps, features")
        features = features_per_group("Conv1D", shape[-1], self.units, self.groups)
        return draw_kernel(key, (self.size, features, self.units), self.initialiser, self.bias)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the feature sequences."""
        inputs = mask_steps(inputs, context.mask)
        outputs = _over_steps(inputs, parameters["weight"], self.stride, self.padding, self.dilation, self.groups)
        return add_bias(outputs, parameters["bias"]) if self.bias else outputs

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return the mask of the windows."""
        reach = self.dilation * (self.size - 1) + 1
        return None if mask is None else window_mask(mask, self.padding, reach, self.stride)


@dataclass(frozen=True)
class DepthwiseConv1D(Checked):
    """Each feature convolved over the steps by itself: inputs (B, T, F) to (B, T', multiplier F).

    Settings as for `Conv1D`; the weight has the shape (size, 1, multiplier F).
    """

    size: Count = 3
    stride: Count = 1
    padding: StepPadding = "same"
    dilation: Count = 1
    multiplier: Count = 1
    bias: bool = True
    initialiser: str = "auto"

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, 1, multiplier F) and bias (multiplier F,), the bias zero."""
        need_rank("DepthwiseConv1D", shape, "steps, features")
        return draw_kernel(key, (self.size, 1, self.multiplier * shape[-1]), self.initialiser, self.bias)

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the feature sequences, those of one feature side by side."""
        inputs = mask_steps(inputs, context.mask)
        groups = inputs.shape[-1]
        outputs = _over_steps(inputs, parameters["weight"], self.stride, self.padding, self.dilation, groups)
        return add_bias(outputs, parameters["bias"]) if self.bias else outputs

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return the mask of the windows."""
        reach = self.dilation * (self.size - 1) + 1
        return None if mask is None else window_mask(mask, self.padding, reach, self.stride)


def _over_places(
    inputs: jax.Array,
    weight: jax.Array,
    stride: int | tuple[int, ...],
    padding: Padding,
    dilation: int | tuple[int, ...],
    groups: int,
) -> jax.Array:
    rows, columns = per_axis("stride", stride, 2)
    down, across = per_axis("dilation", dilation, 2)
    reach = reaches(weight.shape[:2], (down, across))
    above, beside = edges(padding, inputs.shape[1:3], reach, (rows, columns))
    return convolve_any(inputs, weight, (rows, columns), (above, beside), (down, across), groups)


def _over_steps(
    inputs: jax.Array, weight: jax.Array, stride: int, padding: StepPadding, dilation: int, groups: int
) -> jax.Array:
    (pads,) = edges(padding, inputs.shape[1:2], reaches(weight.shape[:1], (dilation,)), (stride,))
    return convolve_steps(inputs, weight, stride, pads, dilation, groups)
