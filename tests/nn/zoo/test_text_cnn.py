"""The convolutional network for text."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.nn.layer import Context
from piste.nn.zoo.text_cnn import text_cnn


def test_parameters_by_hand(size: Callable[..., int]) -> None:
    # The sizes of Kim 2014: vectors of 300, 100 windows each of 3, 4 and 5 words, two classes.
    expected = 5000 * 300 + (3 + 4 + 5) * 300 * 100 + 3 * 100 + 300 * 2 + 2
    assert size(text_cnn(2, 5000, width=300), 50) == expected


def test_padding_changes_nothing(initial: Callable[..., Any]) -> None:
    model = text_cnn(2, 9, width=6, units=4)
    parameters, _ = initial(model, (12,))
    text = np.asarray([[3, 1, 4, 1, 5, 8, 2]])
    longer = np.pad(text, ((0, 0), (0, 5)))
    run = jax.jit(lambda tokens: model.run(parameters, {}, tokens, Context())[0])
    np.testing.assert_allclose(run(jnp.asarray(longer)), run(jnp.asarray(text)), rtol=1e-5)
