"""`piste lint`."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from piste.cli.fixes import FIXED, fixes_text, write_fixed
from piste.cli.options import Chosen, with_settings
from piste.cli.output import colourful, write_json
from piste.cli.verbs import Alarm
from piste.core.findings import LintRecord, Severity
from piste.lint.settings import LintSettings
from piste.recipe.settings import SECTIONS, Settings

if TYPE_CHECKING:
    from piste.recipe.progress import Listener

_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


def _lint(
    data: str,
    /,
    *,
    chosen: Chosen,
    quiet: bool = False,
    json: bool = False,
    sarif: Path | None = None,
    fix: bool = False,
    fix_to: Path | None = None,
) -> None:
    """Judge what `piste train` would do with DATA, before it is done: the data, the network, the loss, the optimiser.

    Exit code 1 says that a warning or an error is left.

    Parameters
    ----------
    data
        As for `piste train`.
    quiet
        Say nothing while it works.
    json
        Write the record as JSON instead of text.
    sarif
        File to which the findings are written as SARIF, for code hosts and editors.
    fix
        Cure what is safe, ask its rules again, and write the settings that do it to piste-fixed.toml for `piste train
        --config`. DATA stay as they are.
    fix_to
        File for the settings instead of piste-fixed.toml; it must not be there yet. Says --fix by itself.
    """
    import sys

    from piste import __version__
    from piste.core.records import encode
    from piste.core.runs import write_bytes
    from piste.core.told import findings_text, plain
    from piste.recipe.progress import listener
    from piste.report.sarif import sarif as as_sarif

    file = (fix_to or FIXED) if fix or fix_to else None
    hear = listener(quiet or json)
    record = _judged(data, chosen, hear) if file is None else _cured(data, chosen, file, hear)
    if sarif is not None:
        write_bytes(sarif, encode(as_sarif(record, __version__)))
    if json:
        write_json(record)
    else:
        paint = _painted if colourful() else plain
        sys.stdout.write(fixes_text(record.fixes, paint) + findings_text(record, paint))
        if any(one.applied for one in record.fixes):
            sys.stdout.write(f"Settings: {file}. To train with them: piste train {shlex.quote(data)} --config {file}\n")
    if not record.clean:
        raise Alarm


def _cured(data: str, chosen: Chosen, file: Path, hear: "Listener") -> LintRecord:
    from piste.recipe.resetting import fix_with
    from piste.recipe.settings_file import refuse_to_overwrite

    refuse_to_overwrite(file)  # before anything takes time
    sections = dict(chosen.settings)
    wanted = sections.pop("lint")
    ended = fix_with(data, Settings(**sections), chosen.origins, wanted, hear)
    write_fixed(data, ended, file)
    return ended.record


def _judged(data: str, chosen: Chosen, hear: "Listener") -> LintRecord:
    from piste.recipe.lint import lint_with

    sections = dict(chosen.settings)
    wanted = sections.pop("lint")
    return lint_with(data, Settings(**sections), chosen.origins, wanted, hear)


def _painted(text: str, severity: Severity) -> str:
    return f"\x1b[{_COLOURS[severity]}m{text}\x1b[0m"


lint = with_settings({**SECTIONS, "lint": LintSettings}, _lint)
