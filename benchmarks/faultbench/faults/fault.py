"""What a planted fault is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.faultbench.training import Training


@dataclass(frozen=True)
class Fault:
    """One kind of fault: how it is planted, how strongly, and in which programs.

    `harms` says by what harm is measured: "score" the true score after the training, "report" the reported against
    the true score, "bits" two runs that ought to be equal, "cost" the number of programs that are compiled.
    """

    name: str  # "D01-copies", by the row of the catalogue
    plant: Callable[[Training, Any], Training]
    programs: tuple[str, ...]
    strengths: tuple[Any, ...] = (None,)
    harms: str = "score"

    @property
    def row(self) -> str:
        """The row of the catalogue: "D1"."""
        return f"{self.name[0]}{int(self.name[1:3])}"
