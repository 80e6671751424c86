"""The gradient by hand of a carried cell against automatic differentiation of the loop written out, in double."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.recurrence import recur
from piste.nn.recurrent import _gru_cell, _lstm_cell

STEPS, UNITS, BATCH = 5, 3, 4
CELLS: list[Any] = [(_gru_cell, 1, 3), (_lstm_cell, 2, 4)]


def written_out(
    cell: Any, count: int, reverse: bool, given: Any, recurrent: Any, offset: Any, mask: Any
) -> tuple[Any, ...]:
    states = (jnp.zeros((UNITS, BATCH)),) * count
    after = []
    for step in reversed(range(STEPS)) if reverse else range(STEPS):
        product = recurrent.T @ states[0] + offset[:, None]
        new = cell(*(tuple(jnp.split(rows, len(rows) // UNITS)) for rows in (given[step], product)), states)
        if mask is not None:
            new = tuple(jnp.where(mask[step], one, old) for one, old in zip(new, states, strict=True))
        states = new
        after.append(states)
    ordered = after[::-1] if reverse else after
    return tuple(jnp.stack(one) for one in zip(*ordered, strict=True))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("cell", "count", "gates"), CELLS)
def test_states_and_gradients(cell: Any, count: int, gates: int, masked: bool, reverse: bool) -> None:
    with jax.enable_x64(True):
        generator = np.random.default_rng(0)
        shapes = ((STEPS, gates * UNITS, BATCH), (UNITS, gates * UNITS), (gates * UNITS,))
        arguments = [jnp.asarray(generator.normal(size=shape)) for shape in shapes]
        mask = jnp.asarray(generator.random((STEPS, 1, BATCH)) < 0.6) if masked else None
        ours, back = jax.vjp(lambda g, r, o: recur(cell, count, reverse, g, r, o, mask), *arguments)
        theirs, expected = jax.vjp(lambda g, r, o: written_out(cell, count, reverse, g, r, o, mask), *arguments)
        upstream = tuple(jnp.asarray(generator.normal(size=one.shape)) for one in ours)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-12), ours, theirs)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-12), back(upstream), expected(upstream))
