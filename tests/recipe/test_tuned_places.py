import dataclasses
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

import piste
from piste.core.errors import SettingError
from piste.core.studies import TrialRecord
from piste.recipe.tuned_places import places_of, spread
from piste.recipe.tuning import Asked
from piste.tune.chunk import Here
from piste.tune.settings import TuneSettings

SEARCH: dict[str, Any] = {
    "model": "mlp", "hidden": (8,), "epochs": 5, "trials": 6, "at_once": 2, "scheduler": "none", "final": False,
}  # fmt: skip


def asked(how: TuneSettings, *said: str) -> Asked:
    return Asked({}, {}, {}, how, "the test", frozenset(said))


def test_trials_are_the_same_wherever_they_are_trained(tmp_path: Path) -> None:
    rate = piste.log(1e-3, 1e-1)
    studies = [
        piste.tune("iris", runs=tmp_path / str(workers), quiet=True, learning_rate=rate, workers=workers, **SEARCH)
        for workers in (0, 2)
    ]
    here, apart = ([_plain(one) for one in study.trials] for study in studies)
    assert here == apart
    assert {one.worker.split()[-2] for one in studies[1].trials} == {"process"}
    assert "--workers 2" in studies[1].record.command
    assert multiprocessing.active_children() == []


def _plain(trial: TrialRecord) -> TrialRecord:
    return dataclasses.replace(trial, seconds=0.0, worker="")


def test_left_out_trials_are_trained_here() -> None:
    assert places_of(TuneSettings()) == (1, Here)
    assert places_of(TuneSettings(workers=3))[0] == 3
    with pytest.raises(SettingError, match="leave one of both out"):
        places_of(TuneSettings(workers=3, cluster="local"))


def test_every_place_gets_trials_unless_said_otherwise() -> None:
    how = TuneSettings(trials=100)
    assert spread(asked(how), 1).how.at_once == 64
    assert spread(asked(how), 4).how.at_once == 25
    assert spread(asked(how), 1000).how.at_once == 1
    assert spread(asked(how, "at_once"), 4).how.at_once == 64
    assert spread(asked(TuneSettings(trials=1000)), 4).how.at_once == 64
    assert spread(asked(TuneSettings(trials=100, sampler="pbt")), 4).how.at_once == 64
