"""What is seen of a training while it goes on: a few numbers per layer, at a few looks. No JAX.

Kept in the run folder as `watched.json` (NaN is null there; `core.records.decode` reads it back). A look is taken
between two steps: at the end of every round in Piste's engine, every few steps where a person's own loop is watched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

WATCHED = "watched.json"
LOOKS = 100
"""Looks that are kept, at most: of a longer training every second, every fourth and so on, and always the last."""


@dataclass(frozen=True)
class Look:
    """What was seen at one moment. Tuples have an entry for each of the record's `leaves` or `layers`, or none.

    Norms are 2-norms, of the last step's gradient before clipping and of the last step's change. NaN stands for what
    was not measured.
    """

    step: int  # steps made by then
    train_loss: float  # mean over the steps since the look before; of its round in Piste's engine
    highest_loss: float  # of a single step since the look before
    validation_loss: float
    learning_rate: float
    weights: tuple[float, ...]
    gradients: tuple[float, ...]
    updates: tuple[float, ...]
    silent: tuple[float, ...]  # share of a layer's units that are 0 on every one of the examples looked at
    saturated: tuple[float, ...]  # share of a layer's values at the flat ends of its activation
    not_finite: int  # steps since the look before whose loss or gradient was not finite
    skipped: int  # steps since the look before that left every parameter as it was
    rise: float = float("nan")  # of an example's validation loss since the best look, on average over the examples
    rise_error: float = float("nan")  # standard error of that average


@dataclass(frozen=True)
class WatchedRecord:
    """All looks of one training, `leaves` being paths of parameters and `layers` paths of activations."""

    leaves: tuple[str, ...]
    layers: tuple[str, ...]
    looks: tuple[Look, ...]
    steps: int  # of the whole training as it was planned
    first_not_finite: str = ""  # where the first value that was not finite came from: "02_dense: log of its values"
    examples: int = 0  # that activations were looked at on; 0 where nobody counted
    keeps_best: bool = False  # whether the parameters with the lowest validation loss are those that are used
    stopped: str = ""  # why it ended, as in a run's record; "" where it went on to its last step, or nobody said


def thinned(looks: Sequence[Look], numbers: Sequence[int], most: int = LOOKS) -> tuple[Look, ...]:
    """Return the looks to keep: those whose number is a multiple of the smallest power of two that leaves `most`.

    `numbers` count the looks that were taken, from 1. What is counted or is the highest since the look before takes in
    the looks left out. Thinning what was thinned gives the same as thinning at once.
    """
    stride = 1
    while numbers and numbers[-1] // stride > most:
        stride *= 2
    if stride == 1:
        return tuple(looks)
    kept: list[Look] = []
    waiting: list[Look] = []
    for look, number in zip(looks, numbers, strict=True):
        waiting.append(look)
        if number % stride == 0 or number == numbers[-1]:
            kept.append(_together(waiting))
            waiting = []
    return tuple(kept)


def _together(looks: Sequence[Look]) -> Look:
    highest = max((one.highest_loss for one in looks), key=lambda loss: float("inf") if loss != loss else loss)
    judged = next((one for one in reversed(looks) if one.validation_loss == one.validation_loss), looks[-1])
    return replace(
        looks[-1],
        validation_loss=judged.validation_loss,
        rise=judged.rise,
        rise_error=judged.rise_error,
        highest_loss=highest,
        not_finite=sum(one.not_finite for one in looks),
        skipped=sum(one.skipped for one in looks),
    )
