"""A contestant: one program's way to train the network of a problem."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """`train(epochs)` is what the clock measures: from arrays on the host to a trained network, which it returns.

    `accuracy` of a trained network is that on the test rows, after the last epoch; `parameters` are counted.
    """

    train: Callable[[int], Any]
    accuracy: Callable[[Any], float]
    parameters: int
