"""Dates: how long ago, and where in the year, the week and the day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.encoder import Encoder
from piste.data.encoders.scaling import Scale, fit_scale

CYCLES = ("year", "week", "day")
_DAY = 86_400e6  # microseconds


@dataclass(frozen=True)
class DateEncoder(Encoder):
    """Slots: elapsed days and the calendar year, both scaled; sine and cosine of the place in each cycle; "missing".

    A cycle is kept if dates of the train split lie at different places in it, the year if there are several.
    A missing date has 0 in all slots but the last.
    """

    name: str
    elapsed: Scale  # days since 1970
    year: Scale | None
    cycles: tuple[str, ...]
    indicator: bool
    form: str = ""  # order of day and month, see `Column.form`

    kind = Kind.DATE

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the inputs."""
        years = [f"{self.name} calendar year"] if self.year else []
        waves = [f"{self.name} {wave} of {cycle}" for cycle in self.cycles for wave in ("sine", "cosine")]
        return (f"{self.name} elapsed", *years, *waves, *([f"{self.name} missing"] if self.indicator else []))

    def write(self, column: Column, out: NDArray[np.float32]) -> None:
        """Fill `out`, float32 zeros (B, slots)."""
        moments = column.values.astype("datetime64[us]")
        parts = [self.elapsed.apply(_days(moments))]
        if self.year:
            parts.append(self.year.apply(_years(moments)))
        for cycle in self.cycles:
            angle = 2 * np.pi * _phase(moments, cycle)
            parts.extend([np.sin(angle), np.cos(angle)])
        out[:, : len(parts)] = np.where(column.missing[:, None], 0.0, np.stack(parts, axis=1))
        if self.indicator:
            out[:, -1] = column.missing


def fit_date(column: Column) -> DateEncoder:
    """Return the encoder of `column` (train split only)."""
    moments = column.values[~column.missing].astype("datetime64[us]")
    years = _years(moments)
    return DateEncoder(
        name=column.name,
        elapsed=fit_scale(_days(moments)),
        year=fit_scale(years) if len(np.unique(years)) > 1 else None,
        cycles=tuple(cycle for cycle in CYCLES if len(np.unique(_phase(moments, cycle))) > 1),
        indicator=bool(column.missing.any()),
        form=column.form,
    )


def _days(moments: NDArray[np.datetime64]) -> NDArray[np.float64]:
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / _DAY)


def _years(moments: NDArray[np.datetime64]) -> NDArray[np.float64]:
    return np.where(np.isnat(moments), np.nan, moments.astype("datetime64[Y]").astype(np.int64) + 1970.0)


def _phase(moments: NDArray[np.datetime64], cycle: str) -> NDArray[np.float64]:
    """Return the place in a cycle, from 0 to 1: day of the year in whole days, weekday (Thursday 0), time of day."""
    days = moments.astype("datetime64[D]")
    if cycle == "year":
        phase = (days - moments.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) / 366
    elif cycle == "week":
        phase = days.astype(np.int64) % 7 / 7
    else:
        phase = (moments - days).astype(np.int64) / _DAY
    return np.where(np.isnat(moments), np.nan, phase)
