"""The precision of a training: how many digits its numbers have.

`bfloat16` is mixed precision: the network computes in bfloat16, on copies of parameters that are kept and moved in
float32; the loss, the optimiser, the statistics of normalisation and every metric are float32 (Micikevicius et al.
2018, sec. 3.1 and 3.3). Its exponent is that of float32, so that no loss has to be scaled (Kalamkar et al. 2019).
`float64` is double throughout. JAX has doubles only where they are allowed; they are allowed inside `allowed` alone,
so that trainings in another precision, in the same process, compile and compute what they always do.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import jax
import jax.numpy as jnp

from piste.train.settings import Precision


class Precise(Protocol):
    """Anything that says in which precision it computes."""

    @property
    def precision(self) -> Precision:
        """The precision."""


Planned = TypeVar("Planned", bound=Precise)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def master(precision: Precision) -> Any:
    """Return the dtype of what is kept: parameters, optimiser, losses, statistics and metrics."""
    return jnp.float64 if precision == "float64" else jnp.float32


def allowed(precision: Precision) -> AbstractContextManager[None]:
    """Return the context in which arrays have the digits that `precision` needs, and no more.

    Everything that traces, compiles or runs a program of that precision, or hands it arrays, belongs inside. It holds
    for the present thread.
    """
    # Before jax 0.8 it was experimental.
    switch = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64
    return switch(precision == "float64")


def in_its_precision(
    function: Callable[Concatenate[Planned, Arguments], Result],
) -> Callable[Concatenate[Planned, Arguments], Result]:
    """Return `function`, whose first argument says its precision, run inside `allowed`."""

    @wraps(function)
    def run(plan: Planned, /, *more: Arguments.args, **options: Arguments.kwargs) -> Result:
        with allowed(plan.precision):
            return function(plan, *more, **options)

    return run


def kept(precision: Precision, tree: Any) -> Any:
    """Return `tree` with its floats as the master's; whole numbers and keys stay."""
    return jax.tree.map(lambda leaf: _as(leaf, master(precision)), tree)


def computed(precision: Precision, tree: Any) -> Any:
    """Return `tree` with its floats as the network computes with them."""
    return jax.tree.map(lambda leaf: _as(leaf, jnp.dtype(precision)), tree)


def _as(leaf: jax.Array, kind: Any) -> jax.Array:
    return leaf.astype(kind) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf
