"""The arguments of `piste.minimise` as the program takes them, with one sentence for each mistake."""

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.train.descent import Descent, Function
from piste.train.layout import Layout, Parts
from piste.train.optimisers import LBFGS, Optimiser

LEARNING_RATE = 0.01


def descent_of(f: Function, start: Any, optimiser: Any) -> tuple[Descent, Parts]:
    """Return what is compiled, and the start as parts."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(start):
        kind = np.result_type(leaf) if isinstance(leaf, int | float | complex) else getattr(leaf, "dtype", type(leaf))
        if not (isinstance(kind, np.dtype) and jnp.issubdtype(kind, jnp.floating)):
            place = jax.tree_util.keystr(path)
            raise SettingError(
                f"The start{' at ' + place if place else ''} must be floating-point numbers. Got {_named(kind)} "
                "instead: write 0.0 for 0, and give what is not to be changed as data."
            )
    leaves = [jnp.asarray(leaf) for leaf in jax.tree.leaves(start)]
    if not sum(leaf.size for leaf in leaves):
        raise SettingError(f"The start has no numbers in it. Got {start!r}.")
    dtype = jnp.result_type(*leaves)
    tree = jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype), start)
    layout = Layout.of(tree)
    return Descent(f, layout, _stepping(optimiser)), layout.pack(tree)


def _named(kind: Any) -> str:
    return str(kind) if isinstance(kind, np.dtype) else kind.__name__


def _stepping(optimiser: Any) -> Optimiser | optax.GradientTransformation:
    if isinstance(optimiser, str) and optimiser != LBFGS:
        optimiser = Optimiser(optimiser)
    if optimiser in (LBFGS, Optimiser(LBFGS)):
        return _lbfgs()
    if isinstance(optimiser, Optimiser) and optimiser.name == LBFGS:
        raise SettingError("With lbfgs, put penalties into the function itself: its line search must see them.")
    if not isinstance(optimiser, Optimiser | optax.GradientTransformation):
        raise SettingError(
            f"The optimiser must be a name, an Optimiser or an Optax transformation. Got {optimiser!r} instead."
        )
    return optimiser


@cache
def _lbfgs() -> optax.GradientTransformation:
    return optax.lbfgs()  # one object, so that equal descents share their compilation


def rates_of(learning_rate: Any, steps: int, stepping: Any) -> NDArray[np.float64]:
    """Return the rate of each step, (steps,)."""
    if learning_rate is not None and not isinstance(stepping, Optimiser):
        raise SettingError("This optimiser holds its own rate: leave learning_rate out, or choose a named optimiser.")
    given = np.asarray(LEARNING_RATE if learning_rate is None else learning_rate, np.float64)
    if given.shape not in ((), (steps,)):
        raise SettingError(
            f"The learning_rate must be one number or one for each of {steps} steps. Got an array of shape "
            f"{given.shape} instead."
        )
    if not np.all(np.isfinite(given) & (given >= 0)):
        raise SettingError("The learning_rate must be finite and not negative.")
    return np.broadcast_to(given, (steps,))


def check_batches(batch_size: int | None, optimiser: Any, tolerance: float) -> None:
    """Refuse batches where every step must see the same function."""
    if batch_size is not None and optimiser in (LBFGS, Optimiser(LBFGS)):
        raise SettingError("The optimiser lbfgs compares values of one function: leave batch_size out.")
    if batch_size is not None and tolerance > 0:
        raise SettingError("A batch's gradient is small by chance: use tolerance without batch_size.")


def as_arrays(tree: Any, index: int) -> Any:
    """Return data argument number `index` with JAX arrays as leaves."""
    for leaf in jax.tree.leaves(tree):
        if not isinstance(leaf, jax.Array) and np.asarray(leaf).dtype.kind not in "biufcV":
            raise SettingError(
                f"Data argument {index + 1} must be made of arrays and numbers. Got {type(leaf).__name__} instead: "
                "settle it inside the function, for example with functools.partial."
            )
    return jax.tree.map(jnp.asarray, tree)


def check_output(descent: Descent, weights: Parts, data: Any) -> None:
    """Refuse a function that does not give one floating-point number for such parameters and data."""

    def at(weights: Parts, *data: Any) -> Any:
        return descent.function(descent.layout.unpack(weights), *data)

    output = jax.eval_shape(at, weights, *data)
    if not isinstance(output, jax.ShapeDtypeStruct):
        raise SettingError(f"The function must return one number. Got {type(output).__name__} instead.")
    if output.shape != ():
        raise SettingError(
            f"The function must return one number. Got an array of shape {output.shape} instead: "
            "take its mean or its sum."
        )
    if not jnp.issubdtype(output.dtype, jnp.floating):
        raise SettingError(f"The function must return a floating-point number. Got {output.dtype} instead.")
