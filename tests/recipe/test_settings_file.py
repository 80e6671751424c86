"""Settings as a file that `--config` reads, a line for each fix."""

import tomllib
from pathlib import Path

import pytest

from piste.core.errors import SettingError
from piste.core.fixes import Effect, Fix
from piste.lint.settings import LintSettings
from piste.recipe.progress import Silent
from piste.recipe.resetting import Trial
from piste.recipe.settings import from_keywords
from piste.recipe.settings_file import as_toml, settings_text, write_settings


def fix(code: str, **settings: object) -> Fix:
    return Fix(code, code, f"{code} is off", "remedy", Effect.GONE, "changed", settings=settings)


def test_each_fix_has_a_line_to_delete() -> None:
    settings = {
        "target": "ill",
        "drop": "mine,treated",
        "drop_duplicates": True,
        "missing": "pressure:-999",
        "hidden": (8, 4),
    }
    origins = {"target": "file", "drop": "fix", "drop_duplicates": "fix", "missing": "fix", "hidden": "command"}
    wanted = LintSettings(select=("D",), ignore=("E104",))
    lasting = {"select": "command", "ignore": "file"}
    trial = Trial("visits.csv", from_keywords(settings, "test"), {**origins, **lasting}, wanted, Silent())
    fixes = (fix("D103", drop="treated"), fix("D101", drop_duplicates=True), fix("D105", missing="pressure:-999"))
    text = settings_text(trial, fixes, "Written\nfor a test.")
    read = tomllib.loads(text)
    assert read == {
        "data": {"target": "ill", "drop": ["mine", "treated"], "drop_duplicates": True, "missing": ["pressure:-999"]},
        "model": {"hidden": [8, 4]},
        "lint": {"ignore": ["E104"]},
    }
    assert from_keywords({**read["data"], **read["model"]}, "test") == trial.settings
    lines = text.splitlines()
    assert lines[0] == "# Written for a test."
    assert '  "treated",  # D103: D103 is off' in lines
    assert lines[lines.index("drop_duplicates = true") - 1] == "# D101: D101 is off"
    kept = tomllib.loads("\n".join(line for line in lines if "# D103" not in line))
    assert kept["data"]["drop"] == ["mine"]
    none = tomllib.loads("\n".join(line for line in lines if "# D105" not in line))
    assert from_keywords(none["data"], "test").data.missing is None


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "fixed.toml"
    write_settings(file, "a = 1\n")
    with pytest.raises(SettingError, match="is not overwritten"):
        write_settings(file, "a = 2\n")
    assert file.read_text() == "a = 1\n"


@pytest.mark.parametrize("value", [True, 3, 1e-05, 0.1, 'a "b"\\\n\x7fé', ("a", "b"), (1, 2), {"a b": 1}])
def test_toml_gives_the_value_back(value: object) -> None:
    read = tomllib.loads(f"it = {as_toml(value)}")["it"]
    assert (tuple(read) if isinstance(value, tuple) else read) == value
