"""`piste.tune` from Python: data without a name, studies that go on, and what they tell."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import piste
from piste.core.errors import RunError, SettingError
from piste.core.records import Status
from piste.core.studies import TrialStatus
from piste.recipe.tuned_study import Study

DRAWS = np.random.default_rng(0)
INPUTS = DRAWS.normal(size=(90, 3))
TARGETS = np.where(INPUTS[:, 0] + INPUTS[:, 1] > 0, "up", "down")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A finished study of arrays, whose best settings were not trained again."""
    return piste.tune(
        (INPUTS, TARGETS),
        learning_rate=piste.log(1e-3, 0.1),
        batch_size=piste.choice(8, 16),
        hidden=[4],
        epochs=3,
        trials=4,
        scheduler="none",
        final=False,
        quiet=True,
        runs=tmp_path_factory.mktemp("tune"),
    )


def test_a_study_tells_what_it_found(study: Study) -> None:
    assert study.record.status is Status.FINISHED
    assert study.record.command.startswith("piste.tune(data, hidden=[4], epochs=3, learning_rate='log(0.001, 0.1)'")
    assert [one.status for one in study.trials] == [TrialStatus.FINISHED] * 4
    assert set(study.settings) == {"learning_rate", "batch_size"}
    assert [one.score for one in study.ranked] == sorted((one.score or 0 for one in study.trials), reverse=True)
    assert repr(study).startswith(f"Study({str(study.path)!r}, finished, 4 of 4 trials, best accuracy 0.")
    assert Study.open(study.path).best == study.best
    with pytest.raises(RunError, match="has no run of its best settings"):
        _ = study.run


def test_data_from_python_are_given_again(study: Study) -> None:
    with pytest.raises(RunError, match="came from Python: give them again"):
        piste.tune(study.path, trials=6, quiet=True)
    before = study.trials
    longer = piste.tune((INPUTS, TARGETS), study=study, trials=6, quiet=True)
    assert longer.trials[:4] == before
    assert len(longer.trials) == 6
    assert not longer.record.run  # as it was asked for at first
    longer = piste.tune((INPUTS, TARGETS), study=study, final=True, quiet=True)
    assert longer.run.record.training is not None
    assert longer.run.record.training.epochs == 3
    with pytest.raises(RunError, match="have changed since it began"):
        piste.tune((INPUTS + 1, TARGETS), study=study, trials=8, quiet=True)


def test_mistakes_are_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"piste\.tune has no setting 'lerning_rate'"):
        piste.tune((INPUTS, TARGETS), lerning_rate=piste.log(1e-3, 1), runs=tmp_path, quiet=True)
    with pytest.raises(SettingError, match=r"piste\.tune has no setting 'trails'"):
        piste.tune((INPUTS, TARGETS), trails=3, runs=tmp_path, quiet=True)
    assert list(tmp_path.iterdir()) == []


def test_the_signature_names_every_setting() -> None:
    names = set(piste.tune.__signature__.parameters)  # type: ignore[attr-defined]
    assert {"data", "study", "trials", "sampler", "learning_rate", "hidden", "target"} <= names


def test_a_folder_that_is_no_study_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is no study"):
        Study.open(tmp_path)


def test_records_survive_a_folder(study: Study) -> None:
    record = dataclasses.replace(study.record, seconds=1.5)
    study.folder.write(record)
    assert study.record == record
