"""Imports go one way, the contract that says so bites, and what must open quickly imports nothing heavy."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")
ABOVE_REPORT = {"web", "catalog", "recipe", "sklearn", "cli", "play"}
HEAVY = ("jax", "numpy", "scipy", "sklearn", "duckdb", "pandas", "PIL", "optax")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINTER), "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def run(program: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert outcome.returncode == 0, outcome.stderr
    return outcome


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("core/stray.py", "import piste.cli", "A part imports only the parts below it BROKEN"),
        ("evaluate/stray.py", "import piste.train.layout", "A part imports only the parts below it BROKEN"),
        ("report/stray.py", "import piste.nn.spec", "A report is made from records alone BROKEN"),
        ("stray/__init__.py", "", "piste.stray"),
    ],
    ids=["upwards", "sideways", "report", "without a place"],
)
def test_the_contract_bites(tmp_path: Path, file: str, line: str, said: str) -> None:
    shutil.copytree(ROOT / "src" / "piste", tmp_path / "piste", ignore=shutil.ignore_patterns("__pycache__"))
    assert lint(tmp_path).returncode == 0
    stray = tmp_path / "piste" / file
    stray.parent.mkdir(exist_ok=True)
    stray.write_text(f"{line}\n")
    outcome = lint(tmp_path)
    assert outcome.returncode == 1
    assert said in outcome.stdout


def test_no_package_is_forgotten_where_the_report_may_not_import() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    forbidden = next(one["forbidden_modules"] for one in contracts if one["id"] == "report-on-records")
    packages = {path.parent.name for path in (ROOT / "src" / "piste").glob("*/__init__.py")}
    assert set(forbidden) == {f"piste.{name}" for name in packages - ABOVE_REPORT - {"core", "report"}}


@pytest.mark.parametrize("module", ["piste", "piste.core.runs", "piste.report", "piste.cli"])
def test_what_must_open_quickly_imports_nothing_heavy(module: str) -> None:
    program = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    outcome = run(program)
    assert outcome.stdout.split() == []


def test_the_help_imports_nothing_heavy() -> None:
    program = (
        f"import sys; from piste.cli import main; main(['--help']); "
        f"print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)"
    )
    outcome = run(program)
    assert "doctor" in outcome.stdout
    assert outcome.stderr.split() == []


@pytest.mark.parametrize("module", ["piste.core.keys", "piste.train.compiler"])
def test_the_compiler_is_quiet_whichever_part_is_imported_first(module: str) -> None:
    program = f"import {module}, os; print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    outcome = run(program, {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"})
    assert outcome.stdout == "3\n"
