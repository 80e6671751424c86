"""A pipeline on the bench: what probes measure on it is measured once, whichever rules ask."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from piste.core.keys import generator
from piste.lint.pipeline import Pipeline

Measured = TypeVar("Measured")


class OutOfTime(Exception):  # noqa: N818 (it is no error, but an outcome)
    """Raised inside a probe when the linter's time is over."""


@dataclass
class Bench:
    """A pipeline, and what probes have measured on it. `deadline` is a `time.monotonic` that probes may ask for."""

    pipeline: Pipeline
    deadline: float = float("inf")
    _measured: dict[Any, Any] = field(default_factory=dict, repr=False)

    def probe(self, probe: Callable[..., Measured], *arguments: Any) -> Measured:
        """Return `probe(bench, *arguments)`, measured once; what it raises is raised again to every rule that asks.

        `arguments` must be hashable.
        """
        place = (probe, *arguments)
        if place not in self._measured:
            try:
                self._measured[place] = (probe(self, *arguments), None)
            except OutOfTime:
                raise
            except Exception as error:
                self._measured[place] = (None, error)
        value, failure = self._measured[place]
        if failure is not None:
            raise failure
        return value

    def generator(self, *names: str | int) -> np.random.Generator:
        """Return the generator of the named draw."""
        return generator(self.pipeline.seed, "lint", *names)

    def hurry(self) -> None:
        """Raise `OutOfTime` when the linter's time is over: for loops that take long."""
        if time.monotonic() > self.deadline:
            raise OutOfTime
