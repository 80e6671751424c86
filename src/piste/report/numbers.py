"""Numbers as a person reads them: as many digits as the uncertainty justifies, thousands with commas."""

import math

from piste.core.records import Score

ABSENT = "–"


def number(value: float | None, digits: int = 3) -> str:
    """Return `value` to `digits` significant digits; very large and very small ones as powers of ten."""
    if value is None or not math.isfinite(value):
        return ABSENT
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -4 or size >= 9:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{_strip(mantissa)}e{int(exponent)}"
    return _strip(_fixed(value, digits - 1 - size))


def count(value: float) -> str:
    """Return a number as it is, with commas between the thousands."""
    return f"{value:,}"


def counted(value: float, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 epoch", "1,024 epochs"."""
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def capitalised(text: str) -> str:
    """Return `text` with a capital at its beginning and the rest as it was."""
    return text[:1].upper() + text[1:]


def brief(name: str, longest: int = 60) -> str:
    """Return a name for use within a sentence: cut where it is very long, with a sign for it where it is empty."""
    text = " ".join(name.split()) or "(empty)"
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def percent(share: float | None, digits: int = 2) -> str:
    """Return a share in [0, 1] as a percentage to `digits` significant digits."""
    return ABSENT if share is None or not math.isfinite(share) else f"{number(100 * share, digits)} %"


def seconds(value: float) -> str:
    """Return a duration in seconds as "40 ms", "0.42 s", "3 min 20 s" or "2 h 5 min"."""
    if not math.isfinite(value):
        return ABSENT
    if value < 0.1:
        return f"{number(1000 * value, 2)} ms"
    if value < 60:
        return f"{number(value, 2 if value < 10 else 3)} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def decimals(low: float, high: float) -> int | None:
    """Return how many decimals show an interval's width to two digits; `None` where it has no width."""
    width = high - low
    if not math.isfinite(width) or width <= 0:
        return None
    return 1 - math.floor(math.log10(width))


def measured(value: float, low: float, high: float) -> str:
    """Return `value` with the digits that its interval justifies."""
    places = decimals(low, high)
    return number(value, 4) if places is None or not math.isfinite(value) else _fixed(value, places)


def interval(low: float, high: float) -> str:
    """Return an interval as "0.962 to 0.987", or a dash where there is none."""
    places = decimals(low, high)
    if not (math.isfinite(low) and math.isfinite(high)):
        return ABSENT
    if places is None:
        return f"{number(low, 4)} to {number(high, 4)}"
    return f"{_fixed(low, places)} to {_fixed(high, places)}"


def score(value: Score) -> str:
    """Return a score's value with its unit."""
    return f"{measured(value.value, value.low, value.high)} {value.unit}".strip()


def difference(value: float, low: float, high: float) -> str:
    """Return a signed difference with the digits that its interval justifies."""
    text = measured(value, low, high)
    return text if text.startswith("-") or text in (ABSENT, "0") else f"+{text}"


def finite(value: float | None, digits: int = 6) -> float | None:
    """Return `value` rounded to `digits` significant digits for a chart's data, or `None` if it is no number."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def _fixed(value: float, places: int) -> str:
    text = f"{round(value, places):,.{max(places, 0)}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def _strip(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
