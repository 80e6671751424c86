"""What can be compared of examples without keeping them: columns of a table, and measurements of everything else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.sequences import lengths_of

_BLOCK = 2000  # pictures or sequences that are widened at one time

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trait:
    """One thing to compare.

    `values` (B,): float64 with NaN where missing, or object of `str` with "" where missing (categories and flags).
    """

    name: str
    column: str
    kind: Kind
    values: NDArray[Any]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which examples (B,) have no value."""
        return np.asarray(self.values == "" if self.values.dtype == object else np.isnan(self.values))

    @property
    def present(self) -> NDArray[Any]:
        """The values that are there."""
        return self.values[~self.missing]


def traits_of(columns: Iterable[Column]) -> tuple[Trait, ...]:
    """Return the traits of columns that serve as features.

    Numbers, dates (in seconds since 1970) and levels stand for themselves. Of pictures, texts and sequences there are
    measurements alone, from which none of them can be made again.
    """
    return tuple(
        Trait(name, column.name, column.kind, values) for column in columns for name, values in _measured(column)
    )


def _measured(column: Column) -> Iterable[tuple[str, NDArray[Any]]]:
    match column.kind:
        case Kind.NUMBER:
            yield column.name, np.where(column.missing, np.nan, np.asarray(column.values, np.float64))
        case Kind.FLAG:
            spelled = np.where(np.asarray(column.values) == 1, "yes", "no").astype(object)
            yield column.name, np.where(column.missing, "", spelled)
        case Kind.CATEGORY:
            yield column.name, np.where(column.missing, "", column.values.astype(object))
        case Kind.DATE:
            seconds = column.values.astype("datetime64[us]").astype(np.int64) / 1e6
            yield column.name, np.where(column.missing, np.nan, seconds)
        case Kind.TEXT:
            yield from _named(column, _TEXTS, _of_texts)
        case Kind.SEQUENCE:
            yield from _named(column, _SEQUENCES, _of_sequences)
        case Kind.IMAGE:
            yield from _of_pictures(column)


def _named(
    column: Column, names: tuple[str, ...], measure: Callable[[NDArray[Any]], Floats]
) -> Iterable[tuple[str, Floats]]:
    values = np.where(column.missing[:, None], np.nan, _in_blocks(column.values, measure, len(names)))
    yield from ((f"{column.name}: {name}", values[:, place]) for place, name in enumerate(names))


def _in_blocks(values: NDArray[Any], measure: Callable[[NDArray[Any]], Floats], width: int) -> Floats:
    blocks = [measure(values[start : start + _BLOCK]) for start in range(0, len(values), _BLOCK)]
    return np.concatenate(blocks) if blocks else np.empty((0, width))


_TEXTS = ("words", "letters a word", "share of letters", "share of capitals", "share beyond ASCII")


def _of_texts(texts: NDArray[Any]) -> Floats:
    return np.array([_of_text(text) for text in texts.tolist()], np.float64).reshape(len(texts), len(_TEXTS))


def _of_text(text: str) -> tuple[float, ...]:
    words, size = text.split(), max(len(text), 1)
    letters = sum(sign.isalpha() for sign in text)
    capitals = sum(sign.isupper() for sign in text)
    beyond = sum(ord(sign) > 127 for sign in text)
    inside = sum(map(len, words)) / max(len(words), 1)
    return len(words), inside, letters / size, capitals / max(letters, 1), beyond / size


_SEQUENCES = ("steps", "mean", "deviation", "least", "greatest", "change a step")


def _of_sequences(values: NDArray[Any]) -> Floats:
    steps = np.asarray(values, np.float64)
    lengths = lengths_of(steps)
    gone = np.isnan(steps)
    count = np.maximum((~gone).sum(axis=(1, 2)), 1)
    filled = np.where(gone, 0.0, steps)
    mean = filled.sum(axis=(1, 2)) / count
    squares = np.where(gone, 0.0, (steps - mean[:, None, None]) ** 2).sum(axis=(1, 2)) / count
    least = np.where(gone, np.inf, steps).min(axis=(1, 2), initial=np.inf)
    most = np.where(gone, -np.inf, steps).max(axis=(1, 2), initial=-np.inf)
    changes = np.abs(np.diff(steps, axis=1))
    known = np.maximum((~np.isnan(changes)).sum(axis=(1, 2)), 1)
    rough = np.nansum(changes, axis=(1, 2)) / known
    measured = np.stack([lengths, mean, np.sqrt(squares), least, most, rough], axis=1).astype(np.float64)
    measured[lengths == 0, 1:] = np.nan
    return measured


_PICTURES = ("brightness", "contrast", "darkest", "brightest", "sharpness")
_CHANNELS: Mapping[int, tuple[str, ...]] = {3: ("red", "green", "blue"), 4: ("red", "green", "blue", "opacity")}


def _of_pictures(column: Column) -> Iterable[tuple[str, Floats]]:
    channels = column.values.shape[3]
    colours = _CHANNELS.get(channels, tuple(f"channel {place}" for place in range(channels)) if channels > 1 else ())
    yield from _named(column, (*_PICTURES, *colours), _of_pixels)


def _of_pixels(pictures: NDArray[Any]) -> Floats:
    pixels = np.asarray(pictures, np.float32)
    flat = pixels.reshape(len(pixels), -1)
    edges = [np.abs(np.diff(pixels, axis=axis)).reshape(len(pixels), -1).mean(axis=1) for axis in (1, 2)]
    darkest, brightest = np.percentile(flat, (5, 95), axis=1)
    measured = [flat.mean(axis=1), flat.std(axis=1), darkest, brightest, (edges[0] + edges[1]) / 2]
    colours = list(pixels.mean(axis=(1, 2)).T) if pixels.shape[3] > 1 else []
    return np.stack([*measured, *colours], axis=1).astype(np.float64)
