"""What a reader is told besides its source: the same few words for every format."""

from dataclasses import dataclass
from pathlib import Path

from piste.core.errors import DataError
from piste.data.columns import IMAGE, RawTable
from piste.data.settings import DataSettings


@dataclass(frozen=True)
class Wanted:
    """How a source is to be read: the person's settings, whether a target is looked for, and a table to resemble.

    With `sequences`, the network reads nothing but sequences, so arrays of three axes are no pictures.
    """

    settings: DataSettings
    labelled: bool = True
    like: RawTable | None = None
    sequences: bool = False

    @property
    def image_shape(self) -> tuple[int, int, int] | None:
        """Height, width and channels that pictures must get, where an earlier table fixes them."""
        if self.like is None or IMAGE not in self.like.columns:
            return None
        shape = self.like.columns[IMAGE].shape[1:]
        if len(shape) != 3:
            return None
        return shape[0], shape[1], shape[2]


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `number` with its noun: "1 row", "2 rows"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def unreadable(path: Path, kind: str, error: Exception) -> DataError:
    """Return the error for a file that is not what its name says; the library's first line is the evidence."""
    lines = str(error).strip().splitlines()
    reason = lines[0].rstrip(".") if lines else type(error).__name__
    return DataError(f"{path} could not be read as {kind}: {reason}. The file may be damaged or cut short.")
