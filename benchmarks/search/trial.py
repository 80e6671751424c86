"""What every contestant of a race is given, and what it gives back."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["mlp", "cnn", "gru"]
CLASSES = 10


@dataclass(frozen=True)
class Rows:
    """float32 inputs (B, F) and classes (B,)."""

    inputs: NDArray[np.float32]
    classes: NDArray[np.int64]


@dataclass(frozen=True)
class Race:
    """Data, network and trials: settings by name, those that a network has no use for left out."""

    kind: Kind
    epochs: int
    batch_size: int
    train: Rows
    validation: Rows
    trials: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Seconds of all trials together, and the validation accuracy of each, of its best epoch."""

    seconds: float
    accuracies: tuple[float, ...]
    note: str = ""


def write(race: Race, path: Path) -> None:
    """Keep the race in a file."""
    head = {"kind": race.kind, "epochs": race.epochs, "batch_size": race.batch_size, "trials": race.trials}
    np.savez(
        path, head=json.dumps(head), train=race.train.inputs, train_classes=race.train.classes,
        validation=race.validation.inputs, validation_classes=race.validation.classes,
    )  # fmt: skip


def read(path: Path) -> Race:
    """Return the race that a file holds."""
    with np.load(path) as held:
        head = json.loads(str(held["head"]))
        train, validation = (Rows(held[name], held[f"{name}_classes"]) for name in ("train", "validation"))
    return Race(head["kind"], head["epochs"], head["batch_size"], train, validation, tuple(head["trials"]))
