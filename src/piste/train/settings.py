"""The settings of a training."""

from dataclasses import dataclass
from typing import Annotated, Literal

from piste.core.settings import Range

OptimiserName = Literal[
    "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam", "lion"
]
ScheduleName = Literal["constant", "cosine", "linear", "step"]


@dataclass(frozen=True)
class TrainingSettings:
    """How the network is trained. What is left out is chosen from the data, and the choice is said.

    Attributes
    ----------
    epochs
        Passes over the train split, at most.
    batch_size
        Examples per step; 0 takes the whole train split (full batch).
    learning_rate
        Highest rate of the schedule.
    optimiser
        From gradients to steps.
    weight_decay
        Decoupled decay of the weights per step, times the rate; biases and scales are spared.
    clip
        Largest 2-norm of the gradient; 0 never clips.
    schedule
        How the rate falls after the warm-up.
    warmup
        Epochs over which the rate rises to its highest.
    patience
        Epochs without a better validation loss after which training stops; 0 never stops early.
    minimal_gain
        How much lower the validation loss must be to count as better.
    stop_at
        Training stops once the watched metric on validation is this good, an RMSE in the target's own units.
    minutes
        Training stops at the first pause after this time; 0 sets no limit.
    checkpoint
        Minutes between two checkpoints, from which `piste resume` goes on after a crash or Ctrl-C.
    """

    epochs: Annotated[int, Range(1, 1_000_000)] | None = None
    batch_size: Annotated[int, Range(0, 1_000_000)] | None = None
    learning_rate: Annotated[float, Range(0, 1000, low_open=True)] | None = None
    optimiser: OptimiserName | None = None
    weight_decay: Annotated[float, Range(0, 100)] | None = None
    clip: Annotated[float, Range(0)] | None = None
    schedule: ScheduleName | None = None
    warmup: Annotated[float, Range(0, 1_000_000)] | None = None
    patience: Annotated[int, Range(0, 1_000_000)] | None = None
    minimal_gain: Annotated[float, Range(0)] = 0.0
    stop_at: float | None = None
    minutes: Annotated[float, Range(0)] = 0.0
    checkpoint: Annotated[float, Range(0)] = 0.5
