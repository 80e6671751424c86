"""Convolution layers against sums written as loops, finite differences and PyTorch."""

import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.convolution import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from piste.nn.layer import Context, Layer

PLACES = [
    Conv2D(4, 3, 2, "same"),
    Conv2D(6, (3, 2), (2, 1), 1, dilation=(1, 2)),
    Conv2D(6, 3, 1, (1, 0), dilation=2, groups=3),
    Conv2D(4, 3, 2, "valid", bias=False, dilation=2),
    DepthwiseConv2D(3, 1, "same"),
    DepthwiseConv2D((2, 3), 2, "valid", multiplier=2, bias=False),
    DepthwiseConv2D(3, 2, 2, dilation=(2, 1)),
]
STEPS = [
    Conv1D(4, 3, 2, "same"),
    Conv1D(6, 4, 1, "valid", dilation=2, groups=2),
    Conv1D(4, 3, 1, "causal", dilation=2),
    Conv1D(4, 3, 3, 2, bias=False),
    DepthwiseConv1D(3, 2, "same", multiplier=2),
]


def by_loops(layer: Any, weight: np.ndarray, bias: Any, inputs: np.ndarray) -> np.ndarray:
    """The defining sum for inputs (B, H, W, F), with weight (h, w, F / groups, units)."""

    def pair(value: Any) -> tuple[int, int]:
        return value if isinstance(value, tuple) else (value, value)

    size, stride, dilation = weight.shape[:2], pair(layer.stride), pair(layer.dilation)
    reach = [(n - 1) * d + 1 for n, d in zip(size, dilation, strict=True)]
    pads = []
    for n, r, s, axis in zip(inputs.shape[1:3], reach, stride, (0, 1), strict=True):
        total = max((-(-n // s) - 1) * s + r - n, 0)
        known = {"same": (total // 2, total - total // 2), "valid": (0, 0), "causal": (r - 1, 0)}
        pads.append(known[layer.padding] if isinstance(layer.padding, str) else (pair(layer.padding)[axis],) * 2)
    padded = np.pad(inputs, ((0, 0), *pads, (0, 0)))
    rows, columns = ((padded.shape[a + 1] - reach[a]) // stride[a] + 1 for a in (0, 1))
    each, units = weight.shape[2], weight.shape[3]
    per_group = units // (inputs.shape[3] // each)
    outputs = np.zeros((len(inputs), rows, columns, units))
    for y, x, i, j, u in itertools.product(range(rows), range(columns), range(size[0]), range(size[1]), range(units)):
        start = u // per_group * each
        place = padded[:, y * stride[0] + i * dilation[0], x * stride[1] + j * dilation[1], start : start + each]
        outputs[:, y, x, u] += place @ weight[i, j, :, u]
    return outputs if bias is None else outputs + bias


@pytest.fixture
def drawn(initial: Callable[..., Any]) -> Callable[..., Any]:
    def draw(layer: Layer, shape: tuple[int, ...]) -> tuple[Any, Any]:
        inputs = np.random.default_rng(0).normal(size=shape).astype(np.float32)
        return initial(layer, shape[1:])[0], inputs

    return draw


def outputs_of(layer: Layer, parameters: Any, inputs: np.ndarray) -> np.ndarray:
    return np.asarray(jax.jit(lambda given: layer(parameters, given, Context()))(inputs))


@pytest.mark.parametrize("layer", PLACES)
def test_pictures_as_the_defining_sum(layer: Any, drawn: Callable[..., Any]) -> None:
    parameters, inputs = drawn(layer, (2, 7, 6, 6))
    expected = by_loops(layer, parameters["weight"], parameters.get("bias"), inputs)
    np.testing.assert_allclose(outputs_of(layer, parameters, inputs), expected, rtol=1e-4, atol=1e-4)
    assert layer.output_shape((7, 6, 6)) == expected.shape[1:]


class AsPicture:
    """A layer over steps, seen as one over pictures one row high."""

    def __init__(self, layer: Any) -> None:
        self.stride, self.dilation = (1, layer.stride), (1, layer.dilation)
        self.padding = (0, layer.padding) if isinstance(layer.padding, int) else layer.padding


@pytest.mark.parametrize("layer", STEPS)
def test_sequences_as_the_defining_sum(layer: Any, drawn: Callable[..., Any]) -> None:
    parameters, inputs = drawn(layer, (2, 11, 4))
    rows = inputs[:, None]
    expected = by_loops(AsPicture(layer), parameters["weight"][None], parameters.get("bias"), rows)[:, 0]
    np.testing.assert_allclose(outputs_of(layer, parameters, inputs), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("layer", [PLACES[1], PLACES[2], PLACES[3], PLACES[6]])
def test_gradients_over_places(layer: Layer, gradient_error: Callable[..., float]) -> None:
    inputs = np.random.default_rng(0).normal(size=(2, 7, 6, 6))
    assert gradient_error(layer, inputs, Context()) < 1e-7


@pytest.mark.parametrize("layer", [STEPS[1], STEPS[2], STEPS[4]])
def test_gradients_over_steps(layer: Layer, gradient_error: Callable[..., float]) -> None:
    inputs = np.random.default_rng(0).normal(size=(2, 11, 4))
    mask = jnp.arange(11) < jnp.asarray([[11], [6]])
    assert gradient_error(layer, inputs, Context(mask=mask)) < 1e-7


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups", "units"),
    [(1, 1, 1, 1, 5), (2, 0, 1, 1, 4), ((2, 1), (2, 1), (1, 2), 2, 4), (3, 2, 2, 4, 8), (1, 1, 1, 4, 4)],
)
def test_pictures_as_pytorch(
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    units: int,
    agree_with_torch: Callable[..., None],
    drawn: Callable[..., Any],
) -> None:
    from torch.nn import functional

    layer = Conv2D(units, (3, 2), stride, padding, dilation=dilation, groups=groups)
    parameters, inputs = drawn(layer, (3, 9, 8, 4))

    def ours(x: jax.Array, w: jax.Array, b: jax.Array) -> jax.Array:
        return layer({"weight": w, "bias": b}, x, Context())

    def theirs(x: Any, w: Any, b: Any) -> Any:
        maps = functional.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), b, stride, padding, dilation, groups)
        return maps.permute(0, 2, 3, 1)

    arrays = {"x": inputs, "w": parameters["weight"], "b": parameters["bias"]}
    agree_with_torch(ours, theirs, arrays)


@pytest.mark.parametrize(("stride", "padding", "dilation", "groups"), [(1, 1, 1, 1), (2, 0, 2, 1), (3, 4, 3, 2)])
def test_sequences_as_pytorch(
    stride: int,
    padding: int,
    dilation: int,
    groups: int,
    agree_with_torch: Callable[..., None],
    drawn: Callable[..., Any],
) -> None:
    from torch.nn import functional

    layer = Conv1D(6, 3, stride, padding, dilation, groups)
    parameters, inputs = drawn(layer, (3, 12, 4))

    def ours(x: jax.Array, w: jax.Array, b: jax.Array) -> jax.Array:
        return layer({"weight": w, "bias": b}, x, Context())

    def theirs(x: Any, w: Any, b: Any) -> Any:
        maps = functional.conv1d(x.permute(0, 2, 1), w.permute(2, 1, 0), b, stride, padding, dilation, groups)
        return maps.permute(0, 2, 1)

    arrays = {"x": inputs, "w": parameters["weight"], "b": parameters["bias"]}
    agree_with_torch(ours, theirs, arrays)


@pytest.mark.parametrize(
    "layer",
    [Conv1D(4), Conv1D(4, 4, 2, "valid"), Conv1D(4, 3, 2, "causal", 2), Conv1D(4, 3, 2, 1), DepthwiseConv1D(5)],
)
def test_padded_sequences_as_alone(layer: Layer, padded_equals_alone: Callable[..., None]) -> None:
    padded_equals_alone(layer, (9, 6), 9, 3)


def test_causal_windows_see_no_later_step(drawn: Callable[..., Any]) -> None:
    layer = Conv1D(3, 3, padding="causal", dilation=2)
    parameters, inputs = drawn(layer, (1, 10, 2))
    moved = inputs + (np.arange(10) == 6)[None, :, None].astype(np.float32)
    changed = outputs_of(layer, parameters, moved) != outputs_of(layer, parameters, inputs)
    assert changed.any(axis=(0, 2)).tolist() == [step in (6, 8) for step in range(10)]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Conv2D(0), "Conv2D: The 'units' setting must be a whole number of at least 1. Got 0 instead."),
        (lambda: Conv2D(4, (3, 0)), "Conv2D: The 'size' setting must be"),
        (lambda: Conv1D(4, padding="full"), "Conv1D: The 'padding' setting must be"),  # type: ignore[arg-type]
        (lambda: Conv2D(4, padding="causal"), "Conv2D: The 'padding' setting must be"),  # type: ignore[arg-type]
        (lambda: Conv2D(4, (3, 3, 3)).init(jax.random.key(0), (5, 5, 1)), "one number per axis, 2. Got (3, 3, 3)"),
        (lambda: Conv2D(4).init(jax.random.key(0), (5, 5)), "(height, width, channels). Got (5, 5) instead."),
        (lambda: Conv1D(4, groups=2).init(jax.random.key(0), (5, 3)), "3 channels and 4 units must both be multiples"),
        (lambda: Conv2D(4, 7, padding="valid").output_shape((5, 9, 1)), "A window of 7 does not fit 5 places"),
        (lambda: Conv2D(4, padding=-1).output_shape((5, 9, 1)), "must not be negative. Got -1 instead."),
    ],
)
def test_bad_settings_are_one_sentence(make: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        make()
    assert sentence in str(caught.value)
