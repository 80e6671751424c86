"""Texts to numbers, flags and dates, a whole list of distinct texts at a time."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TRUE_WORDS = frozenset(["yes", "true", "y", "t", "on"])
FALSE_WORDS = frozenset(["no", "false", "n", "f", "off"])
FLAG_PAIRS = (("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("on", "off"))
DAY_FIRST, MONTH_FIRST = "day first", "month first"

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_CLOCK = r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?P<F>\.\d{1,6})?\d*)?\s*(?P<Z>Z|UTC|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?:(?P=s)(?P<d>\d{1,2})" + _CLOCK + ")?")
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4})" + _CLOCK)
_MONTH = r"(?P<n>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_NAMED = (
    re.compile(r"(?:(?P<d>\d{1,2})[ -])?" + _MONTH + r"[ ,-]+(?P<y>\d{4})" + _CLOCK, re.IGNORECASE),
    re.compile(_MONTH + r" (?P<d>\d{1,2}),? +(?P<y>\d{4})" + _CLOCK, re.IGNORECASE),
)
_MONTHS = {
    name: i + 1
    for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
}


def parse_numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return float64 (L,), NaN where a text is no number.

    Accepted are Python's decimal spellings and commas between thousands ("1,234.5"); a percent sign or a
    unit is not, since dropping it would change the meaning without a word.
    """
    try:
        if "_" not in "".join(texts):
            return np.array(list(map(float, texts)), np.float64)
    except ValueError:
        pass
    return np.array([_number(text) for text in texts], np.float64)


def _number(text: str) -> float:
    if "_" in text:
        return np.nan
    try:
        return float(text)
    except ValueError:
        return float(text.replace(",", "")) if _THOUSANDS.fullmatch(text) else np.nan


def parse_flags(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return float64 (L,): 1 for yes-like texts, 0 for no-like ones, NaN for the rest."""
    return np.array([_flag(text.strip().lower()) for text in texts], np.float64)


def _flag(word: str) -> float:
    if word in TRUE_WORDS or word in ("1", "1.0"):
        return 1.0
    return 0.0 if word in FALSE_WORDS or word in ("0", "0.0") else np.nan


def parse_dates(texts: Sequence[str], form: str = "") -> tuple[NDArray[np.datetime64], str] | None:
    """Return datetime64[us] (L,) and the form, or None when one of `texts` is not a date.

    Accepted: year first ("2024-03-01", "2024/3", with or without a clock time, "T", "Z" or an offset, which is
    taken off so that times are UTC), year last ("1/3/2024", "01.03.2024") and English month names ("1 March 2024").
    For year last, `form` says which comes first ("day first", "month first"); when empty it is read off the
    texts, and where no day is above 12 a slash means month first, anything else day first.
    """
    for pattern in (_YEAR_FIRST, *_NAMED):
        if texts and pattern.fullmatch(texts[0]):
            matches = [pattern.fullmatch(text) for text in texts]
            return _dates([match for match in matches if match], "") if all(matches) else None
    if not texts or not _YEAR_LAST.fullmatch(texts[0]):
        return None
    found = [match for text in texts if (match := _YEAR_LAST.fullmatch(text))]
    if len(found) < len(texts):
        return None
    return _dates(found, form or _order(found))


def _order(matches: Sequence[re.Match[str]]) -> str:
    if any(int(match["a"]) > 12 for match in matches):
        return DAY_FIRST
    if any(int(match["b"]) > 12 for match in matches):
        return MONTH_FIRST
    return MONTH_FIRST if matches[0]["s"] == "/" else DAY_FIRST


def _dates(matches: Sequence[re.Match[str]], form: str) -> tuple[NDArray[np.datetime64], str] | None:
    try:
        moments = np.array([_iso(match.groupdict(), form) for match in matches], "datetime64[us]")
    except ValueError:  # a thirteenth month, the 30th of February
        return None
    offsets = np.array([_offset(match.groupdict().get("Z")) for match in matches], "timedelta64[m]")
    return moments - offsets, form


def _iso(part: dict[str, str | None], form: str) -> str:
    if "a" in part:
        day, month = (part["a"], part["b"]) if form == DAY_FIRST else (part["b"], part["a"])
    else:
        month = str(_MONTHS[part["n"].lower()]) if part.get("n") else part["m"]  # type: ignore[union-attr]
        day = part.get("d") or "1"
    clock = f"{int(part['H'] or 0):02}:{part['M']}:{part['S'] or '00'}{part['F'] or ''}" if part.get("H") else "00:00"
    return f"{part['y']}-{int(month or 1):02}-{int(day or 1):02}T{clock}"


def _offset(zone: str | None) -> int:
    if not zone or zone in ("Z", "UTC"):
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return -minutes if zone[0] == "-" else minutes
