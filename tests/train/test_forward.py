from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.embedding import Embedding
from piste.nn.layer import Context, Layer, Parameters, Shape, State
from piste.nn.normalisation import BatchNorm, Standardise
from piste.nn.pooling import GlobalAveragePool
from piste.nn.resolve import resolve
from piste.nn.sequential import Sequential
from piste.train.forward import forward
from piste.train.precision import allowed

TABLE = resolve(Sequential((Dense(8), BatchNorm(), Activation("relu"), Dropout(0.8), Dense(3))))
PICTURES = resolve(
    Sequential(
        (Standardise((99.0,), (70.0,)), Conv2D(4), BatchNorm(), Activation("relu"), GlobalAveragePool(), Dense(3))
    )
)


@dataclass(frozen=True)
class Widening(Layer):
    """Keeps the widest dtype it has seen in its state, as a careless layer would."""

    def init_state(self, shape: Shape) -> State:
        return {"last": jnp.zeros(shape, jnp.float32)}

    def run(self, parameters: Parameters, state: State, inputs: jax.Array, context: Context) -> tuple[jax.Array, State]:
        return inputs, {"last": inputs[0]}


@pytest.mark.parametrize(("model", "shape", "kind"), [(TABLE, (5,), "float32"), (PICTURES, (6, 6, 1), "uint8")])
@pytest.mark.parametrize("training", [True, False])
def test_float32_on_one_device_adds_no_operation(
    model: Layer, shape: tuple[int, ...], kind: str, training: bool
) -> None:
    parameters, state = model.init(jax.random.key(0), shape), model.init_state(shape)
    inputs = jnp.ones((4, *shape), kind)

    def plain(parameters: Parameters, state: State, inputs: jax.Array, key: jax.Array) -> tuple[jax.Array, State]:
        return model.run(parameters, state, inputs, Context(training, key))

    def through(parameters: Parameters, state: State, inputs: jax.Array, key: jax.Array) -> tuple[jax.Array, State]:
        return forward(model, "float32", 1, parameters, state, inputs, Context(training, key))

    arguments = (parameters, state, inputs, jax.random.key(1))
    assert str(jax.make_jaxpr(plain)(*arguments)) == str(jax.make_jaxpr(through)(*arguments))


def test_bfloat16_multiplies_in_bfloat16_and_gives_float32() -> None:
    parameters, state = TABLE.init(jax.random.key(0), (5,)), TABLE.init_state((5,))
    inputs = jax.random.normal(jax.random.key(1), (64, 5))

    def run(parameters: Parameters) -> tuple[jax.Array, State]:
        return forward(TABLE, "bfloat16", 1, parameters, state, inputs, Context(True, jax.random.key(2)))

    lines = jax.jit(run).lower(parameters).as_text().splitlines()
    products = [line.split(":", 1)[1] for line in lines if "dot_general" in line]
    assert len(products) == 2
    assert all("bf16" in types and "f32" not in types for types in products)
    outputs, after = run(parameters)
    assert {leaf.dtype for leaf in jax.tree.leaves((outputs, after))} == {jnp.dtype(jnp.float32)}
    exact, _ = TABLE.run(parameters, state, inputs, Context(True, jax.random.key(2)))
    np.testing.assert_allclose(outputs, exact, atol=0.05)
    # The gradients reach the float32 parameters as float32.
    gradients = jax.grad(lambda parameters: jnp.sum(run(parameters)[0]))(parameters)
    assert {leaf.dtype for leaf in jax.tree.leaves(gradients)} == {jnp.dtype(jnp.float32)}


def test_double_standardises_pictures_in_double() -> None:
    with allowed("float64"):
        layer = Sequential((Standardise((0.1,), (0.3,)),))
        pictures = jnp.arange(8, dtype=jnp.uint8).reshape(2, 2, 2, 1)
        outputs, _ = forward(layer, "float64", 1, {}, {}, pictures, Context())
    np.testing.assert_allclose(outputs.ravel(), (np.arange(8) - 0.1) / 0.3, rtol=1e-15)


@pytest.mark.parametrize("kind", ["int32", "float32"])
def test_numbers_that_stand_for_words_are_not_rounded(kind: str) -> None:
    model = Sequential((Embedding(600, 2),))
    odd = jnp.arange(600) % 2
    parameters = {"00_embedding": {"weight": jnp.stack([odd, 1 - odd], axis=1).astype(jnp.float32)}}
    # In bfloat16, which knows even numbers alone from 256 on, 257 would be another word.
    outputs, _ = forward(model, "bfloat16", 1, parameters, {}, jnp.asarray([[257, 510, 515]], kind), Context())
    np.testing.assert_array_equal(outputs[0, :, 0], [1, 0, 1])


def test_a_state_keeps_its_dtype() -> None:
    _, state = forward(Widening(), "bfloat16", 1, {}, {"last": jnp.zeros(3)}, jnp.ones((2, 3)), Context(True))
    assert state["last"].dtype == jnp.float32
