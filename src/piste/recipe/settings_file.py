"""Settings as a TOML file that `--config` reads, with a comment for each that a fix set."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from piste.core.errors import SettingError
from piste.core.fixes import Fix
from piste.core.runs import write_bytes
from piste.lint.settings import LintSettings
from piste.recipe.resetting import LISTED, Trial
from piste.recipe.settings import SECTIONS


def settings_text(trial: Trial, fixes: tuple[Fix, ...], heading: str) -> str:
    """Return the settings of `trial` that are no defaults, by section, below `heading` as a comment."""
    lines = [f"# {_one_line(heading)}", "# A fix is taken back by deleting the line that its comment stands by."]
    for section, kind in SECTIONS.items():
        own = {name: value for name, value in trial.given.items() if name in _names(kind)}
        if own:
            lines += ["", f"[{section}]"]
        for name, value in own.items():
            lines += _listed(name, value, fixes) if name in LISTED else _line(name, value, fixes)
    return "\n".join([*lines, *_linting(trial)]) + "\n"


def _line(name: str, value: Any, fixes: tuple[Fix, ...]) -> Iterator[str]:
    for fix in fixes:
        if fix.applied and name in fix.settings:
            yield _comment(fix)
    yield f"{name} = {as_toml(value)}"


def _listed(name: str, value: str, fixes: tuple[Fix, ...]) -> Iterator[str]:
    """Yield a list with a line for each item, so that each fix has lines of its own."""
    of = {item: fix for fix in fixes if fix.applied and name in fix.settings for item in fix.settings[name].split(",")}
    yield f"{name} = ["
    for item in value.split(","):
        yield f"  {as_toml(item)}," + (f"  {_comment(of[item])}" if item in of else "")
    yield "]"


def _comment(fix: Fix) -> str:
    return f"# {fix.code}: {_one_line(fix.title)}"


def _linting(trial: Trial) -> Iterator[str]:
    # What one call selects is no wish for every training; what stands in a file is.
    lasting = {name: getattr(trial.wanted, name) for name in _names(LintSettings) if trial.origins.get(name) == "file"}
    if lasting:
        yield from ("", "[lint]")
    for name, value in lasting.items():
        yield f"{name} = {as_toml(value)}"


def _names(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def as_toml(value: Any) -> str:
    """Return a setting as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return f"[{', '.join(as_toml(one) for one in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{json.dumps(name)} = {as_toml(one)}' for name, one in value.items())} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(value, str) else repr(value)


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def refuse_to_overwrite(file: Path) -> None:
    """Raise `SettingError` where `file` is there already."""
    if file.exists():
        raise SettingError(f"{file} is there already and is not overwritten: delete it, or name another with --fix-to.")


def write_settings(file: Path, text: str) -> None:
    """Write `text` to `file` in one piece; raises `SettingError` where it is there already."""
    refuse_to_overwrite(file)
    write_bytes(file, text.encode())
