"""From a person's data to a data set: read, find the target, take kinds, divide, and record what was done."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import DataRecord, FeatureRecord, Kind, SplitRecord, TargetRecord, Task
from piste.core.settings import check
from piste.data import sources
from piste.data.columns import IMAGE, Column, RawTable
from piste.data.copies import first_of_copies
from piste.data.declared import declare, with_tags
from piste.data.distributions import distribution, histogram
from piste.data.dividing import divide
from piste.data.examples import DataSet
from piste.data.gaps import gaps_note, parse_gaps, with_gaps
from piste.data.joining import Joined, alone, join
from piste.data.kinds import Guess, as_column, infer
from piste.data.labels import target_values, without_target
from piste.data.leaks import REASON, repeats_target
from piste.data.levels import Raw
from piste.data.naming import find_columns, listed, shortened
from piste.data.new_rows import NewRows, read_new
from piste.data.settings import DataSettings
from piste.data.splits import Split
from piste.data.stream import Sampled, sampled
from piste.data.target import Target, find_target
from piste.data.tasks import describe
from piste.data.weights import row_weights
from piste.data.zeros import zeros_note

__all__ = ["DataSet", "NewRows", "build", "load", "read_new"]


def load(data: Any, settings: DataSettings, takes: Collection[str] = ()) -> DataSet:
    """Return the data set in `data`: a path, a bundled name, arrays or a frame, as `sources.read_table` takes them.

    `takes` is what the network to be trained can read, of "table", "pictures", "sequences" and "texts", where that is
    known: arrays of numbers are taken for sequences where it can read nothing else of them. Raises `DataError` for
    data that cannot be used and `SettingError` for settings that do not fit.
    """
    check(settings)
    part = sampled(data, settings)
    if part is not None:
        return _on_disk(part, settings, sequences="sequences" in takes and "table" not in takes)
    sequences = "sequences" in takes and "pictures" not in takes
    table = sources.read_table(data, settings, sequences=sequences)
    test = None
    if settings.test is not None:
        names, _ = find_target(table, settings)
        test = sources.read_table(settings.test, settings, like=_with_target(table, names), sequences=sequences)
    return build(table, test, settings, sequences="sequences" in takes and "table" not in takes)


def _on_disk(part: Sampled, settings: DataSettings, *, sequences: bool) -> DataSet:
    """Return the data set whose train split stays on the disk, described by the sample of it."""
    made = build(part.table, None, settings, sequences=sequences)
    looked_at = len(made.rows["train"])
    note = (
        f"{part.stream.source.rows:,} rows are streamed from the disk, {part.reason}; kinds, classes, statistics and "
        f"the simple baselines come from {looked_at:,} of the {len(part.stream):,} rows of the train split."
    )
    sizes = {**made.record.split.sizes, "train": len(part.stream)}
    split = SplitRecord("random", f"by a hash of each row's number, seed {settings.seed}", sizes)
    if part.stream.source.splits is not None:
        split = SplitRecord("file", "the splits come from the folders' names, what they lack is cut by chance", sizes)
    record = replace(
        made.record,
        rows=part.stream.source.rows,
        split=split,
        fingerprint=part.fingerprint,
        notes=(note, *made.record.notes),
    )
    return replace(made, record=record, origin=part.rows[made.origin], stream=part.stream)


def _with_target(table: RawTable, names: Sequence[str]) -> RawTable:
    return replace(table, target=",".join(names))


def build(table: RawTable, test: RawTable | None, settings: DataSettings, *, sequences: bool = False) -> DataSet:
    """Return the data set of a table as read, with the rows of `test`, where it is given, as the test split.

    With `sequences`, unnamed columns of numbers are taken for the steps of a sequence.
    """
    names, note = find_target(table, settings)
    order, table, test = tuple(table.columns), with_tags(table, names), test and with_tags(test, _there(names, test))
    gaps = parse_gaps(settings.missing, order, names) if settings.missing else ()
    read, table, test = table, with_gaps(table, gaps, names), test and with_gaps(test, gaps, names)
    joined, target, notes = _labelled(table, test, names, settings)
    declared = declare(joined, names, settings, sequences=sequences)
    joined, notes = declared.joined, (gaps_note(read, table), *notes, *declared.notes)
    content = sources.fingerprint(joined.table)
    if settings.drop_duplicates:
        joined, target, notes = _without_copies(joined, target, names, settings, notes)
    split, split_record = divide(joined, target, settings)
    columns, features = _features(joined, target, names, split["train"], settings)
    weighing = _weighing(joined, names, settings)
    leaks = [feature.name for feature in features if feature.reason == REASON]
    said = f"Columns that repeat the target one to one are left out: {listed(leaks)}." if leaks else ""
    record = DataRecord(
        name=table.name,
        source=table.source,
        fingerprint=content,
        rows=joined.table.rows,
        features=features,
        target=_target_record(target, split),
        split=split_record,
        image_shape=_image_shape(columns, features),
        notes=tuple(
            text for text in (*joined.table.notes, note, *notes, said, zeros_note(columns), _mixed(features)) if text
        ),
    )
    return DataSet(
        table.name,
        table.source,
        columns,
        target,
        split,
        record,
        joined.origin,
        order,
        joined.table.row_names,
        row_weights(joined.raw(weighing)) if weighing else None,
        declared.steps,
        gaps=gaps,
    )


def _without_copies(
    joined: Joined, target: Target, names: tuple[str, ...], settings: DataSettings, notes: tuple[str, ...]
) -> tuple[Joined, Target, tuple[str, ...]]:
    columns, features = _features(joined, target, names, np.arange(joined.table.rows), settings)
    used = [column for column, feature in zip(columns, features, strict=True) if feature.used]
    kept = first_of_copies(used, joined)
    gone = joined.table.rows - len(kept)
    note = f"{gone:,} of {joined.table.rows:,} rows repeat another one and are left out, as --drop-duplicates asks."
    return joined.take(kept), replace(target, values=target.values[kept]), (*notes, note)


def _there(names: Sequence[str], table: RawTable) -> list[str]:
    return [name for name in names if name in table.columns]


def _mixed(features: Sequence[FeatureRecord]) -> str:
    """Return what becomes of texts and sequences that stand beside other columns."""
    used = [one for one in features if one.used]
    ordered = [one.name for one in used if one.kind in (Kind.TEXT, Kind.SEQUENCE)]
    if not ordered or len(used) == 1:
        return ""
    return (
        f"Beside other columns, texts become a bag of words and sequences a number for each step "
        f"({listed(ordered, 5)}); networks that read in order take one text or sequence alone: for those, --drop the "
        f"others."
    )


def _weighing(joined: Joined, targets: Sequence[str], settings: DataSettings) -> str | None:
    if not settings.weights:
        return None
    name, *more = find_columns(settings.weights, tuple(joined.table.columns), "weights")
    if more:
        raise DataError(f"--weights takes one column, and '{settings.weights}' names {len(more) + 1}.")
    if name in targets:
        raise DataError(f"'{name}' is the target and cannot hold the weights too; say --target or --weights otherwise.")
    return name


def _labelled(
    table: RawTable, test: RawTable | None, names: tuple[str, ...], settings: DataSettings
) -> tuple[Joined, Target, tuple[str, ...]]:
    """Return the rows that have a target, the target, and notes."""
    wanted = Task(settings.task) if settings.task else None
    first = alone(table)
    described = describe([first.raw(name) for name in names], wanted, table.class_names, IMAGE in table.columns)
    joined = first if test is None else join(table, test)
    tagged = described.task is Task.MULTI_LABEL and len(names) == 1
    gone = without_target([joined.raw(name) for name in names], described.task, tagged)
    notes: tuple[str, ...] = ()
    if gone[joined.start :].all() and joined.second:
        raise DataError(f"{joined.second} has no value of {listed(names)} in any row, so nothing can be tested by it.")
    if gone.any():
        joined = joined.take(np.flatnonzero(~gone))
        notes = (f"{gone.sum():,} of {len(gone):,} rows have no value of {listed(names)} and are left out.",)
    raws = [joined.raw(name) for name in names]
    values, more = target_values(raws, described.task, described.classes, table.class_names)
    return joined, Target(described.names, described.task, described.classes, values, described.reason), (*notes, *more)


def _features(
    joined: Joined, target: Target, targets: Sequence[str], train: NDArray[np.int64], settings: DataSettings
) -> tuple[tuple[Column, ...], tuple[FeatureRecord, ...]]:
    names = tuple(joined.table.columns)
    dropped = find_columns(settings.drop, names, "drop") if settings.drop else ()
    if set(dropped) & set(targets):
        raise DataError(f"'{targets[0]}' is the target and cannot be left out with --drop as well.")
    group = find_columns(settings.group, names, "group")[0] if settings.group else None
    weighing = _weighing(joined, targets, settings)
    pictures = IMAGE in names
    columns, records = [], []
    for name in names:
        if name in targets:
            continue
        raw = joined.raw(name)
        guess = _guess(raw, target, name in dropped, name == group, pictures)
        if guess.reason not in _SETTLED and joined.table.kinds.get(name) is Kind.TEXT and raw.distinct:
            guess = Guess(Kind.TEXT, f"{raw.distinct:,} distinct texts in {len(raw.values):,} rows, said to be texts")
        if name == weighing:
            guess = Guess(Kind.IDENTIFIER, "left out: it says how much each row counts", used=False)
        column = as_column(raw, guess.kind, guess.form)
        drawn = distribution(column.take(train)) if guess.used else None
        columns.append(column)
        missing, distinct = (0, joined.table.rows) if raw.values.ndim > 1 else (int(raw.missing.sum()), raw.distinct)
        records.append(FeatureRecord(name, guess.kind, guess.reason, guess.used, missing, distinct, drawn))
    _refuse_nothing(records)
    return tuple(columns), tuple(records)


_DROPPED, _GROUPS = "left out with --drop", "left out: it names the groups of the split"
_PICTURES = "left out: pictures are learnt from alone"
_SETTLED = (_DROPPED, _GROUPS, _PICTURES, REASON)  # whatever else is known of the column


def _guess(raw: Raw, target: Target, dropped: bool, is_group: bool, pictures: bool) -> Guess:
    unused = {3: Kind.SEQUENCE, 4: Kind.IMAGE}.get(raw.values.ndim, Kind.IDENTIFIER)
    if dropped:
        return Guess(unused, _DROPPED, used=False)
    if is_group:
        return Guess(unused, _GROUPS, used=False)
    if pictures and raw.values.ndim < 4:
        return Guess(unused, _PICTURES, used=False)
    if repeats_target(raw, target):
        return Guess(unused, REASON, used=False)
    return infer(raw)


_NAMED = 3  # columns left out whose reasons are told


def _refuse_nothing(records: Sequence[FeatureRecord]) -> None:
    if any(record.used for record in records):
        return
    why = [f"'{shortened(one.name)}' ({one.reason.removeprefix('left out: ')})" for one in records[:_NAMED]]
    more = [f"and {len(records) - _NAMED:,} more"] if len(records) > _NAMED else []
    raise DataError(f"No column is left to learn from: {', '.join(why + more) or 'the target is the only one'}.")


def _image_shape(columns: Sequence[Column], features: Sequence[FeatureRecord]) -> tuple[int, int, int] | None:
    for column, feature in zip(columns, features, strict=True):
        if feature.used and column.kind is Kind.IMAGE:
            height, width, channels = column.values.shape[1:]
            return height, width, channels
    return None


def _target_record(target: Target, split: Split) -> TargetRecord:
    counts: dict[str, tuple[int, ...]] = {}
    drawn = None
    if target.task is Task.REGRESSION:
        drawn = histogram(target.values[split["train"], 0])
    elif target.task is Task.MULTI_LABEL:
        counts = {name: tuple(target.values[rows].sum(axis=0).astype(int).tolist()) for name, rows in split.items()}
    else:
        size = len(target.classes)
        counts = {
            name: tuple(np.bincount(target.values[rows], minlength=size).tolist()) for name, rows in split.items()
        }
    return TargetRecord(target.names, target.task, target.reason, target.classes, counts, drawn)
