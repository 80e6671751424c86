"""Every trait then and now, as candidates for an alarm: what would be said, and how likely so much is by chance."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.drift import Change, DriftTest, KeptTrait, SchemaChange, TraitDrift
from piste.core.records import Distribution, Kind
from piste.evaluate.drift.single import (
    FLOOR,
    MISSING_FLOOR,
    Moved,
    corrected,
    homogeneity,
    levels_moved,
    numbers_moved,
)
from piste.evaluate.drift.units import other_units

ALPHA = 0.01  # chance of one false alarm or more among all tests of data that look alike
LEVELS_FLOOR = 0.01  # share of the rows that have levels never seen
_DRAWN, _LEVELS = 20, 12


@dataclass(frozen=True)
class Candidate:
    """Something to say, its chance before the correction for all tests, and whether its size matters."""

    said: TraitDrift | DriftTest | SchemaChange
    chance: float
    matters: bool


@dataclass(frozen=True)
class Settled:
    """What is left once the chances are corrected; a change of form is left out where it is not sure."""

    schema: tuple[SchemaChange, ...]
    traits: tuple[TraitDrift, ...]
    tests: tuple[DriftTest, ...]


def settled(candidates: list[Candidate]) -> Settled:
    """Return what the candidates come to, with one error budget for all of them (Holm)."""
    from dataclasses import replace

    schema: list[SchemaChange] = []
    traits: list[TraitDrift] = []
    tests: list[DriftTest] = []
    for one, chance in zip(candidates, corrected([one.chance for one in candidates]), strict=True):
        alarm = one.matters and chance < ALPHA
        match one.said:
            case SchemaChange() if alarm:
                schema.append(one.said)
            case TraitDrift():
                traits.append(replace(one.said, p_value=chance, drifted=alarm))
            case DriftTest():
                tests.append(replace(one.said, p_value=chance, drifted=alarm))
    return Settled(tuple(schema), tuple(traits), tuple(tests))


def candidates_of(kept: KeptTrait, before: NDArray[Any], now: NDArray[Any]) -> Iterator[Candidate]:
    """Yield what there is to say of one trait, of the kept examples (N,) and of the new ones (M,)."""
    gone = [one == "" if one.dtype == object else np.isnan(one) for one in (before, now)]
    old, new = before[~gone[0]], now[~gone[1]]
    of_levels = before.dtype == object
    moved = levels_moved(old, new) if of_levels else numbers_moved(old, new)
    yield _trait(kept, old, new, moved)
    if kept.name == kept.column or not of_levels:
        yield from _missing(kept, gone[0], gone[1])
    if of_levels and kept.levels:
        yield from _new_levels(kept, new)
    if _has_units(kept) and moved.share > FLOOR and (words := other_units(old, new)):
        sentence = f"The numbers of '{kept.name}' are {words}: they seem to be in other units."
        yield Candidate(SchemaChange(Change.UNITS, kept.column, sentence, alarm=True), moved.chance, matters=True)


def _has_units(kept: KeptTrait) -> bool:
    # Of the measurements of one column, one is enough.
    return kept.kind is Kind.NUMBER or kept.name.endswith((": brightness", ": deviation"))


def _trait(kept: KeptTrait, old: NDArray[Any], new: NDArray[Any], moved: Moved) -> Candidate:
    counts = kept.kind is not Kind.DATE
    note = _levels_note(old, new) if old.dtype == object else _numbers_note(kept, old, new)
    before, now = _drawn(old, new) if counts and len(old) and len(new) else (None, None)
    said = TraitDrift(
        kept.name, kept.column, kept.kind, moved.share, moved.stability, 1.0, False, note, before, now, counts
    )
    # Later rows have later dates, which is no news; so they are shown and do not count.
    return Candidate(said, moved.chance if counts else 1.0, moved.share >= FLOOR)


def _numbers_note(kept: KeptTrait, old: NDArray[Any], new: NDArray[Any]) -> str:
    if not len(old) or not len(new):
        return "no value"
    if kept.kind is Kind.DATE:
        ends = [np.datetime64(round(value), "s").astype("datetime64[D]") for value in (new.min(), new.max())]
        return f"from {ends[0]} to {ends[1]} now"
    one, two = (np.quantile(values, (0.25, 0.5, 0.75)) for values in (old, new))
    return f"median {one[1]:.4g}, now {two[1]:.4g}; middle half {one[0]:.4g} to {one[2]:.4g}, now {two[0]:.4g} to {two[2]:.4g}"  # noqa: E501


def _levels_note(old: NDArray[Any], new: NDArray[Any]) -> str:
    if not len(old) or not len(new):
        return "no value"
    names, before, now = _counted(old, new)
    shares = [counts / counts.sum() for counts in (before, now)]
    most = int(np.argmax(np.abs(shares[0] - shares[1])))
    return f"'{names[most]}' {shares[0][most]:.1%}, now {shares[1][most]:.1%}"


def _counted(old: NDArray[Any], new: NDArray[Any]) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    names, places = np.unique([*old.tolist(), *new.tolist()], return_inverse=True)
    sides = [places[: len(old)], places[len(old) :]]
    before, now = (np.bincount(side, minlength=len(names)).astype(np.float64) for side in sides)
    return names.tolist(), before, now


def _drawn(old: NDArray[Any], new: NDArray[Any]) -> tuple[Distribution, Distribution]:
    """Return both as counts of the same bins or levels; what lies beyond the outermost bins is counted in them."""
    if old.dtype == object:
        names, before, now = _counted(old, new)
        order = np.argsort(-(before / before.sum() + now / now.sum()), kind="stable")
        labels = tuple(names[place] for place in order[:_LEVELS])
        return tuple(
            Distribution(
                tuple(int(counts[place]) for place in order[:_LEVELS]),
                labels=labels,
                others=int(counts[order[_LEVELS:]].sum()),
            )
            for counts in (before, now)
        )  # type: ignore[return-value]
    ends = np.array([np.quantile(values, (0.005, 0.995)) for values in (old, new)])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    if not high > low or not np.isfinite(high - low):
        low, high = low - 0.5, low + 0.5
    edges = np.linspace(low, high, _DRAWN + 1)
    return tuple(
        Distribution(tuple(np.histogram(np.clip(values, low, high), edges)[0].tolist()), edges=tuple(edges.tolist()))
        for values in (old, new)
    )  # type: ignore[return-value]


def _missing(kept: KeptTrait, before: NDArray[np.bool_], now: NDArray[np.bool_]) -> Iterator[Candidate]:
    if not len(now) or not (before.any() or now.any()):
        return
    counts = [np.array([one.sum(), (~one).sum()], np.float64) for one in (before, now)]
    share = float(now.mean())
    sentence = f"'{kept.column}' is missing in {share:.1%} of the rows, where it was missing in {kept.missing:.1%}."
    chance = homogeneity(*counts) if abs(share - before.mean()) > 0 else 1.0
    matters = abs(share - kept.missing) >= MISSING_FLOOR
    yield Candidate(SchemaChange(Change.MISSING, kept.column, sentence, alarm=True), chance, matters)


def _new_levels(kept: KeptTrait, new: NDArray[Any]) -> Iterator[Candidate]:
    from scipy.stats import binom

    strange = ~np.isin(new, np.array(kept.levels, object))
    count = int(strange.sum())
    if not count:
        return
    names, counts = np.unique(new[strange].astype(str), return_counts=True)
    most = ", ".join(f"'{names[place]}'" for place in np.argsort(-counts, kind="stable")[:3])
    sentence = f"'{kept.column}' has {len(names):,} levels that the training never saw, in {count / len(new):.1%} of the rows: {most}."  # noqa: E501
    chance = float(binom.sf(count - 1, len(new), min(kept.unseen, 1.0)))
    yield Candidate(
        SchemaChange(Change.LEVELS, kept.column, sentence, alarm=True), chance, count / len(new) >= LEVELS_FLOOR
    )
