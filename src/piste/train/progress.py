"""What is heard of a training while it goes on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import jax
import numpy as np

from piste.core.errors import PisteError
from piste.core.records import EpochRecord
from piste.nn.layer import Parameters, State
from piste.train.compiler import jitted
from piste.train.layout import Layout, Parts
from piste.train.plan import Carry, Plan


@dataclass(frozen=True)
class Progress:
    """Where a training stands between two calls of the compiled program.

    Attributes
    ----------
    done
        Epochs that are over, with a fraction.
    epochs
        Epochs there are, at most.
    record
        What the validation just done measured; None between two validations.
    parameters
        A function that gives the parameters as they are now (not the best ones, nor an average), a tree of NumPy
        arrays. They are fetched from the device when it is called, and only while the training waits for who
        watches: later it raises `PisteError`.
    state
        A function that gives the running state likewise: the means and variances of batch norm.
    """

    done: float
    epochs: float
    record: EpochRecord | None
    parameters: Callable[[], Parameters]
    state: Callable[[], State] = dict


Watch = Callable[[Progress], object]
"""A function that hears of the progress. Returning True ends the training, with the best parameters so far."""


def unheard(progress: Progress) -> None:
    """Pass over the progress."""


def present(plan: Plan, carry: Carry) -> tuple[Callable[[], Parameters], Callable[[], State]]:
    """Return the functions that fetch parameters and running state of `carry`, until the training goes on."""

    def parameters() -> Parameters:
        _still(carry)
        return on_host(plan.layout, carry.weights)

    def state() -> State:
        _still(carry)
        running: State = jax.tree.map(np.asarray, carry.state)
        return running

    return parameters, state


def _still(carry: Carry) -> None:
    if carry.weights[0].is_deleted():
        raise PisteError(
            "The training has gone on, and with it these parameters: ask progress.parameters() for them inside "
            "the function that watches, and keep what it returns."
        )


def on_host(layout: Layout, weights: Parts) -> Parameters:
    """Return the parameters in `weights` as a tree of NumPy arrays."""
    tree: Parameters = jax.tree.map(np.asarray, _unpack(layout)(weights))
    return tree


@lru_cache(maxsize=64)
def _unpack(layout: Layout) -> Callable[[Parts], Parameters]:
    """Return the program that gives the tree of parameters."""
    return jitted(partial(Layout.unpack, layout))
