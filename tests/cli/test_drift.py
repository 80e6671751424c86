"""`piste drift`: text or JSON, and an exit code that serves in a scheduled job."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piste.cli.application import ALARM, DONE, MISTAKE
from piste.core.drift import DriftRecord, Fit
from piste.core.records import decode

Piste = Callable[..., Any]


@pytest.fixture
def larger(fruit: Path, tmp_path: Path) -> Path:
    head, *rows = fruit.read_text().splitlines()
    path = tmp_path / "larger.csv"
    path.write_text("\n".join([head, *(f"{100 * int(row.split(',')[0])}{row[row.index(',') :]}" for row in rows)]))
    return path


def test_the_same_data_end_with_0(piste: Piste, fruit_run: Path, fruit: Path) -> None:
    outcome = piste("drift", fruit_run, fruit, "--dry")
    assert outcome.code == DONE, outcome
    assert "[ok] The network still fits" in outcome.out
    assert not list(fruit_run.glob("drift-*"))


def test_other_data_end_with_1_and_leave_a_page(piste: Piste, fruit_run: Path, larger: Path) -> None:
    outcome = piste("drift", fruit_run, larger)
    assert outcome.code == ALARM, outcome
    assert "'size': other units" in " ".join(outcome.out.split())
    pages = list(fruit_run.glob("drift-*-larger.html"))
    assert pages
    for file in fruit_run.glob("drift-*"):
        file.unlink()


def test_json_is_the_record(piste: Piste, fruit_run: Path, larger: Path) -> None:
    outcome = piste("drift", fruit_run, larger, "--dry", "--json")
    assert outcome.code == ALARM
    record = decode(outcome.out, DriftRecord)
    assert record.fit is not Fit.FITS
    assert json.loads(outcome.out)["rows"] == record.rows == 60
    assert record.command.startswith(f"piste train {larger} --target sort")


def test_a_mistake_is_one_sentence(piste: Piste, fruit_run: Path, tmp_path: Path) -> None:
    outcome = piste("drift", fruit_run, tmp_path / "absent.csv")
    assert outcome.code == MISTAKE
    assert "There is no file or folder" in outcome.err
