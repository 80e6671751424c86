"""What is seen of a training while it goes on: a few numbers per layer, at a few looks. No JAX.

Kept in the run folder as `watched.json`. A look is taken between two steps: at the end of every round in Piste's
engine, every few steps where a person's own loop is watched.
"""

from dataclasses import dataclass

WATCHED = "watched.json"


@dataclass(frozen=True)
class Look:
    """What was seen at one moment. Tuples have an entry for each of the record's `leaves` or `layers`.

    Losses are means over the examples since the look before; norms are 2-norms, of the last step's gradient before
    clipping and of the last step's change. NaN stands for what was not measured.
    """

    step: int
    train_loss: float
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


@dataclass(frozen=True)
class WatchedRecord:
    """All looks of one training, `leaves` being paths of parameters and `layers` paths of activations."""

    leaves: tuple[str, ...]
    layers: tuple[str, ...]
    looks: tuple[Look, ...]
    steps: int  # of the whole training as it was planned
    first_not_finite: str = ""  # where the first value that was not finite came from: "dense_1: its output"
