"""Finished runs on the same data, told by the records in the folder of runs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from piste.core.records import EvaluationRecord, RunRecord, Score, Status
from piste.core.runs import DATA, EVALUATION, RUN, RunFolder
from piste.lint.earlier import Earlier
from piste.recipe.earlier import earlier_runs

EVALUATION_RECORD = EvaluationRecord(
    9, "accuracy", (Score("loss", 1, 0, 2, False), Score("accuracy", 0.9, 0.8, 1, True))
)


def record(seed: int = 0, hidden: int = 8, **training: Any) -> RunRecord:
    settings = {"data": {"seed": seed, "memory": 1.0}, "model": {"hidden": (hidden,)}, "training": training}
    return RunRecord("iris", Status.FINISHED, "", "", seed, {}, "cpu", settings)


def run(runs: Path, name: str, one: RunRecord, fingerprint: str = "same") -> RunFolder:
    (runs / name).mkdir()
    folder = RunFolder(runs / name)
    folder.write(one, RUN)
    folder.write({"fingerprint": fingerprint}, DATA)
    folder.write(EVALUATION_RECORD, EVALUATION)
    return folder


def described(runs: Path, *others: RunRecord) -> tuple[Earlier, ...]:
    for at, one in enumerate(others):
        run(runs, f"run-{at}", one)
    own = record()
    return earlier_runs(run(runs, "run-9", own), own, EVALUATION_RECORD)


def test_this_run_is_the_last_and_the_deciding_score_is_taken(tmp_path: Path) -> None:
    *_, last = described(tmp_path, record())
    assert (last.name, last.score.name, last.seed) == ("run-9", "accuracy", 0)


@pytest.mark.parametrize(
    ("other", "same_test", "same_settings"),
    [
        (record(), True, True),
        (record(devices=2, checkpoint=5), True, True),
        (record(seed=1), False, True),
        (record(hidden=9), True, False),
        (record(epochs=3), True, False),
    ],
    ids=["repeated", "on other devices", "other seed", "other network", "other training"],
)
def test_what_differs_is_told(tmp_path: Path, other: RunRecord, same_test: bool, same_settings: bool) -> None:
    first, last = described(tmp_path, other)
    assert (first.test == last.test, first.settings == last.settings) == (same_test, same_settings)


def test_other_data_unfinished_and_damaged_runs_do_not_count(tmp_path: Path) -> None:
    run(tmp_path, "other", record(), fingerprint="another")
    run(tmp_path, "going-on", replace(record(), status=Status.UNFINISHED))
    run(tmp_path, "damaged", record()).write(b"{", EVALUATION)
    assert len(described(tmp_path)) == 1
