"""What was guessed or repaired while reading: where a mistake about the data would hide."""

from piste.core.panels import Block, Lines
from piste.core.records import DataRecord


def notes(data: DataRecord) -> tuple[Block, ...]:
    """Return the notes, one line each."""
    return (Lines(data.notes),) if data.notes else ()
