"""What the tests of all networks share."""

import json
import math
from collections.abc import Callable
from typing import Any

import jax
import pytest

from piste.catalog import LAYERS
from piste.nn.layer import Layer
from piste.nn.spec import from_spec, to_spec


def _size(model: Layer, *shape: int) -> int:
    """The number of parameters, and that the model survives JSON."""
    assert from_spec(json.loads(json.dumps(to_spec(model))), LAYERS) == model
    tree: Any = jax.eval_shape(lambda key: model.init(key, shape), jax.random.key(0))
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(tree))


@pytest.fixture(scope="session")
def size() -> Callable[..., int]:
    return _size
