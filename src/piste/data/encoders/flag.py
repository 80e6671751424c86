"""Flags: 0 and 1, with an indicator of missing ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column


@dataclass(frozen=True)
class FlagEncoder:
    """Slots: the flag as 0 or 1, missing ones as `fill` (the share of ones in the train split); then "missing"."""

    name: str
    fill: float
    indicator: bool

    kind = Kind.FLAG

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return (self.name, *([f"{self.name} missing"] if self.indicator else []))

    def encode(self, column: Column) -> NDArray[np.float32]:
        """Return float32 (B, slots)."""
        values = np.where(column.missing, self.fill, np.asarray(column.values, np.float64))
        parts = [values, column.missing] if self.indicator else [values]
        return np.stack(parts, axis=1).astype(np.float32)


def fit_flag(column: Column) -> FlagEncoder:
    """Return the encoder of `column` (train split only)."""
    values = np.asarray(column.values[~column.missing], np.float64)
    return FlagEncoder(column.name, float(values.mean()) if len(values) else 0.5, bool(column.missing.any()))
