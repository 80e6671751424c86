"""What a trained network gives for examples, computed in chunks by one compiled program."""

from collections.abc import Callable
from functools import lru_cache

import jax
import numpy as np
from jax import lax
from numpy.typing import NDArray

from piste.nn.layer import Context, Layer, Parameters, State
from piste.train.compiler import jitted
from piste.train.examples import EVALUATION_CHUNK
from piste.train.forward import forward
from piste.train.precision import allowed, kept
from piste.train.settings import Precision
from piste.train.sharding import placements

_CHUNKS_PER_CALL = 64


def outputs(
    model: Layer,
    parameters: Parameters,
    state: State,
    inputs: NDArray[np.generic],
    precision: Precision = "float32",
    devices: int = 1,
) -> NDArray[np.floating]:
    """Return the model's raw outputs (B, ...) in evaluation mode for `inputs` (B, ...).

    Rows are computed in chunks padded to few different sizes, so that another number of rows compiles nothing new
    and memory stays small. They are computed in `precision`, that of the training, each chunk divided among `devices`,
    and are float64 where that is, else float32.
    """
    with allowed(precision):
        program = _compiled(model, precision, devices)
        pieces = []
        for start in range(0, len(inputs), EVALUATION_CHUNK * _CHUNKS_PER_CALL):
            piece = inputs[start : start + EVALUATION_CHUNK * _CHUNKS_PER_CALL]
            computed = np.asarray(program(parameters, state, _chunked(piece)))
            pieces.append(computed.reshape(-1, *computed.shape[2:])[: len(piece)])
    return np.concatenate(pieces) if pieces else np.zeros((0, *model.output_shape(inputs.shape[1:])), np.float32)


def _chunked(rows: NDArray[np.generic]) -> NDArray[np.generic]:
    # Whole powers of two of chunks: seven programs cover every number of rows.
    chunk = min(EVALUATION_CHUNK, 1 << (len(rows) - 1).bit_length())
    chunks = 1 << (-(-len(rows) // chunk) - 1).bit_length()
    padded = np.pad(rows, [(0, chunks * chunk - len(rows))] + [(0, 0)] * (rows.ndim - 1))
    return padded.reshape(chunks, chunk, *rows.shape[1:])


@lru_cache(maxsize=16)
def _compiled(
    model: Layer, precision: Precision, devices: int
) -> Callable[[Parameters, State, NDArray[np.generic]], jax.Array]:
    def run(parameters: Parameters, state: State, chunks: jax.Array) -> jax.Array:
        parameters, state = kept(precision, (parameters, state))

        def one(chunk: jax.Array) -> jax.Array:
            return forward(model, precision, devices, parameters, state, chunk, Context())[0]

        return lax.map(one, kept(precision, chunks))

    return jitted(run, **placements(devices))
