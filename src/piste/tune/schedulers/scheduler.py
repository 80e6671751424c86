"""What a scheduler is.

Trials train side by side, round by round. After certain rounds, its rungs, a scheduler looks at the losses that all
trials had at that rung, those that stopped there included, and says which of the trials that stand there go on. It
keeps nothing, so that workers which finish at different times, and a study that was cut short, ask it alike.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

Curves = Mapping[int, Sequence[float]]
"""For each trial its validation loss after every round so far, the first after round 1; infinite once it failed."""


@dataclass(frozen=True)
class Scheduler:
    """A named scheduler.

    Attributes
    ----------
    rungs
        `rungs(rounds, number)`: the rounds after which trial `number` of at most `rounds` rounds is judged.
    survivors
        `survivors(curves, numbers, rung, rounds)`: which of `numbers`, all of which stand at the rung, go on.
    """

    name: str
    title: str
    rungs: Callable[[int, int], tuple[int, ...]]
    survivors: Callable[[Curves, Collection[int], int, int], set[int]]


def at(curves: Curves, rung: int) -> dict[int, float]:
    """Return the loss after round `rung` of every trial that reached it."""
    return {number: losses[rung - 1] for number, losses in curves.items() if len(losses) >= rung}
