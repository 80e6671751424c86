"""The settings of a training."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from piste.core.settings import Range

OptimiserName = Literal[
    "sgd",
    "momentum",
    "nesterov",
    "adagrad",
    "rmsprop",
    "adadelta",
    "adam",
    "adamw",
    "nadam",
    "lion",
    "lamb",
    "muon",
    "lbfgs",
]
ScheduleName = Literal[
    "constant", "cosine", "linear", "step", "exponential", "inverse-square-root", "one-cycle", "plateau"
]
Precision = Literal["float32", "bfloat16", "float64"]
MetricName = Literal[
    "accuracy", "balanced-accuracy", "f1", "auc", "top-5", "label-accuracy", "exact-match", "rmse", "mae", "r2"
]


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
        From gradients to steps; lbfgs takes the whole train split in each.
    momentum
        Share of the past in the optimiser's running mean of gradients (Adam's first beta). The optimiser's usual one
        when left out; sgd has none then.
    beta2
        Share of the past in its running mean of squared gradients. The optimiser's usual one when left out.
    weight_decay
        Decoupled decay of the weights per step, times the rate; biases and scales are spared.
    l1
        Penalty on the sum of the sizes of the weights.
    l2
        Penalty on half the sum of the squares of the weights.
    decay_all
        Whether decay and penalties also reach biases and scales.
    clip
        Largest 2-norm of the gradient; 0 never clips.
    clip_value
        Largest size of each number of the gradient; 0 never clips.
    accumulate
        Pieces in which the gradient of a batch is added up, so that a large batch fits a small memory.
    schedule
        How the rate falls after the warm-up.
    warmup
        Epochs over which the rate rises to its highest.
    cycles
        Times that the schedule runs, each from the highest rate again (warm restarts).
    final_rate
        Rate at the end of the schedule, as a share of the highest. 0 when left out, of the exponential 0.01.
    plateau_patience
        Validations without a better loss after which the schedule plateau lowers the rate.
    plateau_factor
        What the schedule plateau multiplies the rate by.
    averaging
        Average of the weights that is validated and kept: ema over the last steps, swa over the last validations.
    average_decay
        Share of the past in the ema. When left out, it spans a twentieth of the training.
    average_start
        Share of the training that the swa leaves out.
    validate_every
        Steps between two validations; 0 validates after each epoch.
    patience
        Validations without a better loss after which training stops; 0 never stops early.
    augment
        Random changes of training examples, with commas between, each with its strengths: shift:2,rotate:10, or none.
    metric
        What is watched on the validation split beside the loss; from Python also a function of your own.
    minimal_gain
        How much lower the validation loss must be to count as better.
    stop_at
        Training stops once the watched metric on validation is this good, an RMSE in the target's own units.
    minutes
        Training stops at the first pause after this time; 0 sets no limit.
    precision
        Digits of the numbers: float32; bfloat16 in the network, on parameters kept in float32; or float64 throughout.
    devices
        Devices among which every batch is divided. All accelerators when left out, or one CPU.
    checkpoint
        Minutes between two checkpoints, from which `piste resume` goes on after a crash or Ctrl-C.
    """

    epochs: Annotated[int, Range(1, 1_000_000)] | None = None
    batch_size: Annotated[int, Range(0, 1_000_000)] | None = None
    learning_rate: Annotated[float, Range(0, 1000, low_open=True)] | None = None
    optimiser: OptimiserName | None = None
    momentum: Annotated[float, Range(0, 1, high_open=True)] | None = None
    beta2: Annotated[float, Range(0, 1, high_open=True)] | None = None
    weight_decay: Annotated[float, Range(0, 100)] | None = None
    l1: Annotated[float, Range(0)] = 0.0
    l2: Annotated[float, Range(0)] = 0.0
    decay_all: bool = False
    clip: Annotated[float, Range(0)] | None = None
    clip_value: Annotated[float, Range(0)] = 0.0
    accumulate: Annotated[int, Range(1, 65536)] = 1
    schedule: ScheduleName | None = None
    warmup: Annotated[float, Range(0, 1_000_000)] | None = None
    cycles: Annotated[int, Range(1, 10_000)] = 1
    final_rate: Annotated[float, Range(0, 1)] | None = None
    plateau_patience: Annotated[int, Range(1, 1_000_000)] = 5
    plateau_factor: Annotated[float, Range(0, 1, low_open=True, high_open=True)] = 0.3
    averaging: Literal["none", "ema", "swa"] = "none"
    average_decay: Annotated[float, Range(0, 1, low_open=True, high_open=True)] | None = None
    average_start: Annotated[float, Range(0, 1, high_open=True)] = 0.75
    validate_every: Annotated[int, Range(0, 1_000_000_000)] = 0
    patience: Annotated[int, Range(0, 1_000_000)] | None = None
    augment: tuple[str, ...] | None = None
    metric: MetricName | Callable[..., Any] | None = None
    minimal_gain: Annotated[float, Range(0)] = 0.0
    stop_at: float | None = None
    minutes: Annotated[float, Range(0)] = 0.0
    precision: Precision | None = None
    devices: Annotated[int, Range(1, 4096)] | None = None
    checkpoint: Annotated[float, Range(0)] = 0.5
