"""Every setting as it was used: its value, where it came from, and why."""

from collections.abc import Iterable, Mapping
from typing import Any

from piste.core.panels import Block, Grid
from piste.core.records import RunRecord, encode_line
from piste.report.numbers import number

_MOST = 300
"""Characters of a value: the spec of a network may be a page long, and stands in `model/spec.json`."""


def settings(run: RunRecord) -> tuple[Block, ...]:
    """Return the table of choices, or of the bare settings where no choices were recorded."""
    if run.choices:
        rows = tuple((one.setting, shown(one.value), one.origin, one.reason) for one in run.choices)
        return (Grid(("setting", "value", "from", "why"), rows, ("left", "left", "left", "left")),)
    if run.settings:
        return (Grid(("setting", "value"), tuple((name, shown(value)) for name, value in run.settings.items())),)
    return ()


def holds(conditions: Iterable[tuple[str, str]], settings: Mapping[str, Any]) -> bool:
    """Return whether a trial's `settings` are those that `conditions` name, as (setting, value as it is written)."""
    return all(value in _written(settings.get(name)) for name, value in conditions)


def _written(value: Any) -> tuple[str, ...]:
    """Return the ways to write a value of a choice: as it is, in quotes, `true`, or a list in brackets."""
    inner = ", ".join(map(str, value)) if isinstance(value, list | tuple) else ""
    return str(value), f'"{value}"', str(value).lower(), f"[{inner}]"


def shown(value: Any) -> str:
    """Return a setting's value as a person would write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value, 4)
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    text = str(value) if isinstance(value, str | int) else encode_line(value).decode().strip()
    return text if len(text) <= _MOST else text[: _MOST - 3] + "..."
