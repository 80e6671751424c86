"""The settings of the linter."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from piste.core.settings import Range


@dataclass(frozen=True)
class LintSettings:
    """Which rules are run, and for how long.

    Attributes
    ----------
    select
        Rules to run, with commas between: codes (L101), beginnings of codes (L), names or groups (loss). All when left
        out.
    ignore
        Rules to leave out, named in the same way.
    seconds
        After this time no further rule begins; those left are named.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    seconds: Annotated[float, Range(0, low_open=True)] = 60.0


EVERY_RULE = LintSettings()
"""What is asked where nobody says otherwise."""


def words(given: Iterable[str]) -> tuple[str, ...]:
    """Return names of rules given as a sequence, or as one text with commas between."""
    return tuple(given.split(",")) if isinstance(given, str) else tuple(given)
