import jax
import jax.numpy as jnp
import numpy as np

from piste.train.in_step import most, rounds

COUNTS = jnp.asarray([3, 0, 5, 1], jnp.int32)


def powers(axis: str | None, count: jax.Array) -> jax.Array:
    """Return two to the power of `count`, by as many rounds."""
    return rounds(axis, lambda loop: loop[0] < count, lambda loop: (loop[0] + 1, loop[1] * 2), jnp.float32(1))


def test_each_makes_its_own_rounds_and_then_stays_as_it_is() -> None:
    alone = [powers(None, count) for count in COUNTS]
    in_step = jax.vmap(lambda count: powers("members", count), axis_name="members")(COUNTS)
    np.testing.assert_array_equal(alone, 2.0 ** np.asarray(COUNTS))
    np.testing.assert_array_equal(in_step, alone)


def test_most_is_of_all_that_go_in_step() -> None:
    assert int(most(None, COUNTS[0])) == 3
    found = jax.vmap(lambda count: most("members", count), axis_name="members")(COUNTS)
    np.testing.assert_array_equal(found, [5, 5, 5, 5])
    assert bool(jax.vmap(lambda count: most("members", count > 4), axis_name="members")(COUNTS)[0])
