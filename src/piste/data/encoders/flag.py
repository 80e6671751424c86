"""Flags: 0 and 1, with an indicator of missing ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.encoder import Encoder


@dataclass(frozen=True)
class FlagEncoder(Encoder):
    """Slots: the flag as 0 or 1, missing ones as `fill` (the share of ones in the train split); then "missing"."""

    name: str
    fill: float
    indicator: bool

    kind = Kind.FLAG

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return (self.name, *([f"{self.name} missing"] if self.indicator else []))

    def write(self, column: Column, out: NDArray[np.float32]) -> None:
        """Fill `out`, float32 zeros (B, slots)."""
        out[:, 0] = np.where(column.missing, self.fill, np.asarray(column.values, np.float64))
        if self.indicator:
            out[:, 1] = column.missing


def fit_flag(column: Column) -> FlagEncoder:
    """Return the encoder of `column` (train split only)."""
    values = np.asarray(column.values[~column.missing], np.float64)
    return FlagEncoder(column.name, float(values.mean()) if len(values) else 0.5, bool(column.missing.any()))
