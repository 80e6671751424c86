"""Words in a grid of terminal columns: how wide a text is, and where it breaks."""

import unicodedata

from piste.report.elements import clean


def width_of(text: str) -> int:
    """Return how many terminal columns `text` takes: two for a wide East Asian sign, none for a combining one."""
    return sum(map(_columns, text))


def wrapped(text: str, width: int, first: str = "") -> list[str]:
    """Return `text` in lines of at most `width` columns; `first` stands before the first line, blanks before others.

    Words longer than a line are cut. Signs that would steer a terminal are replaced.
    """
    room = max(width - width_of(first), 2)
    lines = [""]
    for word in clean(text).split():
        for piece in _pieces(word, room):
            joined = f"{lines[-1]} {piece}" if lines[-1] else piece
            if width_of(joined) <= room:
                lines[-1] = joined
            else:
                lines.append(piece)
    blank = " " * width_of(first)
    return [(first if at == 0 else blank) + line for at, line in enumerate(lines)]


def _columns(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _pieces(word: str, room: int) -> list[str]:
    pieces, used = [""], 0
    for sign in word:
        if used + _columns(sign) > room:
            pieces.append("")
            used = 0
        pieces[-1] += sign
        used += _columns(sign)
    return pieces
