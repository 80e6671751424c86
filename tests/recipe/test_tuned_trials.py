import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.core.errors import RunError
from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.recipe.progress import Silent
from piste.recipe.train import train
from piste.recipe.tuned_trials import Bench, given_of, rounds_of
from piste.recipe.tuning import Asked, prepared, study_of
from piste.train.timeline import Effort
from piste.tune.chunk import Chunk, unheard
from piste.tune.cluster.processes import Processes
from piste.tune.priors import Prior, choice, log, option, uniform
from piste.tune.settings import TuneSettings

GIVEN: dict[str, Any] = {"model": "mlp", "hidden": (8,), "epochs": 6}
RANGES: dict[str, Prior] = {
    "learning_rate": log(1e-3, 1e-1),
    "optimiser": choice("adamw", option("sgd", momentum=uniform(0.5, 0.9))),
    "bins": choice(0, 4),
}


@pytest.fixture(scope="module")
def study() -> StudyRecord:
    asked = Asked(GIVEN, RANGES, dict.fromkeys(GIVEN, "python"), TuneSettings(trials=4, scheduler="none"))
    return study_of("iris", asked, prepared("iris", asked, Silent()))


@pytest.fixture(scope="module")
def bench(study: StudyRecord) -> Bench:
    return Bench.of(study)


def trial(number: int, **settings: Any) -> TrialRecord:
    return TrialRecord(number, settings, (0.5,) * 4, TrialStatus.RUNNING)


def test_the_study_says_what_varies_and_what_does_not(study: StudyRecord) -> None:
    assert given_of(study) == GIVEN
    assert [one.label for one in study.dimensions] == [
        "learning_rate", "optimiser", "momentum (optimiser: sgd)", "bins"
    ]  # fmt: skip
    assert (study.metric, study.higher_is_better, study.rounds, study.trials) == ("accuracy", True, 6, 4)
    assert study.command.startswith(
        "piste tune iris --model mlp --hidden 8 --epochs 6 --learning-rate 'log(0.001, 0.1)'"
    )


def test_what_was_trained_before_leaves_no_trace(study: StudyRecord) -> None:
    """Not even in the last bits: a search repeated after others, or a chunk redone elsewhere, has the same numbers."""
    usual: dict[str, Any] = {"learning_rate": 0.02, "optimiser": "adamw", "bins": 0}
    for changed in ({"l1": 0.1}, {"batch_size": 12}):
        Bench.of(study)(Chunk((trial(0, **usual), trial(1, **usual | changed))))
    chunk = Chunk((trial(0, **usual), trial(1, **usual | {"learning_rate": 0.05})))
    here = Bench.of(study)(chunk)
    apart = Processes(Bench.of(study), 1)
    try:
        apart.start(chunk)
        there = apart.wait(unheard)
    finally:
        apart.close()
    assert [one.losses for one in here] == [one.losses for one in there]
    assert [one.examples for one in here] == [one.examples for one in there]


def test_a_trial_is_what_piste_train_makes_of_its_settings(bench: Bench, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"learning_rate": 0.02, "optimiser": "sgd", "momentum": 0.8, "bins": 4}
    found, other = bench(Chunk((trial(0, **settings), trial(1, learning_rate=0.05, optimiser="adamw", bins=0))))
    run = train("iris", runs=tmp_path, quiet=True, **GIVEN, **settings)
    np.testing.assert_allclose(found.losses, [one.validation_loss for one in run.epochs], rtol=1e-4)
    assert found.metrics == tuple(one.validation_metric for one in run.epochs)
    assert found.status is TrialStatus.FINISHED
    assert run.record.training is not None
    assert found.best_round == run.record.training.best_epoch
    assert found.loss == min(found.losses)
    assert found.score == found.metrics[found.best_round - 1]
    assert other.losses != found.losses


def test_settings_that_contradict_each_other_fail_alone(bench: Bench) -> None:
    heard: list[TrialRecord] = []
    wrong = trial(0, learning_rate=0.02, optimiser="adagrad", momentum=0.8)
    chunk = Chunk((wrong, trial(1, learning_rate=0.05, optimiser="adamw")))
    failed, fine = bench(chunk, heard.extend)
    assert failed.status is TrialStatus.FAILED
    assert "The 'momentum' setting belongs to the optimiser" in failed.note
    assert fine.status is TrialStatus.FINISHED
    assert failed in heard


def test_a_rate_that_is_far_too_high_harms_no_neighbour(bench: Bench) -> None:
    alone = bench(Chunk((trial(1, learning_rate=0.05, optimiser="sgd"),)))[0]
    chunk = Chunk((trial(0, learning_rate=1000.0, optimiser="sgd"), trial(1, learning_rate=0.05, optimiser="sgd")))
    wild, fine = bench(chunk)
    assert wild.status in (TrialStatus.DIVERGED, TrialStatus.FINISHED)
    np.testing.assert_allclose(fine.losses, alone.losses, rtol=1e-4)


def test_a_chunk_gives_the_same_records_again(bench: Bench) -> None:
    chunk = Chunk((trial(0, learning_rate=0.02, optimiser="adamw"), trial(1, learning_rate=0.05, optimiser="adamw")))
    first, again = (tuple(dataclasses.replace(one, seconds=0.0) for one in bench(chunk)) for _ in range(2))
    assert first == again


def test_data_that_changed_are_said(study: StudyRecord) -> None:
    with pytest.raises(RunError, match="have changed since it began"):
        Bench.of(dataclasses.replace(study, fingerprint="00"))


def test_data_from_python_must_be_given_again(study: StudyRecord) -> None:
    with pytest.raises(RunError, match="came from Python"):
        Bench.of(dataclasses.replace(study, source=""))


@pytest.mark.parametrize(
    ("epochs", "steps", "every", "rounds"), [(3, 4, 0, 3), (3, 4, 5, 3), (3, 4, 100, 1), (1, 1, 0, 1)]
)
def test_rounds_by_hand(epochs: int, steps: int, every: int, rounds: int) -> None:
    assert rounds_of(Effort(epochs, 8, np.ones(epochs * steps), validate_every=every)) == rounds
