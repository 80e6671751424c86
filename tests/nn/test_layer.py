"""The contract of a layer, with the layer of ten lines from its documentation."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from piste.nn.embedding import Embedding
from piste.nn.layer import Context, Layer
from piste.nn.sequential import Sequential
from piste.nn.spec import from_spec, to_spec


@dataclass(frozen=True)
class Scale(Layer):
    start: float = 1.0

    def init(self, key: jax.Array, shape: tuple[int, ...]) -> dict[str, Any]:
        return {"gain": jnp.full(shape[-1:], self.start)}

    def __call__(self, parameters: Any, inputs: jax.Array, context: Context) -> jax.Array:
        return parameters["gain"] * inputs


def test_a_layer_of_ones_own() -> None:
    model = Sequential((Scale(2.0), Scale(3.0)))
    parameters = model.init(jax.random.key(0), (4,))
    outputs, state = model.run(parameters, {}, jnp.ones((2, 4)), Context())
    assert outputs.tolist() == [[6.0] * 4] * 2
    assert state == {}
    assert model.output_shape((4,)) == (4,)
    assert from_spec(to_spec(model), (Sequential, Scale)) == model


def test_a_layer_without_a_call_says_so() -> None:
    class Empty(Layer):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty must define __call__\(parameters, inputs, context\)"):
        Empty()({}, jnp.ones((1, 2)), Context())


def test_every_child_has_a_key_of_its_own_and_keeps_the_mask() -> None:
    mask = jnp.ones((1, 2), bool)
    context = Context(True, jax.random.key(0), mask)
    keys = {tuple(jax.random.key_data(context.child(index).key).tolist()) for index in range(4)}  # type: ignore[arg-type]
    assert len(keys) == 4
    assert context.child(1).mask is mask
    assert context.child(1).training
    assert Context(True).child(1) == Context(True)


def test_the_mask_goes_as_far_as_the_steps() -> None:
    @dataclass(frozen=True)
    class Total(Layer):
        def __call__(self, parameters: Any, inputs: jax.Array, context: Context) -> jax.Array:
            return jnp.sum(inputs, axis=1)

    parameters = {"00_embedding": {"weight": jnp.ones((3, 2))}, "01_scale": {"gain": jnp.ones(2)}}
    tokens = jnp.asarray([[1, 2, 0]])
    steps = Sequential((Embedding(3, 2, padding=0), Scale()))
    mask = steps.flow(parameters, {}, tokens, Context())[2].mask
    assert mask is not None
    assert mask.tolist() == [[True, True, False]]
    assert Sequential((*steps.layers, Total())).flow(parameters, {}, tokens, Context())[2].mask is None
    assert Sequential((steps, Scale())).flow(
        {"00_sequential": parameters, "01_scale": {"gain": jnp.ones(2)}}, {}, tokens, Context()
    )[2].mask is not None  # fmt: skip
