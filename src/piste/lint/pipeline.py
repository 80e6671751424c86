"""What the linter judges: any subset of the pieces of a training, Piste's own or a person's own.

    Pipeline(train=Split(x, y), apply=apply, parameters=parameters, loss=loss, optimiser=optax.adam(1e-3))

Every piece is a black box that is called and never read. Whoever leaves a piece out loses only the rules that need
it, and is told which. Arrays are NumPy, JAX or PyTorch; functions may be written for any of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.records import EvaluationRecord, Task
from piste.core.watched import WatchedRecord
from piste.data.examples import DataSet
from piste.lint.declared import Declared
from piste.lint.earlier import Earlier

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Examples of one split as they enter the network.

    `inputs` (N, ...); `targets` classes (N,), one-hot or labels (N, K), or numbers (N,) or (N, K); `weights` (N,).
    `groups` (N,) and `times` (N,) are declarations: rows of equal group must share a split; times must be in
    the past of later splits. `rows` (N,) are the examples' numbers in their source, 0 to N - 1 when left out.
    """

    inputs: Any
    targets: Any = None
    weights: Any = None
    groups: Any = None
    times: Any = None
    rows: Any = None

    def __post_init__(self) -> None:
        for name in ("targets", "weights", "groups", "times", "rows"):
            values = getattr(self, name)
            if values is not None and len(values) != len(self.inputs):
                raise SettingError(
                    f"A split's {name} must have one entry for each of {len(self.inputs):,} inputs. "
                    f"Got {len(values):,} instead."
                )

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The examples' numbers in their source (N,)."""
        return np.arange(len(self)) if self.rows is None else np.asarray(self.rows, np.int64)

    def first(self, count: int) -> "Split":
        """Return the split of its first `count` examples."""
        return Split(*(None if (one := getattr(self, f.name)) is None else one[:count] for f in fields(self)))


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Any subset of the pieces of a training.

    Attributes
    ----------
    name
        What is judged, for the heading.
    train, validation, test
        A `Split`, or (inputs, targets).
    dataset
        Piste's own data set, for the raw columns; filled in where the linter reads the data itself.
    task, classes
        What is predicted, and how many classes there are; found from the targets when left out.
    model
        A Piste layer, a Flax module or a PyTorch module.
    apply
        Instead of `model`: `apply(parameters, inputs)` gives outputs in evaluation mode. With `state`:
        `apply(parameters, state, inputs)`.
    train_apply
        `train_apply(parameters, inputs, key)`, or `(parameters, state, inputs, key)`: outputs in training mode
        (dropout on). A pair is taken as (outputs, new state).
    init
        `init(seed)` gives fresh parameters, or (parameters, state) for a Piste layer or where `state` is given;
        `parameters` does for rules that need no fresh start.
    parameters, state
        The tree of parameters, and of running statistics.
    loss
        `loss(outputs, targets)` gives one number per example, or their mean.
    metric
        `metric(outputs, targets)` gives one number for the split, or one per example, whose mean counts.
    higher_is_better
        The direction of the metric: declare it.
    optimiser
        An Optax transformation, its rate included.
    start, step, parameters_of
        A person's own update: `start(seed)` gives the training state, `step(state, inputs, targets)` the next one, or
        a tuple whose first item it is; `parameters_of(state)` its parameters (guessed where it is plain). Built from
        apply, loss and optimiser when left out.
    with_parameters
        `with_parameters(state, parameters)` gives the training state with these parameters instead of its own, so that
        a step can be made longer or shorter (guessed where the state is plain).
    schedule, steps
        `schedule(step)` gives the rate; how many steps the training has.
    batch_size
        Examples per step.
    stream
        `stream(epoch)` yields the batches (inputs, targets) of an epoch as training sees them.
    evaluate
        `evaluate(state)` gives the score that is reported.
    accumulate
        `accumulate(parameters, batches)` gives the gradient of one update that is made of several batches, each
        (inputs, targets), or of several devices' shares.
    augment
        `augment(inputs, targets, seed)` gives a batch (inputs, targets) as training sees it.
    stop
        `stop(history)` says whether a training ends whose validation gave `history` so far, a list of numbers: losses,
        or scores where higher_is_better is declared.
    pretrained
        The tree of arrays that the parameters are meant to start from.
    save, restore
        `save(state)` gives anything, `restore(saved)` the state again.
    watched
        What was seen of a training that went on or is over: `piste.core.watched.WatchedRecord`.
    trained, reported
        The training state after the training, and the score of `metric` that was reported for it: on the test split, or
        on the validation split where there is no other.
    predict
        `predict(state, inputs)` gives outputs, one row per input and in their order, as they are handed out.
    outputs
        Instead of `predict`: what it said of the splits by name, one row per input and in their order.
    evaluation
        What the one evaluation on the test split said.
    earlier
        The runs on the same data, this one last.
    versions
        Version of each package, and value of each environment variable, that the numbers depend on: when the network
        was trained, and now.
    declared
        What is meant, so that no rule takes it for a fault.
    seed
        Of the linter's own draws.
    """

    name: str = "pipeline"
    train: Any = None
    validation: Any = None
    test: Any = None
    dataset: DataSet | None = None
    task: Task | str | None = None
    classes: int | None = None
    model: Any = None
    apply: Callable[..., Any] | None = None
    train_apply: Callable[..., Any] | None = None
    init: Callable[[int], Any] | None = None
    parameters: Any = None
    state: Any = None
    loss: Callable[..., Any] | None = None
    metric: Callable[..., Any] | None = None
    higher_is_better: bool | None = None
    optimiser: Any = None
    start: Callable[[int], Any] | None = None
    step: Callable[..., Any] | None = None
    parameters_of: Callable[[Any], Any] | None = None
    with_parameters: Callable[[Any, Any], Any] | None = None
    schedule: Callable[[int], Any] | None = None
    steps: int | None = None
    batch_size: int | None = None
    stream: Callable[[int], Iterable[Any]] | None = None
    evaluate: Callable[[Any], Any] | None = None
    accumulate: Callable[[Any, Any], Any] | None = None
    augment: Callable[[Any, Any, int], Any] | None = None
    stop: Callable[[list[float]], Any] | None = None
    pretrained: Any = None
    save: Callable[[Any], Any] | None = None
    restore: Callable[[Any], Any] | None = None
    watched: WatchedRecord | None = None
    trained: Any = None
    reported: float | None = None
    predict: Callable[[Any, Any], Any] | None = None
    outputs: Mapping[str, Any] | None = None
    evaluation: EvaluationRecord | None = None
    earlier: tuple[Earlier, ...] | None = None
    versions: Mapping[str, tuple[str, str]] | None = None
    declared: Declared = field(default_factory=Declared)
    seed: int = 0

    def __post_init__(self) -> None:
        for name in SPLITS:
            given = getattr(self, name)
            if isinstance(given, tuple | list):
                object.__setattr__(self, name, Split(*given))
            elif given is not None and not isinstance(given, Split):
                raise SettingError(
                    f"The '{name}' piece must be a Split or (inputs, targets). Got {type(given)} instead."
                )
        if isinstance(self.task, str):
            object.__setattr__(self, "task", Task(self.task))

    @property
    def splits(self) -> Mapping[str, Split]:
        """The splits that were given, by name."""
        return {name: split for name in SPLITS if (split := getattr(self, name)) is not None}
