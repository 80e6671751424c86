"""A space: which settings vary, each with its prior, some only where another has a certain value.

Every setting that may vary has a place in the unit cube, whether a trial uses it or not, so that a sampler needs to
know nothing about conditions, and the places of two trials can be compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from piste.core.errors import SettingError
from piste.tune.priors import Choice, OneMinusLog, Prior, written


@dataclass(frozen=True)
class Condition:
    """The setting `name` must have the option number `index` of its choice; `value` is that one as it is written."""

    name: str
    index: int
    value: str = field(default="", compare=False)


@dataclass(frozen=True)
class Dimension:
    """One setting that varies. The same setting may occur under several options, each time as a dimension."""

    name: str
    prior: Prior
    under: tuple[Condition, ...] = ()

    @property
    def label(self) -> str:
        """The setting with what it hangs on, unique in its space: "momentum (optimiser: sgd)"."""
        under = ", ".join(f"{one.name}: {one.value or one.index}" for one in self.under)
        return f"{self.name} ({under})" if under else self.name


@dataclass(frozen=True)
class Space:
    """All dimensions; a choice stands before what hangs on it. `fixed` are plain values under an option."""

    dimensions: tuple[Dimension, ...]
    fixed: tuple[tuple[str, Any, tuple[Condition, ...]], ...] = ()

    @classmethod
    def of(cls, priors: Mapping[str, Prior]) -> "Space":
        """Return the space of the settings in `priors`. Raises `SettingError` where there are none."""
        if not priors:
            raise SettingError("Nothing varies. Give a range where a value would stand: learning_rate=log(1e-4, 1).")
        parts = [part for name, prior in priors.items() for part in _unfolded(name, prior, ())]
        dimensions = tuple(part for part in parts if isinstance(part, Dimension))
        return cls(dimensions, tuple(part for part in parts if not isinstance(part, Dimension)))

    def __len__(self) -> int:
        return len(self.dimensions)

    def point(self, places: Sequence[float]) -> dict[str, Any]:
        """Return the settings at `places`, one per dimension in [0, 1), numbers with four digits.

        Settings that do not matter there are left out.
        """
        chosen: dict[str, int] = {}
        values: dict[str, Any] = {}
        for dimension, place in zip(self.dimensions, places, strict=True):
            if not _holds(dimension.under, chosen):
                continue
            prior = dimension.prior
            values[dimension.name] = short(prior, prior.value(place))
            if isinstance(prior, Choice):
                chosen[dimension.name] = prior.index(place)
        for name, value, under in self.fixed:
            if _holds(under, chosen):
                values[name] = value
        return values

    def places(self, point: Mapping[str, Any], unused: float = 0.5) -> tuple[float, ...]:
        """Return the places of the settings in `point`, `unused` for dimensions that do not matter there."""
        chosen: dict[str, int] = {}
        places = []
        for dimension in self.dimensions:
            if dimension.name not in point or not _holds(dimension.under, chosen):
                places.append(unused)
                continue
            places.append(dimension.prior.place(point[dimension.name]))
            if isinstance(dimension.prior, Choice):
                chosen[dimension.name] = dimension.prior.index(places[-1])
        return tuple(places)

    def active(self, places: Sequence[float]) -> tuple[bool, ...]:
        """Return for each dimension whether it matters at `places`."""
        chosen: dict[str, int] = {}
        matters = []
        for dimension, place in zip(self.dimensions, places, strict=True):
            matters.append(_holds(dimension.under, chosen))
            if matters[-1] and isinstance(dimension.prior, Choice):
                chosen[dimension.name] = dimension.prior.index(place)
        return tuple(matters)


def short(prior: Prior, value: Any) -> Any:
    """Return what was drawn, numbers with four digits: more than a search can tell apart, and few enough to repeat."""
    if isinstance(prior, OneMinusLog):
        return round(1.0 - float(f"{1.0 - value:.4g}"), 12)
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _holds(under: tuple[Condition, ...], chosen: Mapping[str, int]) -> bool:
    return all(chosen.get(one.name) == one.index for one in under)


def _unfolded(
    name: str, value: Any, under: tuple[Condition, ...]
) -> Iterator[Dimension | tuple[str, Any, tuple[Condition, ...]]]:
    """Yield the dimension of a setting, and after it what its options open."""
    if not isinstance(value, Prior):
        yield name, value, under
        return
    yield Dimension(name, value, under)
    if isinstance(value, Choice):
        for index, one in enumerate(value.options):
            for inner, prior in one.settings:
                yield from _unfolded(inner, prior, (*under, Condition(name, index, written(one.value))))
