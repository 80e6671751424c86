"""Residual networks with their known numbers of parameters, and one step of PyTorch's block."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.layer import Context
from piste.nn.residual import Residual
from piste.nn.zoo.resnet import resnet, small_resnet


@pytest.mark.parametrize(
    ("depth", "parameters"),
    [(18, 11_689_512), (34, 21_797_672), (50, 25_557_032), (101, 44_549_160), (152, 60_192_808)],
)
def test_parameters_of_the_literature(depth: int, parameters: int, size: Callable[..., int]) -> None:
    assert size(resnet(1000, depth), 224, 224, 3) == parameters


def test_parameters_of_the_small_ones(size: Callable[..., int]) -> None:
    # With shortcuts that have no weights the networks of 20 and 56 layers have 269,722 and 853,018 (0.27M and 0.85M
    # in the paper's table 6, counted exactly); the two 1x1 convolutions with their batch norms add 2,752.
    assert size(small_resnet(10, 20), 32, 32, 3) == 269_722 + 2_752
    assert size(small_resnet(10, 56), 32, 32, 3) == 853_018 + 2_752
    assert size(small_resnet(10, 20, residual=False), 32, 32, 3) == 269_722


def test_small_pictures_keep_their_places() -> None:
    model = resnet(10, 18, width=8, small=True)
    assert model.output_shape((32, 32, 3)) == (10,)
    shapes = [(16, 16, 3)]
    for layer in model.layers:
        shapes.append(layer.output_shape(shapes[-1]))  # type: ignore[arg-type]
    assert (2, 2, 64) in shapes
    assert sum(isinstance(layer, Residual) for layer in model.layers) == 8
    assert not any(isinstance(layer, Residual) for layer in resnet(10, 18, residual=False).layers)


def test_a_block_as_pytorch(agree_with_torch: Callable[..., None], initial: Callable[..., Any]) -> None:
    from torch.nn import functional

    block = next(one for one in small_resnet(10, 20, width=4).layers if isinstance(one, Residual) and one.shortcut)
    parameters, state = initial(block, (8, 8, 4))
    paths, structure = jax.tree.flatten_with_path(parameters)
    flat = {jax.tree_util.keystr(path, simple=True, separator="_"): leaf for path, leaf in paths}

    def ours(x: jax.Array, **given: jax.Array) -> jax.Array:
        tree = jax.tree.unflatten(structure, [given[name] for name in flat])
        return block.run(tree, state, x, Context(True))[0]

    def theirs(x: Any, **given: Any) -> Any:
        def normal(maps: Any, where: str) -> Any:
            gamma, beta = given[f"{where}_gamma"], given[f"{where}_beta"]
            return functional.batch_norm(maps, None, None, gamma, beta, training=True)

        def convolved(maps: Any, where: str, stride: int) -> Any:
            weight = given[f"{where}_weight"].permute(3, 2, 0, 1)
            return functional.conv2d(maps, weight, stride=stride, padding=weight.shape[2] // 2)

        x = x.permute(0, 3, 1, 2)
        y = functional.relu(normal(convolved(x, "body_00_conv2d", 2), "body_01_batch_norm"))
        y = normal(convolved(y, "body_03_conv2d", 1), "body_04_batch_norm")
        s = normal(convolved(x, "shortcut_00_conv2d", 2), "shortcut_01_batch_norm")
        return (y + s).permute(0, 2, 3, 1)

    inputs = np.random.default_rng(0).normal(size=(4, 8, 8, 4))
    agree_with_torch(ours, theirs, {"x": inputs, **flat}, 2e-5)


def test_one_pass_gives_finite_logits(initial: Callable[..., Any]) -> None:
    model = small_resnet(10, 8, width=4)
    parameters, state = initial(model, (8, 8, 3))
    outputs, _ = jax.jit(lambda x: model.run(parameters, state, x, Context(True)))(jnp.ones((2, 8, 8, 3)))
    assert outputs.shape == (2, 10)
    assert np.isfinite(outputs).all()


def test_an_unknown_depth_is_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"a depth of 18, 34, 50, 101, 152\. Got 20 instead"):
        resnet(10, 20)
    with pytest.raises(SettingError, match=r"a depth of 6n \+ 2, .* Got 18 instead"):
        small_resnet(10, 18)
