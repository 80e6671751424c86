"""What is chosen from the data where a setting is left out: each choice with its reason, in words and numbers.

A rule is a function of the facts and of what is decided already to (value, reason). Adding a setting that is
chosen is adding one line to `RULES`.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from piste.core.errors import SettingError
from piste.core.records import Choice, Task
from piste.data.examples import DataSet
from piste.recipe.settings import SECTIONS, Settings

Decided = Mapping[str, Any]
Rule = Callable[["Facts", Decided], tuple[Any, str]]


MANY = 10_000  # examples from which a table is rich enough for finer encodings and slower learning


@dataclass(frozen=True)
class Facts:
    """What the choices depend on. `shape` is (height, width, channels) of pictures, or (columns,) of a table."""

    task: Task
    rows: int  # of the train split
    shape: tuple[int, ...]

    @classmethod
    def of(cls, dataset: DataSet) -> "Facts":
        """Return the facts of a data set."""
        shape = dataset.record.image_shape or (len(dataset.used),)
        return cls(dataset.target.task, len(dataset.rows["train"]), shape)

    @property
    def pictures(self) -> bool:
        """Whether the inputs are pictures."""
        return len(self.shape) == 3


def decide(settings: Settings, origins: Mapping[str, str], facts: Facts) -> tuple[Settings, tuple[Choice, ...]]:
    """Return the settings with nothing left open in model and training, and every setting as a choice.

    `origins` says where a setting that is not a default came from. Raises `SettingError` for settings that
    contradict the data or each other.
    """
    decided: dict[str, Any] = {}
    choices: list[Choice] = []
    for section in SECTIONS:
        for field in dataclasses.fields(SECTIONS[section]):
            value = getattr(getattr(settings, section), field.name)
            origin, reason = origins.get(field.name, "default"), ""
            if value is None and field.name in RULES:
                value, reason = RULES[field.name](facts, decided)
                origin = "default"
            decided[field.name] = value
            choices.append(Choice(field.name, value, origin, reason))
    _check_fit(facts, decided)
    parts = {
        name: kind(**{field.name: decided[field.name] for field in dataclasses.fields(kind)})
        for name, kind in SECTIONS.items()
    }
    return Settings(**parts), tuple(choices)


def _check_fit(facts: Facts, decided: Decided) -> None:
    if decided["model"] == "cnn" and not facts.pictures:
        raise SettingError("The model 'cnn' needs pictures, and these data are a table. Choose --model mlp or linear.")
    if decided["loss"] not in LOSSES[facts.task]:
        fitting = " or ".join(LOSSES[facts.task])
        raise SettingError(
            f"The loss '{decided['loss']}' does not fit a {facts.task} target, which needs {fitting}. "
            "Leave --loss out, or say with --task what is predicted."
        )
    if decided["smoothing"] > 0 and decided["loss"] != "cross-entropy":
        raise SettingError("Label smoothing needs the loss cross-entropy. Leave --smoothing out, or set it to 0.")


LOSSES: dict[Task, tuple[str, ...]] = {
    Task.TWO_CLASS: ("cross-entropy",),
    Task.MANY_CLASS: ("cross-entropy",),
    Task.MULTI_LABEL: ("binary-cross-entropy",),
    Task.REGRESSION: ("squared-error", "huber"),
}
"""The losses that fit a task, the default first."""


def _model(facts: Facts, decided: Decided) -> tuple[str, str]:
    if facts.pictures and min(facts.shape[:2]) >= 6:
        return "cnn", "the inputs are pictures, where neighbouring pixels belong together"
    return "mlp", "the inputs are columns of a table, without an order between them"


def _hidden(facts: Facts, decided: Decided) -> tuple[tuple[int, ...], str]:
    size = f"{facts.rows:,} examples to learn from"
    if decided["model"] == "linear":
        return (), "a linear model has no hidden layer"
    if decided["model"] == "cnn":
        side = min(facts.shape[:2])
        stages = max(min(int(math.log2(side / 3)), 4), 1) + 1
        widths = (32, 64, 128, 128, 256)[:stages]
        return widths, f"one stage per halving, as long as the maps of {side} pixels stay at least 3x3"
    if facts.rows < 1_000:
        return (64, 64), f"only {size}"
    if facts.rows < 10_000:
        return (128, 128), size
    return (256, 256), size


def _dropout(facts: Facts, decided: Decided) -> tuple[float, str]:
    if not decided["hidden"]:
        return 0.0, "there is no hidden layer"
    if decided["model"] == "cnn":
        return 0.3, "before the last layer, against learning the train split by heart"
    if facts.task is Task.REGRESSION:
        return 0.0, "the noise of dropout biases the size of a predicted number"
    if facts.rows >= MANY:
        return 0.4, "against learning the train split by heart, with wide layers"
    return 0.2, "against learning the train split by heart"


def _batch_norm(facts: Facts, decided: Decided) -> tuple[bool, str]:
    if facts.task is Task.REGRESSION and decided["model"] != "cnn":
        return False, "the batch's own statistics add noise to a predicted number"
    return True, "training is quicker, and less sensitive to the learning rate"


def _bins(facts: Facts, decided: Decided) -> tuple[int, str]:
    if facts.rows >= MANY and not facts.pictures and decided["model"] != "linear":
        return 32, f"{facts.rows:,} examples fill the bins, and steps at a threshold become easy to learn"
    return 0, "numbers are given to the network as they are, standardised"


def _loss(facts: Facts, decided: Decided) -> tuple[str, str]:
    return LOSSES[facts.task][0], f"the target is {facts.task}"


def _epochs(facts: Facts, decided: Decided) -> tuple[int, str]:
    # Batches of the size that will be chosen below: more examples need fewer passes for the same number of steps.
    if decided["model"] == "cnn":
        epochs = round(min(max(60_000 / max(facts.rows, 1), 10), 40))
    else:
        epochs = round(min(max(400_000 / max(facts.rows, 1), 20), 300))
    return epochs, f"{facts.rows:,} examples are seen {epochs * facts.rows:,} times in all, at most"


def _batch_size(facts: Facts, decided: Decided) -> tuple[int, str]:
    size = 16 if facts.rows < 500 else 32 if facts.rows < 5_000 else 64 if facts.rows < 20_000 else 128
    if decided["model"] == "cnn":
        size = min(size, 64)
    return size, f"about {max(facts.rows // size, 1):,} steps an epoch"


def _learning_rate(facts: Facts, decided: Decided) -> tuple[float, str]:
    if decided["model"] == "cnn":
        return 3e-3, "usual for a convolutional net with batch norm and an Adam-family optimiser"
    if decided["batch_norm"] and facts.rows < MANY:
        return 2e-3, "usual with batch norm and an Adam-family optimiser"
    return 1e-3, "usual for an Adam-family optimiser"


def _optimiser(facts: Facts, decided: Decided) -> tuple[str, str]:
    return "adamw", "works on most data without tuning, and its weight decay does not depend on the gradients' size"


def _weight_decay(facts: Facts, decided: Decided) -> tuple[float, str]:
    return 0.01, "a light pull of the weights to zero"


def _clip(facts: Facts, decided: Decided) -> tuple[float, str]:
    if facts.task is Task.REGRESSION:
        return 5.0, "one far outlier of the target cannot throw the weights off"
    return 0.0, "the loss of a class cannot explode, so gradients are left as they are"


def _schedule(facts: Facts, decided: Decided) -> tuple[str, str]:
    return "cosine", "large steps first, small ones to settle"


def _warmup(facts: Facts, decided: Decided) -> tuple[float, str]:
    return round(
        0.05 * decided["epochs"], 2
    ), "a twentieth of the training, until the optimiser's averages have settled"


def _patience(facts: Facts, decided: Decided) -> tuple[int, str]:
    patience = max(decided["epochs"] // 4, 10)
    return patience, "so many epochs without a better validation loss are a sign that none will come"


RULES: dict[str, Rule] = {
    "model": _model,
    "hidden": _hidden,
    "dropout": _dropout,
    "batch_norm": _batch_norm,
    "bins": _bins,
    "loss": _loss,
    "epochs": _epochs,
    "batch_size": _batch_size,
    "learning_rate": _learning_rate,
    "optimiser": _optimiser,
    "weight_decay": _weight_decay,
    "clip": _clip,
    "schedule": _schedule,
    "warmup": _warmup,
    "patience": _patience,
}
"""Every setting that is chosen when it is left out."""
