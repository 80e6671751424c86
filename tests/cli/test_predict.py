"""`piste predict`: results on standard output or in a file, remarks on standard error."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from piste.cli.application import DONE, MISTAKE
from piste.core.records import Status
from piste.core.runs import RUN, RunFolder
from piste.recipe.run import Run

Piste = Callable[..., Any]
COLUMNS = ["prediction", "probability of fig", "probability of plum"]
NEW = "picked,colour,size\n2024-01-09,g,3\n2024-02-01,b,17\n"
IGNORED = "Columns that the model does not know are ignored: weight.\n"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    path.write_text(NEW)
    return path


def test_predictions_are_comma_separated_on_standard_output(piste: Piste, fruit_run: Path, new: Path) -> None:
    outcome = piste("predict", fruit_run, new)
    assert (outcome.code, outcome.err) == (DONE, "")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert list(rows[0]) == COLUMNS
    predicted = Run.open(fruit_run).predict(new)
    assert [row["prediction"] for row in rows] == list(predicted.values)
    for row, outputs in zip(rows, predicted.outputs, strict=True):
        assert [float(row[name]) for name in COLUMNS[1:]] == pytest.approx(outputs.tolist(), rel=1e-5)


def test_other_forms_of_standard_output(piste: Piste, fruit_run: Path, new: Path) -> None:
    whole = piste("predict", fruit_run, new, "--format", "json")
    lines = piste("predict", fruit_run, new, "--format", "jsonl")
    assert (whole.code, whole.err, lines.code, lines.err) == (DONE, "", DONE, "")
    rows = json.loads(whole.out)
    assert [list(row) for row in rows] == [COLUMNS, COLUMNS]
    assert [json.loads(line) for line in lines.out.splitlines()] == rows


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json", "jsonl"])
def test_a_file_is_written_in_the_form_of_its_name(
    piste: Piste, fruit_run: Path, new: Path, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"out.{suffix}"
    outcome = piste("predict", fruit_run, new, "-o", file)
    assert (outcome.code, outcome.out, outcome.err) == (DONE, "", f"2 predictions written to {file}.\n")
    with duckdb.connect() as connection:
        table = connection.execute(f"from '{file}'").fetchnumpy()
    assert list(table) == COLUMNS
    assert list(table["prediction"]) == list(Run.open(fruit_run).predict(new).values)


def test_what_was_ignored_is_said_unless_quiet(piste: Piste, fruit_run: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text("picked,colour,size,weight\n2024-01-09,g,3,1\n")
    loud, quiet = piste("predict", fruit_run, path), piste("predict", fruit_run, path, "--quiet")
    assert loud.err == IGNORED
    assert (quiet.code, quiet.out, quiet.err) == (DONE, loud.out, "")
    assert piste("predict", fruit_run, path, "--quiet", "-o", tmp_path / "out.csv").err == ""


def test_a_run_is_found_by_its_name_among_the_runs(piste: Piste, fruit_run: Path, new: Path) -> None:
    outcome = piste("predict", fruit_run.name, new, "--runs", fruit_run.parent)
    assert (outcome.code, len(outcome.out.splitlines())) == (DONE, 3)


def unfinished(run: Path, folder: Path) -> Path:
    copy = RunFolder(Path(shutil.copytree(run, folder / "copy")))
    copy.write(replace(copy.record, status=Status.UNFINISHED), RUN)
    return copy.path


def damaged(run: Path, folder: Path) -> Path:
    copy = Path(shutil.copytree(run, folder / "copy"))
    (copy / "model" / "parameters.safetensors").write_bytes(b"junk")
    return copy


@pytest.mark.parametrize(
    ("change", "data", "words", "said"),
    [
        (lambda run, folder: folder, NEW, (), "is not a run folder: it has no run.json."),
        (lambda run, folder: run / "absent", NEW, (), "is not a run folder"),
        (unfinished, NEW, (), "is unfinished, so its network cannot be trusted; `piste resume "),
        (damaged, NEW, (), "The model in "),
        (None, "colour,size\nr,1\n", (), "has no column 'picked', which the model needs; its 2 columns are colour"),
        (None, "a,b\n1,2\n", (), "has no column 'size' (nor colour, picked), which the model needs"),
        (None, NEW.replace("17", "big"), (), "'size' holds 'big' in row 2, where a number is expected"),
        (None, NEW.replace("2024-02-01", "soon"), (), "'picked' holds 'soon' in row 2, where a date is expected"),
        (None, NEW.replace("17", "inf"), (), "infinite value ('inf') in row 2"),
        (None, "", (), "is empty"),
        (None, NEW.splitlines()[0] + "\n", (), "header line and no rows"),
        (None, NEW, ("-o", "out.xlsx"), "Predictions are written to .parquet, .csv, .json, .jsonl. Got 'out.xlsx'"),
        (None, NEW, ("-o", "absent/out.csv"), "Could not write absent/out.csv: "),
        (None, NEW, ("--format", "xml"), "--format"),
        (None, NEW, ("--output",), "The option --output needs a value."),
    ],
)
def test_a_mistake_gets_one_line_and_no_output(
    piste: Piste,
    fruit_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path, Path], Path] | None,
    data: str,
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("new.csv").write_text(data)
    outcome = piste("predict", change(fruit_run, tmp_path) if change else fruit_run, "new.csv", *words)
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert outcome.err.startswith("piste: ")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} <= {"new.csv", "copy"}
