"""A person's own loss or metric: a plain function, its results checked where a mistake would train silently."""

from collections.abc import Callable
from dataclasses import dataclass

import jax

from piste.core.errors import SettingError


def function_name(function: Callable[..., object]) -> str:
    """Return the name of a function, or of the class of a callable object."""
    return str(getattr(function, "__name__", type(function).__name__))


@dataclass(frozen=True)
class PerExampleOnly:
    """`function(outputs (B, ...), targets (B, ...))`, which must give one number per example.

    Anything else would broadcast against the examples' weights, and train something else without a word. `role` says
    in messages what the function is.
    """

    function: Callable[[jax.Array, jax.Array], jax.Array]
    role: str

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the numbers (B,); raises `SettingError` for another shape."""
        values = self.function(outputs, targets)
        found = getattr(values, "shape", None)
        if found != outputs.shape[:1]:
            raise SettingError(
                f"The {self.role} '{function_name(self.function)}' must give one number per example, an array of shape "
                f"{outputs.shape[:1]} for outputs of shape {outputs.shape}. Got "
                f"{'shape ' + str(found) if found is not None else repr(values)[:60]}; leave the mean over the "
                "examples out."
            )
        return values
