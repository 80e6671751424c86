"""The page of a rule, as `piste explain` shows it: `docs/rules/CODE.md`, which the wheel carries along."""

from pathlib import Path

from piste.core.errors import SettingError
from piste.core.settings import nearest

_INSTALLED = Path(__file__).with_name("pages")
_SOURCE_TREE = Path(__file__).parents[3] / "docs" / "rules"


def codes() -> tuple[str, ...]:
    """Return the codes that have a page."""
    return tuple(sorted(path.stem for path in _folder().glob("[A-Z][0-9]*.md")))


def page(code: str) -> str:
    """Return the page of the rule `code` as Markdown; raises `SettingError` for a code without one."""
    known = codes()
    if code.upper() not in known:
        raise SettingError(f"There is no rule '{code}'. {nearest(code.upper(), known)}")
    return (_folder() / f"{code.upper()}.md").read_text(encoding="utf-8")


def _folder() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _SOURCE_TREE
