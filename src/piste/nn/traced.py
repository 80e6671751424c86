"""Settings that are values of a running program in place of Python's numbers, so that one program serves many of them.

A layer, a loss or an optimiser computes with its settings as usual; where it decides by one while the program is made
("is there any decay?"), it asks here, and what is not known yet counts as on.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
from jax import lax

Result = TypeVar("Result")


def is_known(value: Any) -> bool:
    """Return whether a setting is a number while the program is made."""
    return isinstance(value, int | float)


def is_off(value: Any) -> bool:
    """Return whether a strength is known to be zero."""
    return is_known(value) and value <= 0


def rounded(value: Any) -> Any:
    """Return the whole number next to `value`, the even one of two: int, or int32 where it is not known yet."""
    return round(value) if is_known(value) else jnp.round(value).astype(jnp.int32)


class NearOne:
    """A share in [0, 1] of which the rest to 1 is known as exactly: `1 - share` keeps all its digits.

    A share of 0.999 in float32 is off by 1e-8, and one minus it by a hundred-thousandth of itself. Otherwise it
    computes as its `value` does.
    """

    def __init__(self, value: jax.Array, rest: jax.Array) -> None:
        self.value, self.rest = value, rest

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __rsub__(self, other: Any) -> Any:
        return self.rest if is_known(other) and other == 1 else other - self.value

    def __sub__(self, other: Any) -> Any:
        return self.value - other

    def __add__(self, other: Any) -> Any:
        return self.value + other

    def __mul__(self, other: Any) -> Any:
        return self.value * other

    def __pow__(self, other: Any) -> Any:
        return self.value**other

    __radd__, __rmul__ = __add__, __mul__


def plain(share: Any) -> Any:
    """Return a share as a number or an array, for what takes nothing else."""
    return share.value if isinstance(share, NearOne) else share


def log(share: Any) -> Any:
    """Return the natural logarithm of a share, exact near 1."""
    return jnp.log1p(-share.rest) if isinstance(share, NearOne) else math.log(share)


def made(kind: type[Result], **settings: Any) -> Result:
    """Return `kind(**settings)`; where a setting is not known yet, nothing is checked."""
    if all(is_known(value) or isinstance(value, str) for value in settings.values()):
        return kind(**settings)
    one = object.__new__(kind)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        object.__setattr__(one, field.name, settings.get(field.name, field.default))
    return one


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several words, `index` (int32) saying which while the program runs."""

    options: tuple[str, ...]
    index: jax.Array


def chosen(table: Mapping[str, Callable[..., Result]], name: Any) -> Callable[..., Result]:
    """Return the entry of `table` called `name`; for a `Choice` a function that runs one of several."""
    if not isinstance(name, Choice):
        return table[name]
    branches = [table[option] for option in name.options]
    # The arguments are kept out of the switch's own, where a shape would become numbers of the running program.
    return lambda *arguments: lax.switch(name.index, [partial(one, *arguments) for one in branches])
