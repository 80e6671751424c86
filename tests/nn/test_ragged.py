"""Sequences filled up with NaN."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer
from piste.nn.ragged import Ragged
from piste.nn.zoo.recurrent import recurrent
from piste.nn.zoo.sequence_cnn import sequence_cnn
from piste.nn.zoo.transformer import transformer_encoder

FIRST = (Ragged(),)
NETWORKS: dict[str, Layer] = {
    "gru": recurrent(3, (5, 4), "gru", bidirectional=True, inputs=FIRST),
    "lstm": recurrent(3, (5,), "lstm", inputs=FIRST),
    "rnn": recurrent(3, (5,), "rnn", inputs=FIRST),
    "transformer": transformer_encoder(3, width=8, inputs=FIRST),
    "cnn": sequence_cnn(3, 9, (4, 5), inputs=FIRST),
    "strided cnn": sequence_cnn(3, 9, (4, 5), (5, 3), stride=2, inputs=FIRST),
}


def test_ends_are_masked_and_no_nan_goes_on() -> None:
    inputs = jnp.array([[[1.0, jnp.nan], [0.0, 0.0], [jnp.nan, jnp.nan]]])
    outputs, _, context = Ragged().flow({}, {}, inputs, Context())
    np.testing.assert_array_equal(outputs, [[[1, 0], [0, 0], [0, 0]]])
    np.testing.assert_array_equal(context.mask, [[True, True, False]])


@pytest.mark.parametrize("name", NETWORKS)
def test_filling_up_changes_no_output_and_no_gradient(name: str) -> None:
    model = NETWORKS[name]
    inputs = np.random.default_rng(1).normal(size=(4, 9, 2)).astype(np.float32)
    inputs[1, 5:] = inputs[2, 1:] = np.nan
    longer = np.pad(inputs, [(0, 0), (0, 4), (0, 0)], constant_values=np.nan)
    parameters, state = model.init(jax.random.key(0), (9, 2)), model.init_state((9, 2))

    def total(parameters: object, inputs: jax.Array) -> tuple[jax.Array, jax.Array]:
        outputs = model.run(parameters, state, inputs, Context())[0]  # type: ignore[arg-type]
        return jnp.sum(jnp.sin(outputs)), outputs

    slope = jax.jit(jax.grad(total, has_aux=True))
    (short, outputs), (filled, others) = slope(parameters, inputs), slope(parameters, longer)
    np.testing.assert_allclose(outputs, others, atol=1e-5)
    for one, other in zip(jax.tree.leaves(short), jax.tree.leaves(filled), strict=True):
        assert np.isfinite(one).all()
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_other_inputs_are_refused() -> None:
    with pytest.raises(SettingError, match="takes sequences"):
        Ragged()({}, jnp.ones((2, 3)), Context())
