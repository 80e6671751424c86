"""What the choices of settings depend on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from piste.core.records import Kind, Task
from piste.data.encoders.tokens import SPLIT, text_lengths
from piste.data.examples import DataSet
from piste.data.sequences import lengths_of

Inputs = Literal["table", "pictures", "sequences", "texts"]
_MOST = 95  # percent of the texts that are read to their end by default


@dataclass(frozen=True)
class Facts:
    """What the choices depend on.

    `shape` is (height, width, channels) of pictures, (steps, channels) of sequences, or (columns,) of a table; `ragged`
    says that sequences are of unequal length. `lengths` is there for one column of texts alone: how many words, and how
    many characters, all but one in twenty of them have at most.
    """

    task: Task
    rows: int  # of the train split
    shape: tuple[int, ...]
    ragged: bool = False
    lengths: Mapping[str, int] | None = None

    @classmethod
    def of(cls, dataset: DataSet) -> "Facts":
        """Return the facts of a data set."""
        used, train = dataset.used, dataset.rows["train"]
        shape: tuple[int, ...] = dataset.record.image_shape or (len(used),)
        common = cls(dataset.target.task, dataset.train_rows, shape)
        if len(used) == 1 and used[0].kind is Kind.SEQUENCE:
            values = np.asarray(used[0].values[train], np.float64)
            lengths = lengths_of(values)
            shape = (int(max(lengths.max(), 1)), values.shape[2])
            return cls(common.task, common.rows, shape, bool((lengths != lengths.max()).any()))
        if len(used) == 1 and used[0].kind is Kind.TEXT:
            texts = used[0].values[train].tolist()
            found = {unit: text_lengths(texts, unit) for unit in SPLIT}  # type: ignore[arg-type]
            most = {unit: max(int(np.percentile(one, _MOST)), 1) for unit, one in found.items()}
            return cls(common.task, common.rows, shape, lengths=most)
        return common

    @property
    def inputs(self) -> Inputs:
        """What the network is given."""
        if self.lengths is not None:
            return "texts"
        return "pictures" if len(self.shape) == 3 else "sequences" if len(self.shape) == 2 else "table"

    @property
    def pictures(self) -> bool:
        """Whether the inputs are pictures."""
        return self.inputs == "pictures"


Decided = Mapping[str, Any]  # what was given, and what is chosen already
Rule = Callable[[Facts, Decided], tuple[Any, str]]
MANY = 10_000  # examples from which a table is rich enough for finer encodings and slower learning
