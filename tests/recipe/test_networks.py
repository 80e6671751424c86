import dataclasses
from typing import get_args

import jax
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.data.settings import DataSettings
from piste.nn.resolve import resolve
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.networks import NETWORKS
from piste.recipe.own_network import OWN
from piste.recipe.settings import ModelName, ModelSettings, Settings
from piste.train.settings import TrainingSettings


def decided(facts: Facts, **model: object) -> ModelSettings:
    settings = Settings(DataSettings(), ModelSettings(**model), TrainingSettings())  # type: ignore[arg-type]
    return decide(settings, dict.fromkeys(model, "python"), facts)[0].model


def parameters(facts: Facts, **model: object) -> int:
    settings = decided(facts, **model)
    layer = resolve(NETWORKS[settings.model or "mlp"].build(settings, 3, facts.shape, ()))
    assert layer.output_shape(facts.shape) == (3,)
    tree = jax.eval_shape(lambda key: layer.init(key, facts.shape), jax.random.key(0))
    return sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(tree))


def test_every_name_of_the_setting_is_a_network() -> None:
    assert set(NETWORKS) == set(get_args(ModelName))


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != OWN])
def test_every_network_is_built_from_its_name_alone(name: str) -> None:
    for inputs in set(NETWORKS[name].takes) - {"texts"}:
        shape = {"table": (11,), "pictures": (32, 32, 3), "sequences": (12, 2)}[inputs]
        facts = Facts(Task.MANY_CLASS, 2_000, shape)
        assert facts.inputs == inputs
        assert parameters(facts, model=name) > 0


PICTURES = Facts(Task.MANY_CLASS, 2_000, (32, 32, 3))


@pytest.mark.parametrize("name", ["vgg", "resnet", "small-resnet"])
def test_deeper_and_wider_is_larger(name: str) -> None:
    plain = parameters(PICTURES, model=name)
    assert parameters(PICTURES, model=name, depth=NETWORKS[name].depths[1]) > plain
    assert parameters(PICTURES, model=name, width=4) < plain


def test_blocks_are_sized_by_width_or_by_hidden() -> None:
    table = dataclasses.replace(PICTURES, shape=(7,))
    by_width = parameters(table, model="residual-mlp", width=8, depth=2)
    assert by_width == parameters(table, model="residual-mlp", hidden=(8,), depth=2)
    assert by_width < parameters(table, model="residual-mlp", depth=2)


def test_a_resnet_of_small_pictures_starts_small() -> None:
    # He et al. 2016, table 1, with three outputs: the 7x7 convolution of 9,408 weights becomes a 3x3 one of 1,728.
    large = parameters(dataclasses.replace(PICTURES, shape=(224, 224, 3)), model="resnet")
    assert large == 11_689_512 - 1000 * 513 + 3 * 513
    assert parameters(PICTURES, model="resnet") == large - 9_408 + 1_728


@pytest.mark.parametrize(
    ("shape", "model", "message"),
    [
        ((7,), {"model": "resnet"}, "needs pictures"),
        ((32, 32, 3), {"model": "residual-mlp"}, "needs a table"),
        ((16, 16, 1), {"model": "vgg"}, "at least 32 pixels, and these have 16"),
        ((32, 32, 3), {"model": "resnet", "depth": 19}, "a depth of 18, 34, 50, 101, 152"),
        ((32, 32, 3), {"model": "cnn", "depth": 3}, "'depth' setting belongs to the model"),
        ((7,), {"model": "residual-mlp", "width": 8, "hidden": (8,)}, "as wide as --width or --hidden says"),
        ((32, 32, 3), {"model": "cnn", "width": 3}, "'width' setting belongs to the model"),
    ],
)
def test_what_does_not_fit_is_one_sentence(shape: tuple[int, ...], model: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        decided(Facts(Task.MANY_CLASS, 500, shape), **model)
