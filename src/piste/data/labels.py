"""The labels of a target as class numbers, with the small differences of spelling that files have."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import Kind, Task
from piste.data.kinds import as_column
from piste.data.levels import Raw
from piste.data.naming import listed, shortened

TAG = ";"
"""What stands between the tags of one cell."""

LARGEST_TARGET = 1e30
"""Beyond this, a number to predict is a mistake, and squares of it leave the range of float32."""

UNKNOWN = -1

RESPELLED = "differ from a class only in case, blanks or a final full stop"


def spells_class(raw: Raw) -> NDArray[np.bool_]:
    """Return bool (L,): which levels of a target column are values.

    "none" stands for a missing number, but beside other words it is a class like them.
    """
    present = ~raw.absent
    if raw.values.dtype == object and np.isnan(raw.numbers[present]).any():
        none = np.fromiter((text.strip().lower() in ("none", "nil") for text in raw.texts), np.bool_, len(raw.texts))
        present = present | none
    return present


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags in one cell, without blanks and empty ones."""
    return tuple(tag for part in text.split(TAG) if (tag := part.strip()))


def without_target(raws: Sequence[Raw], task: Task, tagged: bool) -> NDArray[np.bool_]:
    """Return bool (B,): rows in which a target is missing; a cell without tags says "none of them" and is not."""
    if task is Task.MULTI_LABEL and tagged:
        return np.zeros(len(raws[0].values), np.bool_)
    absent = np.stack([~spells_class(raw)[raw.codes] for raw in raws])
    return np.asarray(absent.any(axis=0))


def target_values(
    raws: Sequence[Raw], task: Task, classes: Sequence[str], class_names: Sequence[str] = ()
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the values of the target columns `raws`, none of them missing, as `Target.values` has them, and notes.

    A label that equals a class but for case, blanks or a final full stop is taken for that class, which is said.
    Raises `DataError` naming row and value of a label that is none of `classes`.
    """
    if task is Task.REGRESSION:
        return np.stack([_numbers(raw) for raw in raws], axis=1), ()
    if task is Task.MULTI_LABEL:
        if len(raws) == 1:
            return _tag_values(raws[0], classes)
        return np.stack([as_column(raw, Kind.FLAG).values for raw in raws], axis=1).astype(np.float32), ()
    codes, notes = match_labels(raws[0], classes, class_names)
    return codes[raws[0].codes].astype(np.int32), notes


def _numbers(raw: Raw) -> NDArray[Any]:
    values = as_column(raw, Kind.NUMBER).values
    huge = np.abs(np.nan_to_num(raw.numbers)) > LARGEST_TARGET
    if huge.any():
        place, text = raw.first(huge)
        raise DataError(
            f"The target column '{raw.name}' holds {text} in {place}, too large to compute with: "
            f"correct it, or use other units."
        )
    return values


def match_labels(
    raw: Raw, classes: Sequence[str], class_names: Sequence[str] = ()
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class number of each level of `raw`, int64 (L,), -1 where it is missing, and notes.

    `class_names` spells the classes of this very column out, where it holds their numbers.
    """
    present = spells_class(raw)
    codes = np.full(len(raw.texts), UNKNOWN)
    exact = {name: number for number, name in enumerate(classes)}
    alike = _unique(
        {plain_label(name): number for name, number in exact.items()}, [plain_label(name) for name in classes]
    )
    respelled = []
    for level in np.flatnonzero(present):
        text = class_names[int(raw.numbers[level])] if class_names else raw.texts[level]
        if text in exact:
            codes[level] = exact[text]
        elif plain_label(text) in alike:
            codes[level] = alike[plain_label(text)]
            respelled.append((text, classes[codes[level]], int(raw.counts[level])))
    unknown = present & (codes == UNKNOWN)
    if unknown.any():
        place, text = raw.first(unknown)
        raise DataError(
            f"Column '{raw.name}' holds the class {text!r} in {place}, which is not among the classes learnt: "
            f"{listed(classes)}; correct it or leave the row out."
        )
    return codes, _said(raw.name, respelled)


def _said(name: str, respelled: Sequence[tuple[str, str, int]]) -> tuple[str, ...]:
    if not respelled:
        return ()
    pairs = [f"{text!r} as {label!r} ({rows:,} rows)" for text, label, rows in respelled]
    return (f"Labels of '{name}' that {RESPELLED}: {listed(pairs, 4)}.",)


def _tag_values(raw: Raw, classes: Sequence[str]) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    index = {name: number for number, name in enumerate(classes)}
    alike = _unique(
        {plain_label(name): number for name, number in index.items()}, [plain_label(name) for name in classes]
    )
    levels = np.zeros((len(raw.texts), len(classes)), np.float32)
    for level in np.flatnonzero(~raw.absent):
        for tag in tags_of(raw.texts[level]):
            number = index.get(tag, alike.get(plain_label(tag), UNKNOWN))
            if number == UNKNOWN:
                place, _ = raw.first(np.arange(len(raw.texts)) == level)
                raise DataError(
                    f"Column '{raw.name}' holds the tag {shortened(tag)!r} in {place}, which is not among "
                    f"those learnt: {listed(classes)}."
                )
            levels[level, number] = 1.0
    none = int(raw.missing.sum())
    notes = (f"{none:,} rows have no tag in '{raw.name}'; they count as examples of none.",) if none else ()
    return levels[raw.codes], notes


def plain_label(text: str) -> str:
    """Return `text` without what spellings differ in: case, blanks, a final full stop, "1.0" for "1"."""
    plain = " ".join(text.split()).casefold().rstrip(".").rstrip()
    try:
        number = float(plain)
    except ValueError:
        return plain
    return repr(number)


def _unique(index: dict[str, int], keys: Sequence[str]) -> dict[str, int]:
    return {key: number for key, number in index.items() if keys.count(key) == 1}
