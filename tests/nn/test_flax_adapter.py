"""Flax modules as layers, where Flax is installed; else that its absence is said."""

import json
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.catalog import LAYERS
from piste.core.errors import MissingExtraError, SettingError
from piste.nn.dense import Dense
from piste.nn.flax_adapter import flax_layer
from piste.nn.layer import Context
from piste.nn.sequential import Sequential
from piste.nn.spec import from_spec, to_spec

INPUTS = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3)), jnp.float32)


def test_without_flax_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flax", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'piste\[flax\]'"):
        flax_layer(object)


def test_a_module_computes_as_by_itself_and_survives_json() -> None:
    linen = pytest.importorskip("flax.linen")
    block = flax_layer(linen.Dense)
    layer: Any = block(features=5, use_bias=False)  # type: ignore[call-arg]
    parameters = layer.init(jax.random.key(0), (3,))
    np.testing.assert_allclose(
        layer.run(parameters, {}, INPUTS, Context())[0], INPUTS @ parameters["kernel"], rtol=1e-5
    )
    model = Sequential((layer, Dense(2)))
    assert model.output_shape((3,)) == (2,)
    assert from_spec(json.loads(json.dumps(to_spec(model))), (*LAYERS, block)) == model


def test_running_state_training_and_keys_reach_the_module() -> None:
    linen = pytest.importorskip("flax.linen")

    class Net(linen.Module):  # type: ignore[misc, name-defined, unused-ignore]
        rate: float = 0.5

        @linen.compact
        def __call__(self, x: Any, train: bool) -> Any:
            x = linen.BatchNorm(use_running_average=not train, momentum=0.5)(x)
            return linen.Dropout(self.rate, deterministic=not train)(x)

    layer = flax_layer(Net)(rate=0.25)  # type: ignore[call-arg]
    parameters, state = layer.init(jax.random.key(0), (3,)), layer.init_state((3,))
    outputs, after = layer.run(parameters, state, INPUTS, Context(True, jax.random.key(1)))
    mean = after["batch_stats"]["BatchNorm_0"]["mean"]
    np.testing.assert_allclose(mean, 0.5 * INPUTS.mean(0), rtol=1e-4)
    assert (outputs == 0).any()
    still, same = layer.run(parameters, state, INPUTS, Context())
    np.testing.assert_allclose(still, INPUTS, rtol=1e-4)
    assert jax.tree.map(jnp.shape, same) == jax.tree.map(jnp.shape, after)


def test_anything_else_is_refused() -> None:
    pytest.importorskip("flax.linen")
    with pytest.raises(SettingError, match=r"takes a class of flax.linen.Module\. Got 3 instead"):
        flax_layer(3)  # type: ignore[arg-type]
