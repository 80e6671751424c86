"""What a sampler is.

A sampler is a function `(space, numbers, seed, told) -> places`: for each trial of `numbers` one row of the unit cube,
(len(numbers), len(space)). Trials are numbered from 0 through the whole study. It keeps nothing: what depends on
results reads them from `told`, and every draw is named by the number of its trial. So a study that was cut short goes
on with the very trials it would have had.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.tune.space import Space

Places = NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """A finished trial: its number, its places, and its score, the lower the better; infinite where it failed.

    `tie` tells equal scores apart, again the lower the better.
    """

    number: int
    places: tuple[float, ...]
    loss: float
    tie: float = 0.0


Draw = Callable[[Space, range, int, Sequence[Told]], Places]


@dataclass(frozen=True)
class Sampler:
    """A named sampler.

    Attributes
    ----------
    draw
        The function itself.
    adapts
        Whether it looks at results: then it is asked for a round of trials at a time, the others for all at once.
    """

    name: str
    title: str
    draw: Draw
    adapts: bool = False
