"""`piste lint`."""

from pathlib import Path

from piste.cli.options import Chosen, with_settings
from piste.cli.output import colourful, write_json
from piste.cli.verbs import Alarm
from piste.core.findings import Severity
from piste.lint.settings import LintSettings
from piste.recipe.settings import SECTIONS, Settings

_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


def _lint(data: str, /, *, chosen: Chosen, quiet: bool = False, json: bool = False, sarif: Path | None = None) -> None:
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
    """
    import sys

    from piste import __version__
    from piste.core.records import encode
    from piste.core.runs import write_bytes
    from piste.recipe.lint import lint_with
    from piste.recipe.progress import listener
    from piste.report.findings import findings_text
    from piste.report.sarif import sarif as as_sarif

    sections = dict(chosen.settings)
    wanted = sections.pop("lint")
    record = lint_with(data, Settings(**sections), chosen.origins, wanted, listener(quiet or json))
    if sarif is not None:
        write_bytes(sarif, encode(as_sarif(record, __version__)))
    if json:
        write_json(record)
    else:
        sys.stdout.write(findings_text(record, _painted) if colourful() else findings_text(record))
    if not record.clean:
        raise Alarm


def _painted(text: str, severity: Severity) -> str:
    return f"\x1b[{_COLOURS[severity]}m{text}\x1b[0m"


lint = with_settings({**SECTIONS, "lint": LintSettings}, _lint)
