"""What a person, or a source, says of columns: that they are the steps of a sequence, or texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from piste.core.errors import DataError
from piste.core.records import Kind
from piste.data.columns import IMAGE, SEQUENCE, RawTable
from piste.data.headers import is_made_up
from piste.data.joining import Joined
from piste.data.kinds import infer
from piste.data.levels import Raw
from piste.data.naming import find_columns, listed
from piste.data.sequences import SHORTEST, as_texts, lengths_of, merged
from piste.data.settings import DataSettings

ALL, SPAN = "all", ":"


@dataclass(frozen=True)
class Declared:
    """The rows with columns made one, the source columns that were, the kinds that are settled, and notes."""

    joined: Joined
    steps: tuple[str, ...]
    notes: tuple[str, ...]


def with_tags(table: RawTable, names: Sequence[str]) -> RawTable:
    """Return `table` with the lists of numbers in the columns `names` as texts, ";" between the numbers."""
    texts = {name: as_texts(table.columns[name]) for name in names if table.columns[name].ndim == 3}  # type: ignore[arg-type]
    return replace(table, columns={**table.columns, **texts}) if texts else table


def declare(joined: Joined, targets: Sequence[str], settings: DataSettings, *, sequences: bool) -> Declared:
    """Return the rows with the columns of --sequence made one, those of --text marked as texts, short lists as tags.

    With `sequences`, the network reads nothing else, so unnamed columns of numbers are taken for steps. Raises
    `DataError` for columns that cannot be a sequence, or are spoken for.
    """
    table = joined.table
    names = tuple(table.columns)
    spoken = _spoken_for(names, targets, settings)
    if settings.text:
        texts = _free(find_columns(settings.text, names, "text"), spoken, "text")
        table = replace(table, kinds={**table.kinds, **dict.fromkeys(texts, Kind.TEXT)})
    chosen, note = _chosen(joined, names, spoken, settings, sequences)
    short = [name for name in names if name not in chosen and _are_tags(joined.raw(name))]
    joined = replace(joined, table=with_tags(table, short))
    return Declared(_one_column(joined, chosen) if chosen else joined, chosen if len(chosen) > 1 else (), note)


def _spoken_for(names: Sequence[str], targets: Sequence[str], settings: DataSettings) -> dict[str, str]:
    """Return the columns that are no features, with what they are."""
    given = {"weights": settings.weights, "group": settings.group, "time": settings.time, "drop": settings.drop}
    spoken = {
        name: f"--{setting}" for setting, text in given.items() if text for name in find_columns(text, names, setting)
    }
    return {**spoken, **dict.fromkeys(targets, "the target")}


def _free(found: Sequence[str], spoken: dict[str, str], setting: str) -> tuple[str, ...]:
    for name in found:
        if name in spoken:
            raise DataError(f"Column '{name}' is named by --{setting}, and it is {spoken[name]} as well: choose one.")
    return tuple(found)


def _chosen(
    joined: Joined, names: Sequence[str], spoken: dict[str, str], settings: DataSettings, sequences: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    free = [name for name in names if name not in spoken]
    if settings.sequence is not None and settings.sequence.strip().lower() != ALL:
        return _free(_named(settings.sequence, names), spoken, "sequence"), ()
    if settings.sequence is not None:
        steps = [name for name in free if infer_kind(joined.raw(name)) is not Kind.IDENTIFIER]
        if not steps:
            raise DataError("No column is left for --sequence all: each is the target, or left out.")
        return tuple(steps), ()
    unnamed = [joined.raw(name) for name in free if is_made_up(name)]
    if not sequences or len(unnamed) != len(free) or len(free) < 2 or not all(map(_is_numeric, unnamed)):
        return (), ()
    note = f"The {len(free):,} columns have no names, so they are taken for the steps of a sequence, in their order."
    return tuple(free), (note,)


def infer_kind(raw: Raw) -> Kind:
    """Return the kind that a column would get by itself; lists and pictures have theirs."""
    return Kind.SEQUENCE if raw.values.ndim == 3 else infer(raw).kind


def _is_numeric(raw: Raw) -> bool:
    return raw.values.ndim == 1 and raw.values.dtype.kind in "iufbO" and not np.isnan(raw.numbers[~raw.absent]).any()


def _named(wanted: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that `wanted` names; first:last is all from the one to the other."""
    if wanted in names or SPAN not in wanted:
        return find_columns(wanted, names, "sequence")
    found: list[str] = []
    for part in wanted.split(","):
        ends = (
            [find_columns(end.strip(), names, "sequence")[0] for end in part.split(SPAN)]
            if part not in names
            else [part]
        )
        first, last = names.index(ends[0]), names.index(ends[-1])
        if len(ends) > 2 or first > last:
            raise DataError(f"'{part}' in --sequence must be first:last, the one column left of the other.")
        found += names[first : last + 1]
    return tuple(dict.fromkeys(found))


def _are_tags(raw: Raw) -> bool:
    values = raw.values
    if values.ndim != 3 or values.shape[2] > 1 or lengths_of(values).max() >= SHORTEST:
        return False
    numbers = values[~np.isnan(values)]
    return bool((numbers == np.floor(numbers)).all())


def _one_column(joined: Joined, names: tuple[str, ...]) -> Joined:
    table = joined.table
    if any(table.columns[name].ndim == 4 for name in names):
        raise DataError(f"Column '{IMAGE}' holds pictures, which are no sequence: leave --sequence out.")
    name = names[0] if len(names) == 1 else SEQUENCE
    rest = {one: values for one, values in table.columns.items() if one not in names}
    if name in rest:
        raise DataError(f"A column is called '{SEQUENCE}' already, and {listed(names, 3)} would become it: rename it.")
    values = merged([joined.raw(one) for one in names])
    return replace(joined, table=replace(table, columns={**rest, name: values}))
