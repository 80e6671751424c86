"""Bytes of a text file to text: byte-order marks, UTF-8, UTF-16, Latin-1, and gz around any of them."""

import codecs
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from piste.core.errors import DataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# Control characters that text has no use for; a share above 1 in 1000 means that the file is not text.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1a\x1b"))


@dataclass(frozen=True)
class Text:
    """A text file's content. `plain` says that the file is UTF-8 without a mark, so others may read it by path."""

    content: str
    plain: bool
    notes: tuple[str, ...] = ()


def read_bytes(path: Path) -> bytes:
    """Return the bytes of `path`, unpacked if it is gz; `DataError` if it is empty, cut short or not gz."""
    content = path.read_bytes()
    if path.suffix.lower() == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(
                f"{path} could not be unpacked as gz ({error}); the file is damaged or cut short: fetch it again."
            ) from error
    if not content.strip():
        raise DataError(f"{path} is empty; a file with data was expected.")
    return content


def read_text(path: Path) -> Text:
    """Return the text of `path`, whatever common encoding it has; `DataError` where it is blank or not text."""
    text = _text(path, read_bytes(path))
    if text.content.isspace() or not text.content:
        raise DataError(f"{path} is empty; a file with data was expected.")
    return text


def _text(path: Path, content: bytes) -> Text:
    packed = path.suffix.lower() == ".gz"
    for mark, encoding, name in _MARKS:
        if content.startswith(mark):
            notes = () if name == "UTF-8" else (f"{path.name} is encoded in {name} and was decoded as such.",)
            return Text(_decode(path, content, encoding, name), False, notes)
    if guess := _unmarked_utf16(content):
        text = _decode(path, content, guess, "UTF-16")
        return Text(text, False, (f"{path.name} looks like UTF-16 without a byte-order mark and was decoded as such.",))
    _refuse_binary(path, content)
    try:
        return Text(content.decode(), not packed)
    except UnicodeDecodeError as error:
        note = f"{path.name} is not UTF-8 (byte {error.start + 1}) and was read as Latin-1 (Windows-1252)."
        return Text(content.decode("cp1252", errors="replace"), False, (note,))


def _decode(path: Path, content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} begins as {name} but byte {error.start + 1} does not fit ({error.reason}); save it as UTF-8."
        ) from error


def _unmarked_utf16(content: bytes) -> str | None:
    # Mostly Latin text in UTF-16 has a zero as every second byte.
    head = content[:1000]
    if len(head) < 4 or head.count(0) < 0.4 * len(head):
        return None
    if not head[0::2].count(0):
        return "utf-16-le"
    return "utf-16-be" if not head[1::2].count(0) else None


def _refuse_binary(path: Path, content: bytes) -> None:
    head = content[:100_000]
    strange = len(head) - len(head.translate(None, _CONTROLS))
    if strange > len(head) / 1000 or b"\0" in content:
        raise DataError(
            f"{path} is not a text file: it holds binary data where lines of comma-separated values were expected."
        )
