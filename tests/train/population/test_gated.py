"""A network with room for more blocks than it has, beside the network itself."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.layer import Context
from piste.nn.sequential import Sequential, child_name
from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.recurrent import recurrent
from piste.train.population.gated import Gated

BLOCK = mlp(1, (4,), dropout=0.4).layers[:-1]
HEAD = mlp(1, (4,), dropout=0.4).layers[-1:]
KEY, INPUTS = jax.random.key(0), jnp.asarray(np.random.default_rng(0).normal(size=(5, 3)), jnp.float32)


def network(count: int) -> Sequential:
    return Sequential((*BLOCK * count, *HEAD))


def gated(live: Any, blocks: int = 3) -> Gated:
    return Gated(network(blocks).layers, 0, len(BLOCK), blocks, live)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("known", [True, False])
def test_outputs_state_and_gradients_are_those_of_the_network_alone(count: int, known: bool) -> None:
    alone = network(count)

    def both(live: Any) -> Any:
        room = gated(live)
        parameters, state = room.init(KEY, (3,)), room.init_state((3,))

        def loss(parameters: Any) -> Any:
            outputs, new = room.run(parameters, state, INPUTS, Context(True, jax.random.key(7)))
            return jnp.sum(jnp.square(outputs)), (outputs, new)

        return jax.value_and_grad(loss, has_aux=True)(parameters)

    def own(parameters: Any) -> Any:
        outputs, new = alone.run(parameters, alone.init_state((3,)), INPUTS, Context(True, jax.random.key(7)))
        return jnp.sum(jnp.square(outputs)), (outputs, new)

    (_, (outputs, state)), slopes = both(count) if known else jax.jit(both)(jnp.int32(count))
    (_, (expected, after)), own_slopes = jax.value_and_grad(own, has_aux=True)(alone.init(KEY, (3,)))
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
    room = gated(count)
    for number, layer in enumerate(alone.layers):
        name, place = child_name(number, layer), child_name(room.place(number, count), layer)
        for there, here in ((state, after), (slopes, own_slopes)):
            assert (place in there) == (name in here)
            if name in here:
                jax.tree.map(
                    lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6), there[place], here[name]
                )
    gone = [child_name(index, BLOCK[0]) for index in range(count * len(BLOCK), 3 * len(BLOCK), len(BLOCK))]
    assert not any(np.any(leaf) for name in gone for leaf in jax.tree.leaves(slopes[name]))


def test_the_mask_of_sequences_goes_past_blocks_that_do_not_count() -> None:
    layers = recurrent(2, (3, 3, 3, 3), "rnn").layers
    room = Gated(layers, 0, 1, 3, jnp.int32(2))
    alone = Sequential((*layers[:2], *layers[3:]))
    inputs = jnp.asarray(np.random.default_rng(1).normal(size=(4, 6, 2)), jnp.float32)
    context = Context(mask=jnp.arange(6) < jnp.asarray([[6], [4], [1], [3]]))
    found, _, after = room.flow(room.init(KEY, (6, 2)), {}, inputs, context)
    expected, _, mask = alone.flow(alone.init(KEY, (6, 2)), {}, inputs, context)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert (after.mask is None) == (mask.mask is None)


def test_layers_after_the_blocks_keep_their_own_numbers() -> None:
    room = gated(1)
    assert [room.place(number, 1) for number in range(5)] == [0, 1, 2, 3, 12]
    assert [room.place(number, 2) for number in (7, 8)] == [7, 12]
