"""What was fixed, as text like a good compiler's, and the file with the settings that do it."""

import shlex
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from piste.core.findings import Severity
from piste.core.fixes import Effect, Fix

if TYPE_CHECKING:
    from piste.lint.mending import Ended
    from piste.recipe.resetting import Trial

FIXED = Path("piste-fixed.toml")
"""Where the settings go when no other file is named."""


def fixes_text(fixes: Iterable[Fix], paint: Callable[[str, Severity], str]) -> str:
    """Return each fix with what it changed, what became of its rule, and how to take it back; "" where there is none.

    `paint(text, severity)` may colour the heading.
    """
    blocks = ["\n".join(_fix(fix, paint)) for fix in fixes]
    return "\n\n".join([*blocks, ""]) if blocks else ""


def _fix(fix: Fix, paint: Callable[[str, Severity], str]) -> Iterator[str]:
    heading = f"fixed[{fix.code}]" if fix.applied else f"not fixed[{fix.code}]"
    yield f"{paint(heading, Severity.INFO)}: {fix.title}"
    if not fix.applied:
        yield f"   = why: {fix.reason}"
        return
    yield f"   | before: {fix.before}"
    yield f"   | after: {'the rule was asked again, and finds nothing' if fix.effect is Effect.GONE else fix.effect}"
    yield f"   = change: {fix.change}"
    yield f"   = undo: {fix.undo}"


def write_fixed(data: str, ended: "Ended[Trial]", file: Path) -> None:
    """Write the settings that cure to `file`, which `--config` reads; nothing where no fix was made."""
    from piste.recipe.settings_file import settings_text, write_settings

    if any(fix.applied for fix in ended.fixes):
        heading = (
            f"Written by `piste lint {shlex.quote(data)} --fix`, for `piste train {shlex.quote(data)} --config {file}`."
        )
        write_settings(file, settings_text(ended.subject, ended.fixes, heading))
