"""Numbers: scaled, with an indicator of missing ones, and in bins on request."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.encoder import Encoder
from piste.data.encoders.scaling import Scale, fit_scale


@dataclass(frozen=True)
class NumberEncoder(Encoder):
    """Slots: the scaled number; "missing" where the train split has gaps; then the bins.

    A missing number becomes the train split's median. The bins are a piecewise-linear encoding (Gorishniy, Rubachev
    & Babenko 2022): with edges b0 < b1 < ... slot t is (x - b[t-1]) / (b[t] - b[t-1]), cut to [0, 1]. The paper
    leaves the outer bins uncut; here the scaled number carries what lies beyond.
    """

    name: str
    scale: Scale
    indicator: bool
    edges: tuple[float, ...] = ()

    kind = Kind.NUMBER

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the inputs."""
        bins = [f"{self.name} bin {number}" for number in range(1, len(self.edges))]
        return (self.name, *([f"{self.name} missing"] if self.indicator else []), *bins)

    def write(self, column: Column, out: NDArray[np.float32]) -> None:
        """Fill `out`, float32 zeros (B, slots)."""
        values = np.where(column.missing, self.scale.centre, np.asarray(column.values, np.float64))
        out[:, 0] = self.scale.apply(values)
        if self.indicator:
            out[:, 1] = column.missing
        if self.edges:
            out[:, 1 + self.indicator :] = _in_bins(values, self.edges) * ~column.missing[:, None]


def fit_number(column: Column, bins: int) -> NumberEncoder:
    """Return the encoder of `column` (train split only); `bins` of 0 means none, else cut at quantiles."""
    values = np.asarray(column.values[~column.missing], np.float64)
    return NumberEncoder(column.name, fit_scale(values), bool(column.missing.any()), _edges(values, bins))


def _edges(values: NDArray[np.float64], bins: int) -> tuple[float, ...]:
    if bins == 0 or len(values) == 0:
        return ()
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1), method="inverted_cdf"))
    # One bin alone would repeat the scaled number.
    return tuple(edges.tolist()) if len(edges) > 2 else ()


def _in_bins(values: NDArray[np.float64], edges: Sequence[float]) -> NDArray[np.float64]:
    low, high = np.array(edges[:-1]), np.array(edges[1:])
    # Halved, so that edges near the largest number do not overflow.
    inside = (np.clip(values[:, None], low, high) / 2 - low / 2) / np.maximum(
        high / 2 - low / 2, np.finfo(np.float64).tiny
    )
    return np.clip(inside, 0.0, 1.0)
