"""What a column is: its kind is read off its distinct values, and said in words with numbers."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.levels import Raw
from piste.data.naming import shortened
from piste.data.parsing import FLAG_PAIRS, parse_dates, parse_flags
from piste.data.sequences import lengths_of, refuse_infinite

FREE_TEXT_WORDS = 4.0
"""Mean words per value from which mostly distinct texts count as free text."""

MISTYPED_SHARE = 0.05
"""Up to this share of values that are no numbers, a column is a column of numbers with mistakes in it."""

_IDENTIFIER_NAME = re.compile(
    r"(?:.*[_\s.-])?(?:id|ids|uid|uuid|guid|idx|index|key|no|nr|number|row|rownames|row_?num|unnamed.*)", re.IGNORECASE
)
_CAMEL_IDENTIFIER = re.compile(r".*[a-z](?:Id|ID|Index|Key|No|Nr)")
_CODE_NAME = re.compile(
    r"(?:.*[_\s.-])?(?:p?class|code|type|category|zip|zip_?code|postcode|postal_?code|group|region|cluster)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Guess:
    """The kind taken for a column, why, and whether it can serve as a feature."""

    kind: Kind
    reason: str
    used: bool = True
    form: str = ""  # of dates, see `Column.form`


def infer(raw: Raw) -> Guess:
    """Return the kind of `raw`.

    Raises `DataError` for an infinity, or a few words among numbers, naming column, row and value.
    """
    if raw.values.ndim == 4:
        height, width, channels = raw.values.shape[1:]
        return Guess(Kind.IMAGE, f"pictures of {height}x{width} pixels, {channels} channel{'s' * (channels > 1)}")
    if raw.values.ndim == 3:
        return _sequences(raw)
    rows = len(raw.values)
    if raw.distinct == 0:
        return Guess(Kind.CATEGORY, f"left out: no value in any of {rows:,} rows", used=False)
    guess = _typed(raw)
    if raw.distinct == 1 and guess.used:
        value = shortened(raw.texts[int(np.argmax(~raw.absent))])
        if not raw.missing.any():
            return Guess(guess.kind, f"left out: constant, {value!r} in all {rows:,} rows", used=False)
        if guess.kind is not Kind.FLAG:
            return Guess(Kind.CATEGORY, f"only the value {value!r}, in {(~raw.missing).sum():,} of {rows:,} rows")
    return guess


def _sequences(raw: Raw) -> Guess:
    refuse_infinite(raw)
    lengths, channels = lengths_of(raw.values), raw.values.shape[2]
    if not lengths.any():
        return Guess(Kind.SEQUENCE, f"left out: no value in any of {len(lengths):,} rows", used=False)
    shortest, longest = int(lengths.min()), int(lengths.max())
    steps = f"{longest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"
    values = f", {channels:,} numbers in each" if channels > 1 else ""
    return Guess(Kind.SEQUENCE, f"sequences of {steps} steps{values}")


def _typed(raw: Raw) -> Guess:
    if raw.values.dtype.kind == "M":
        return Guess(Kind.DATE, "stored as dates")
    if raw.values.dtype.kind == "b":
        return Guess(Kind.FLAG, "stored as true and false")
    wrong = ~raw.absent & np.isnan(raw.numbers)
    if not wrong.any():
        return _number(raw)
    _refuse_mistyped(raw, wrong)
    return _flag_or_date(raw) or _words(raw)


def _refuse_mistyped(raw: Raw, wrong: NDArray[np.bool_]) -> None:
    wrong_rows = int(raw.counts[wrong].sum())
    right = ~raw.absent & ~wrong
    right_rows = int(raw.counts[right].sum())
    if right.sum() < 6 or right_rows < 10 or wrong_rows > max(1.0, MISTYPED_SHARE * (wrong_rows + right_rows)):
        return
    place, text = raw.first(wrong)
    raise DataError(
        f"Column '{raw.name}' holds numbers in {right_rows:,} rows but {text!r} in {place}"
        f"{f' and words in {wrong_rows - 1:,} more' if wrong_rows > 1 else ''}: "
        f"correct it, leave it blank, or leave the column out with --drop '{raw.name}'."
    )


def refuse_infinity(raw: Raw) -> None:
    """Raise `DataError` naming the first infinite value of `raw`, if there is one."""
    infinite = np.isinf(raw.numbers)
    if infinite.any():
        place, text = raw.first(infinite)
        raise DataError(
            f"Column '{raw.name}' holds an infinite value ({text!r}) in {place}: "
            f"replace it by a finite number, leave it blank, or leave the column out with --drop '{raw.name}'."
        )


def _number(raw: Raw) -> Guess:
    refuse_infinity(raw)
    numbers = raw.numbers[~raw.absent]
    whole = bool((numbers == np.floor(numbers)).all())
    filled = int((~raw.missing).sum())
    said = f"{raw.distinct:,} distinct {'whole numbers' if whole else 'numbers'} in {filled:,} rows"
    if raw.distinct == 2 and set(numbers.tolist()) == {0.0, 1.0}:
        return Guess(Kind.FLAG, "only 0 and 1")
    if whole and raw.values.dtype == object and _leading_zeros(raw):
        return Guess(Kind.CATEGORY, f"{said}, written with leading zeros, so codes")
    if whole and filled >= 10 and raw.distinct == filled and _names_identifier(raw.name):
        return Guess(Kind.IDENTIFIER, f"left out: {said}, all different, and the name says identifier", used=False)
    if whole and 2 < raw.distinct <= min(1000, filled / 5) and _CODE_NAME.fullmatch(raw.name):
        return Guess(Kind.CATEGORY, f"{said}, and the name says codes")
    return Guess(Kind.NUMBER, said)


def _leading_zeros(raw: Raw) -> bool:
    texts = [text for text, absent in zip(raw.texts, raw.absent, strict=True) if not absent]
    padded = sum(len(text) > 1 and text[0] == "0" and text.isdigit() for text in texts)
    return padded > 0 and len({len(text) for text in texts}) == 1


def _names_identifier(name: str) -> bool:
    return bool(_IDENTIFIER_NAME.fullmatch(name) or _CAMEL_IDENTIFIER.fullmatch(name))


def _flag_or_date(raw: Raw) -> Guess | None:
    texts = present_texts(raw)
    words = {text.lower() for text in texts}
    if any(words == set(pair) for pair in FLAG_PAIRS):
        return Guess(Kind.FLAG, f"only {' and '.join(repr(text) for text in sorted(texts))}")
    dates = parse_dates(texts)
    if dates is None:
        return None
    form = f", read {dates[1]}" if dates[1] else ""
    return Guess(Kind.DATE, f"{raw.distinct:,} distinct dates{form}", form=dates[1])


def _words(raw: Raw) -> Guess:
    texts = present_texts(raw)
    filled = int((~raw.missing).sum())
    mean_words = sum(len(text.split()) for text in texts) / len(texts)
    said = f"{raw.distinct:,} distinct texts in {filled:,} rows"
    if mean_words >= FREE_TEXT_WORDS and raw.distinct > filled / 2 and raw.distinct > 2:
        return Guess(Kind.TEXT, f"{said}, {mean_words:.1f} words each on average")
    if raw.distinct == filled and filled >= 10:
        return Guess(Kind.IDENTIFIER, f"left out: {said}, all different, so they only name the row", used=False)
    return Guess(Kind.CATEGORY, said)


def present_texts(raw: Raw) -> list[str]:
    """Return the distinct texts of `raw`, missing ones left out."""
    return [text for text, absent in zip(raw.texts, raw.absent.tolist(), strict=True) if not absent]


def as_column(raw: Raw, kind: Kind, form: str = "") -> Column:
    """Return `raw` as a column of the given kind; raises `DataError` where a value does not fit it."""
    missing = raw.missing if raw.values.ndim == 1 else np.zeros(len(raw.values), np.bool_)
    match kind:
        case Kind.IMAGE:
            if raw.values.ndim != 4:
                raise DataError(f"Column '{raw.name}' should hold pictures, but holds {raw.texts[0]!r} or the like.")
            return Column(raw.name, kind, raw.values, missing)
        case Kind.SEQUENCE:
            refuse_infinite(raw)
            return Column(raw.name, kind, raw.values, lengths_of(raw.values) == 0)
        case Kind.NUMBER:
            refuse_infinity(raw)
            return Column(raw.name, kind, _fitting(raw, raw.numbers, "a number")[raw.codes], missing)
        case Kind.FLAG:
            flags = parse_flags(raw.texts) if raw.values.dtype == object else raw.numbers
            flags = np.where(raw.absent | ~np.isin(flags, (0.0, 1.0)), np.nan, flags)
            return Column(raw.name, kind, _fitting(raw, flags, "yes or no, true or false, 1 or 0")[raw.codes], missing)
        case Kind.DATE:
            moments, form = _moments(raw, form)
            return Column(raw.name, kind, moments, missing, form)
        case _:
            if raw.values.ndim > 1:
                return Column(raw.name, kind, raw.values, missing)
            texts = np.array([*raw.texts, ""], object)[:-1]
            texts[raw.absent] = ""
            return Column(raw.name, kind, texts[raw.codes], missing)


def _fitting(raw: Raw, values: NDArray[np.float64], expected: str) -> NDArray[np.float64]:
    wrong = ~raw.absent & np.isnan(values)
    if wrong.any():
        place, text = raw.first(wrong)
        raise DataError(f"Column '{raw.name}' holds {text!r} in {place}, where {expected} is expected: correct it.")
    return values


def _moments(raw: Raw, form: str) -> tuple[NDArray[np.datetime64], str]:
    if raw.values.dtype.kind == "M":
        return raw.values.astype("datetime64[us]"), form
    levels = np.full(len(raw.texts), np.datetime64("NaT"), "datetime64[us]")
    if not raw.absent.all():
        dates = parse_dates(present_texts(raw), form)
        if dates is None:
            wrong = np.array([parse_dates([text], form) is None for text in raw.texts]) & ~raw.absent
            place, text = raw.first(wrong if wrong.any() else ~raw.absent)
            raise DataError(f"Column '{raw.name}' holds {text!r} in {place}, where a date is expected: correct it.")
        levels[~raw.absent], form = dates
    return levels[raw.codes], form
