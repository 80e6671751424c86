"""What kind of prediction a target asks for, and its values as the network's output takes them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import Kind, Task
from piste.data.kinds import as_column, infer, present_texts, refuse_infinity
from piste.data.labels import TAG, spells_class, tags_of
from piste.data.levels import Raw
from piste.data.naming import listed, shortened
from piste.data.reading import count

MOST_NUMBERED_CLASSES = 20
"""Up to this many whole numbers, counted without a gap from 0 or 1, are the numbers of classes."""

MOST_CLASSES = 10_000

_CLASS_NAMES = frozenset(["label", "labels", "class", "classes", "category", "species", "target", "y", "digit"])


@dataclass(frozen=True)
class Described:
    """The task, the names of its outputs (K), its classes where it has any, and why."""

    task: Task
    names: tuple[str, ...]
    classes: tuple[str, ...]
    reason: str


def describe(
    raws: Sequence[Raw], wanted: Task | None, class_names: Sequence[str] = (), pictures: bool = False
) -> Described:
    """Return what the target columns `raws` ask for; `wanted` is the task where the person chose one.

    `class_names` spells out the classes where the target holds their numbers. Raises `DataError` where the values
    do not fit the task, or there is nothing to tell apart.
    """
    for raw in raws:
        if not spells_class(raw).any():
            raise DataError(f"The target column '{raw.name}' is empty in every row: there is nothing to learn from.")
    if len(raws) > 1:
        return _several(raws, wanted)
    raw = raws[0]
    if raw.values.ndim > 1:
        raise DataError(f"The target column '{raw.name}' holds pictures; a class or a number per row is expected.")
    task, reason = (wanted, "as --task says") if wanted else _infer(raw, class_names, pictures)
    if task is Task.REGRESSION:
        return _regression(raws, reason)
    if task is Task.MULTI_LABEL:
        return _tags(raw, reason)
    return _classes(raw, class_names, wanted, reason)


def _infer(raw: Raw, class_names: Sequence[str], pictures: bool) -> tuple[Task, str]:
    numbers = raw.numbers[~raw.absent]
    filled = int((~raw.missing).sum())
    if np.isnan(numbers).any():
        if _is_tagged(raw, filled):
            return Task.MULTI_LABEL, f"several tags in a cell, with '{TAG}' between them"
        return Task.MANY_CLASS, ""
    if class_names or raw.distinct <= 2 or raw.values.dtype.kind == "b":
        return Task.MANY_CLASS, ""
    refuse_infinity(raw)
    said = f"{raw.distinct:,} distinct numbers in {filled:,} rows"
    if (numbers != np.floor(numbers)).any():
        return Task.REGRESSION, said
    return _infer_whole(raw, numbers, pictures)


def _infer_whole(raw: Raw, numbers: NDArray[np.float64], pictures: bool) -> tuple[Task, str]:
    low, high, distinct = int(numbers.min()), int(numbers.max()), raw.distinct
    unbroken = low in (0, 1) and high - low + 1 == distinct and raw.counts[~raw.absent].min() >= 2
    named = pictures or raw.name.strip().lower() in _CLASS_NAMES
    if unbroken and (distinct <= MOST_NUMBERED_CLASSES or (named and distinct <= len(raw.values) / 5)):
        return (
            Task.MANY_CLASS,
            f"the whole numbers {low} to {high}, taken as classes; --task regression predicts numbers",
        )
    hint = "; --task many-class takes them as classes" if distinct <= MOST_NUMBERED_CLASSES else ""
    return Task.REGRESSION, f"{distinct:,} distinct whole numbers from {low} to {high}, taken as numbers{hint}"


def _is_tagged(raw: Raw, filled: int) -> bool:
    tagged = np.array([TAG in text for text in raw.texts]) & ~raw.absent
    if raw.counts[tagged].sum() < 0.05 * filled:
        return False
    found = {tag for text in present_texts(raw) for tag in tags_of(text)}
    return 2 <= len(found) <= max(2, filled // 5)


def _regression(raws: Sequence[Raw], reason: str) -> Described:
    for raw in raws:
        as_column(raw, Kind.NUMBER)
        refuse_infinity(raw)
        if raw.distinct < 2:
            raise DataError(
                f"The target column '{raw.name}' has the same number in every row: there is nothing to predict."
            )
    return Described(Task.REGRESSION, tuple(raw.name for raw in raws), (), reason)


def _several(raws: Sequence[Raw], wanted: Task | None) -> Described:
    names = tuple(raw.name for raw in raws)
    if wanted in (Task.TWO_CLASS, Task.MANY_CLASS):
        raise DataError(f"A {wanted} target is one column, but --target names {len(raws)}: {listed(names)}.")
    flags = [raw.name for raw in raws if infer_flag(raw)]
    if wanted is not Task.REGRESSION and len(flags) == len(raws):
        return Described(Task.MULTI_LABEL, names, names, f"{len(raws)} target columns that hold only yes and no")
    if wanted is Task.MULTI_LABEL:
        other = next(name for name in names if name not in flags)
        raise DataError(
            f"The target column '{other}' does not hold just 0 and 1, as each label of a multi-label target must."
        )
    words = [raw.name for raw in raws if np.isnan(raw.numbers[~raw.absent]).any()]
    if words:
        raise DataError(
            f"The target columns {listed(names)} are neither all numbers nor all 0 and 1 (see '{words[0]}'): "
            f"predict them one at a time."
        )
    return _regression(raws, f"{len(raws)} target columns of numbers")


def infer_flag(raw: Raw) -> bool:
    """Return whether `raw` holds only yes and no, true and false, or 0 and 1, of whatever spelling."""
    if raw.values.ndim > 1 or not 1 <= raw.distinct <= 2:
        return False
    texts = {text.lower() for text in present_texts(raw)}
    return texts <= {"0", "1", "0.0", "1.0"} or infer(raw).kind is Kind.FLAG


def _tags(raw: Raw, reason: str) -> Described:
    found = sorted({tag for text in present_texts(raw) for tag in tags_of(text)}, key=_alphabetical)
    if len(found) < 2:
        raise DataError(
            f"The target column '{raw.name}' has one tag only, {listed(found)!r}: there is nothing to tell apart."
        )
    if raw.distinct == 1 and not raw.missing.any():
        raise DataError(
            f"The target column '{raw.name}' has the same tags in every row, {listed(found)!r}: nothing can be learnt."
        )
    _refuse_many(raw, len(found))
    return Described(Task.MULTI_LABEL, tuple(found), tuple(found), reason)


def _classes(raw: Raw, class_names: Sequence[str], wanted: Task | None, reason: str) -> Described:
    levels = np.flatnonzero(spells_class(raw))
    texts = [raw.texts[level] for level in levels]
    numbers = raw.numbers[levels]
    if len(texts) == 1:
        raise DataError(
            f"The target column '{raw.name}' has one class only, {shortened(texts[0])!r}, in every row: "
            f"at least two are needed to tell apart."
        )
    _refuse_many(raw, len(texts))
    _refuse_single(raw, levels)
    if class_names:
        classes = _spelled_out(raw, numbers, class_names)
    elif not np.isnan(numbers).any():
        classes = tuple(text for _, text in sorted(zip(numbers.tolist(), texts, strict=True)))
    else:
        classes = tuple(sorted(texts, key=_alphabetical))
    if wanted is Task.TWO_CLASS and len(classes) > 2:
        raise DataError(
            f"The target column '{raw.name}' has {len(classes)} classes, but --task says two-class: {listed(classes)}."
        )
    task = Task.TWO_CLASS if len(classes) == 2 else Task.MANY_CLASS
    return Described(task, (raw.name,), classes, reason or f"{len(classes)} distinct values: {listed(classes, 6)}")


def _spelled_out(raw: Raw, numbers: NDArray[np.float64], class_names: Sequence[str]) -> tuple[str, ...]:
    wrong = np.isnan(numbers) | (numbers < 0) | (numbers >= len(class_names))
    if wrong.any():
        raise DataError(
            f"The target column '{raw.name}' should hold class numbers from 0 to {len(class_names) - 1}, "
            f"but holds {raw.texts[int(np.flatnonzero(spells_class(raw))[np.argmax(wrong)])]!r}."
        )
    return tuple(class_names)


def _refuse_many(raw: Raw, classes: int) -> None:
    rows = int((~raw.missing).sum())
    if classes > MOST_CLASSES or (classes > 20 and classes > rows / 2):
        raise DataError(
            f"The target column '{raw.name}' has {classes:,} different values in {rows:,} rows, too many for classes: "
            f"choose another column with --target, or --task regression if they are numbers."
        )


def _refuse_single(raw: Raw, levels: NDArray[np.int64]) -> None:
    single = np.zeros(len(raw.texts), np.bool_)
    single[levels] = raw.counts[levels] == 1
    if single.any():
        place, text = raw.first(single)
        others = f" ({count(int(single.sum()) - 1, 'other class', 'other classes')} too)" if single.sum() > 1 else ""
        raise DataError(
            f"Class {text!r} of the target column '{raw.name}' has one row only, {place}{others}: a class needs "
            f"at least two rows, to learn from and to be tested on; leave the row out, add rows, or merge classes."
        )


def _alphabetical(text: str) -> tuple[str, str]:
    return text.casefold(), text
