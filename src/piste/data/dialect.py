"""How a delimited text file is written: which delimiter and quote it has, and whether its first line is a header."""

import csv
import re
import string
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 2_000_000, 1000
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none", "-", "."})
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)*|[.,]\d+)([eE][+-]?\d+)?%?|[+-]?inf(inity)?", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_FLAGS = frozenset({"true", "false"})


@dataclass(frozen=True)
class Dialect:
    """Delimiter and quote sign; the delimiter " " stands for any run of blanks."""

    delimiter: str
    quote: str = '"'


def rows_of(text: str, dialect: Dialect, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number from 1 where the row starts, cells stripped of blanks) for each row that is not blank."""
    lines = text.splitlines(keepends=True) if dialect.delimiter == " " else _lines(text)
    if dialect.delimiter == " ":
        lines = (" ".join(line.split()) + "\n" for line in lines)
    reader = csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        skipinitialspace=dialect.delimiter not in " \t",
        strict=strict,
    )
    start = 1
    for row in reader:
        cells = [cell.strip() for cell in row]
        if len(cells) > 1 or (cells and cells[0]) or row == [""]:
            yield start, cells
        start = reader.line_num + 1


@contextmanager
def wide_fields() -> Iterator[None]:
    """Lift the csv module's limit of 131,072 characters a field, for texts, and put it back."""
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _lines(text: str) -> Iterator[str]:
    # csv wants lines cut at line ends only, and splitlines cuts at form feeds and others as well.
    return (match.group() for match in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text))


def find_dialect(text: str, suffix: str) -> Dialect:
    """Return the dialect under which the sample's rows are most alike; a file of one column gets a comma."""
    sample = text[:_SAMPLE_CHARACTERS]
    order = sorted(_DELIMITERS, key=lambda delimiter: delimiter != "\t") if suffix in (".tsv", ".tab") else _DELIMITERS
    quote = _find_quote(sample)
    best, best_score = None, (0.0, 0.0)
    for delimiter in order:
        if delimiter in sample:
            score = _score(_sample_rows(sample, Dialect(delimiter, quote)), delimiter)
            if score > best_score:
                best, best_score = Dialect(delimiter, quote), score
    if best is not None:
        return best
    blank = Dialect(" ", quote)
    return blank if _is_blank_separated(_sample_rows(sample, blank)) else Dialect(",", quote)


def _find_quote(sample: str) -> str:
    if '"' in sample:
        return '"'
    quoted = len(re.findall(r"(?:^|[,;\t|])\s*'[^'\n]*'\s*(?=[,;\t|\r\n]|$)", sample, re.MULTILINE))
    return "'" if 2 * quoted > sample.count("'") * 0.9 > 0 else '"'


def _sample_rows(sample: str, dialect: Dialect) -> list[list[str]]:
    rows = []
    try:
        for _, row in rows_of(sample, dialect):
            rows.append(row)
            if len(rows) > _SAMPLE_ROWS:
                return rows
    except csv.Error:
        pass
    # The last row of a sample that was cut may be half a row.
    return rows[:-1] if len(sample) == _SAMPLE_CHARACTERS and len(rows) > 1 else rows


def _score(rows: list[list[str]], delimiter: str) -> tuple[float, float]:
    """Return (share of rows with the commonest width, share of cells without another delimiter), 0 if one column."""
    if not rows:
        return 0.0, 0.0
    width, like = Counter(map(len, rows)).most_common(1)[0]
    share = like / len(rows)
    if width < 2 or share < 0.5:
        return 0.0, 0.0
    others = set(_DELIMITERS) - {delimiter}
    clean = total = 0
    for row in rows[:200]:
        total += len(row)
        clean += sum(is_typed(cell) or not others & set(cell) for cell in row)
    return round(share, 2), clean / max(total, 1)


def _is_blank_separated(rows: list[list[str]]) -> bool:
    # Sentences have blanks too: the widths must agree and a column of numbers must come out.
    body = rows[1:] or rows
    widths = {len(row) for row in body}
    if len(widths) != 1 or widths == {1} or not rows or len(body[0]) - len(rows[0]) not in (0, 1):
        return False
    return any(all(is_typed(cell) for cell in column) for column in zip(*body, strict=True))


def is_typed(cell: str) -> bool:
    """Return whether `cell` reads as a number, a date or a flag."""
    return bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell) or cell.lower() in _FLAGS)


def is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Return whether `first` names the columns of `body` (rows of equal width).

    A text above a column of numbers speaks for a header, a number above one against it. Where no column holds
    numbers, the first line is a header unless one of its cells comes again in its own column.
    """
    if _counts_up(first):
        return True
    columns = list(zip(*body, strict=True)) if body else []
    signs = [_sign(name, column) for name, column in zip(first, columns, strict=False)]
    if any(signs):
        return sum(signs) > 0
    if any(is_typed(cell) for cell in first):
        return False
    again = any(cell in column for cell, column in zip(first, columns, strict=False) if cell)
    return not again and len(set(first)) == len(first)


def _sign(name: str, column: Sequence[str]) -> int:
    values = [cell for cell in column if cell.lower() not in MISSING]
    if not values or sum(map(is_typed, values)) < 0.9 * len(values):
        return 0
    if is_typed(name):
        return -1
    return 0 if name.lower() in MISSING else 1


def _counts_up(first: Sequence[str]) -> bool:
    # A frame without names is written with the header 0,1,2,...
    if len(first) < 3 or any(not cell or set(cell) - set(string.digits) for cell in first):
        return False
    return [int(cell) for cell in first] in (list(range(len(first))), list(range(1, len(first) + 1)))
