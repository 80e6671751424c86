"""What every encoder is: names for its inputs, and a function that fills them in."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column


class Encoder(ABC):
    """One column as inputs of the network, fitted on the train split; a frozen dataclass of plain values."""

    name: str  # of the column
    kind: ClassVar[Kind]

    @property
    @abstractmethod
    def slots(self) -> tuple[str, ...]:
        """Names of the inputs."""

    @abstractmethod
    def write(self, column: Column, out: NDArray[np.float32]) -> None:
        """Fill `out`, float32 zeros (B, slots), touching no more of it than is not zero."""

    def encode(self, column: Column) -> NDArray[np.float32]:
        """Return the inputs, float32 (B, slots), without NaN or infinity."""
        out = np.zeros((len(column.values), len(self.slots)), np.float32)
        self.write(column, out)
        return out
