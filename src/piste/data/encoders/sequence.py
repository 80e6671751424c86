"""Sequences: each channel standardised, shorter ones filled up, gaps bridged."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.encoder import Encoder
from piste.data.sequences import lengths_of


@dataclass(frozen=True)
class SequenceEncoder(Encoder):
    """`(value - mean) / deviation`, with one mean and deviation (C,) for each channel, of the train split.

    Sequences are read up to `length` steps. With `ragged`, the train split's sequences are of unequal length: steps
    after the end stay NaN, which the network's first layer turns into a mask. Without, all were equally long, and what
    is absent at an end is a gap like any other: filled with a straight line between its neighbours, or with the nearest
    value; a channel without any value is at its mean. `columns` are the source's columns that became the sequence.

    As inputs of a table, the slots are all steps of all channels, 0 after the end.
    """

    name: str
    length: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    ragged: bool
    columns: tuple[str, ...] = ()

    kind = Kind.SEQUENCE

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of one example: (steps, channels)."""
        return self.length, len(self.mean)

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the inputs."""
        channels = range(1, len(self.mean) + 1)
        last = [f", {channel}" for channel in channels] if len(self.mean) > 1 else [""]
        return tuple(f"{self.name} step {step}{end}" for step in range(1, self.length + 1) for end in last)

    def write(self, column: Column, out: NDArray[np.float32]) -> None:
        """Fill `out`, float32 zeros (B, slots)."""
        out[:] = np.nan_to_num(self.steps(column)).reshape(len(out), -1)

    def steps(self, column: Column) -> NDArray[np.float32]:
        """Return the sequences, float32 (B, length, C), NaN after the end of one where `ragged`, never elsewhere."""
        values = np.asarray(column.values, np.float64)[:, : self.length]
        values = np.pad(values, [(0, 0), (0, self.length - values.shape[1]), (0, 0)], constant_values=np.nan)
        scaled = (values - np.array(self.mean)) / np.array(self.deviation)
        ends = lengths_of(values) if self.ragged else np.full(len(values), self.length)
        filled = bridged(scaled, ends)
        if self.ragged:
            filled[np.arange(self.length) >= ends[:, None]] = np.nan
        # Absurdly far values of new data must still fit into float32, and so must their squares.
        return np.clip(filled, -1e15, 1e15).astype(np.float32)


def bridged(values: NDArray[np.float64], ends: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return sequences (B, T, C) without NaN before `ends` (B,): straight lines over gaps, 0 where nothing is known."""
    filled = values.copy()
    before = np.arange(values.shape[1]) < ends[:, None]
    gaps = np.isnan(values) & before[:, :, None]
    for row, channel in np.argwhere(gaps.any(axis=1)):
        own = values[row, : ends[row], channel]
        there = np.flatnonzero(~np.isnan(own))
        missing = np.flatnonzero(np.isnan(own))
        filled[row, missing, channel] = np.interp(missing, there, own[there]) if len(there) else 0.0
    return filled


def fit_sequence(column: Column, length: int | None = None, columns: tuple[str, ...] = ()) -> SequenceEncoder:
    """Return the encoder of `column` (train split only), which reads `length` steps, or all there are."""
    values = np.asarray(column.values, np.float64)
    lengths = lengths_of(values)
    longest = max(int(lengths.max(initial=0)), 1)
    values = values[:, : min(length or longest, longest)]
    with np.errstate(over="ignore"):
        known = ~np.isnan(values)
        count = np.maximum(known.sum(axis=(0, 1)), 1)
        mean = np.where(known, values, 0.0).sum(axis=(0, 1)) / count
        spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=(0, 1)) / count)
    return SequenceEncoder(
        column.name,
        values.shape[1],
        tuple(mean.tolist()),
        tuple(np.where((spread > 0) & np.isfinite(spread), spread, 1.0).tolist()),
        bool((lengths != longest).any()),
        columns,
    )
