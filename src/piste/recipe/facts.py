"""What the choices of settings depend on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from piste.core.records import Task
from piste.data.examples import DataSet


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


Decided = Mapping[str, Any]  # what was given, and what is chosen already
Rule = Callable[[Facts, Decided], tuple[Any, str]]
MANY = 10_000  # examples from which a table is rich enough for finer encodings and slower learning
