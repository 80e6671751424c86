"""Transformers with their known numbers of parameters."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.layer import Context
from piste.nn.transformer import TransformerBlock
from piste.nn.zoo.transformer import causal_transformer, transformer_decoder, transformer_encoder


def test_parameters_of_the_literature(size: Callable[..., int]) -> None:
    # The base block of Vaswani et al. 2017, as PyTorch counts it.
    assert size(TransformerBlock(8, 2048), 10, 512) == 3_152_384
    # GPT-2 small has 124,439,808 with the output weights those of the embedding; ours has them twice, and a bias.
    gpt2 = transformer_decoder(50_257, width=768, blocks=12, heads=12, positions="learned", steps=1024)
    assert size(gpt2, 1024) == 124_439_808 + 50_257 * 768 + 50_257


@pytest.mark.parametrize("network", [transformer_encoder, causal_transformer])
@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "rotary"])
def test_padding_changes_nothing(network: Any, positions: Any, initial: Callable[..., Any]) -> None:
    model = network(2, 9, width=8, heads=2, blocks=1, positions=positions, steps=16)
    parameters, _ = initial(model, (12,))
    text = np.asarray([[3, 1, 4, 1, 5, 8, 2]])
    longer = np.pad(text, ((0, 0), (0, 5)))
    run = jax.jit(lambda tokens: model.run(parameters, {}, tokens, Context())[0])
    np.testing.assert_allclose(run(jnp.asarray(longer)), run(jnp.asarray(text)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("network", [transformer_encoder, causal_transformer])
def test_sequences_of_numbers_are_read_too(network: Any, size: Callable[..., int]) -> None:
    model = network(3, width=16, blocks=1)
    assert model.output_shape((20, 5)) == (3,)
    assert size(model, 20, 5) == (5 * 16 + 16) + (12 * 16 * 16 + 13 * 16) + 2 * 16 + (16 * 3 + 3)


def test_the_decoder_foretells_from_what_came_before(initial: Callable[..., Any]) -> None:
    model = transformer_decoder(9, width=8, heads=2, blocks=2)
    parameters, _ = initial(model, (7,))
    run = jax.jit(lambda tokens: model.run(parameters, {}, tokens, Context())[0])
    one, other = run(jnp.asarray([[3, 1, 4, 1, 5, 8, 2]])), run(jnp.asarray([[3, 1, 4, 1, 6, 8, 2]]))
    assert one.shape == (1, 7, 9)
    np.testing.assert_array_equal(one[:, :4], other[:, :4])
    assert (one[:, 4:] != other[:, 4:]).any(axis=(0, 2)).all()


def test_the_causal_classifier_is_the_decoder_read_out_at_its_last_step(initial: Callable[..., Any]) -> None:
    model = causal_transformer(3, 9, width=8, heads=2, blocks=2)
    parameters, _ = initial(model, (7,))
    decoder = transformer_decoder(9, width=8, heads=2, blocks=2)
    layers = {f"{index:02d}": parameters[name] for index, name in enumerate(sorted(parameters))}
    names = sorted(decoder.init(jax.random.key(0), (7,)))
    assert len(names) == len(layers)
    head = parameters[max(parameters)]
    shared = dict(zip(names, layers.values(), strict=True)) | {
        names[-1]: {"weight": jnp.eye(8, 9), "bias": jnp.zeros(9)}
    }
    tokens = jnp.asarray([[3, 1, 4, 1, 5, 8, 2]])
    hidden = decoder.run(shared, {}, tokens, Context())[0][:, -1, :8]
    outputs = model.run(parameters, {}, tokens, Context())[0]
    np.testing.assert_allclose(outputs, hidden @ head["weight"] + head["bias"], rtol=1e-4, atol=1e-6)
