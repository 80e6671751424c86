"""Sequences as lines of block signs, for a terminal."""

import math
from collections.abc import Sequence
from itertools import pairwise

_SIGNS = " ▁▂▃▄▅▆▇█"
_LEVELS = len(_SIGNS) - 1


def spark(values: Sequence[float | None], width: int, height: int) -> tuple[str, ...]:
    """Return `values` as `height` lines of at most `width` signs, the first on top.

    More values than signs are averaged in groups; None leaves a gap; values that are all alike lie in the middle.
    """
    columns = _averaged(values, width)
    known = [value for value in columns if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    tall = [None if value is None else _height(value, low, high, height * _LEVELS) for value in columns]
    return tuple(
        "".join(" " if one is None else _SIGNS[min(max(one - line * _LEVELS, 0), _LEVELS)] for one in tall)
        for line in reversed(range(height))
    )


def _height(value: float, low: float, high: float, most: int) -> int:
    return max(1, round(most * (value - low) / (high - low))) if high > low else most // 2


def _averaged(values: Sequence[float | None], width: int) -> list[float | None]:
    size = min(width, len(values))
    edges = [math.ceil(len(values) * place / size) for place in range(size + 1)] if size else []
    groups = [[one for one in values[start:end] if one is not None] for start, end in pairwise(edges)]
    return [sum(group) / len(group) if group else None for group in groups]
