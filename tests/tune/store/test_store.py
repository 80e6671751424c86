import dataclasses
import math
import multiprocessing
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import optuna
import pytest

from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.tune.samplers.independent import sobol
from piste.tune.space import Space
from piste.tune.store.store import Store
from piste.tune.store.worker import Worker

Train = Callable[[TrialRecord], TrialRecord]


def drawn(space: Space, numbers: range) -> list[TrialRecord]:
    places = sobol(space, numbers, 3).tolist()
    return [TrialRecord(one, space.point(row), tuple(row)) for one, row in zip(numbers, places, strict=True)]


def opened(study: StudyRecord, folder: Path, space: Space, part: str = "") -> Store:
    return Store.create(study, folder, space, Worker.here(part))


@pytest.fixture
def store(study: StudyRecord, tmp_path: Path, space: Space) -> Iterator[Store]:
    store = opened(study, tmp_path, space)
    yield store
    store.close()


def test_what_is_told_is_read_again(store: Store, space: Space, train: Train) -> None:
    trials = drawn(space, range(16))
    assert store.draw(trials)
    assert [dataclasses.replace(one, settings=dict(one.settings)) for one in store.trials] == [
        dataclasses.replace(one, settings={name: list(v) if isinstance(v, tuple) else v
                                           for name, v in one.settings.items()}) for one in trials
    ]  # fmt: skip
    claimed = store.claim(4)
    assert [one.number for one in claimed] == [0, 1, 2, 3]
    assert {one.status for one in store.trials[:4]} == {TrialStatus.RUNNING}
    ended = [train(one) for one in claimed]
    store.tell(ended)
    for kept, told in zip(store.trials, ended, strict=False):
        assert (kept.status, kept.losses[1:], kept.score) == (told.status, told.losses[1:], told.score)
        assert kept.worker == Worker.here().name
    assert [one.number for one in store.claim(4)] == [4, 5, 6, 7]


def test_optuna_reads_the_study(store: Store, study: StudyRecord, tmp_path: Path, space: Space, train: Train) -> None:
    store.draw(drawn(space, range(16)))
    ended = [train(one) for one in store.claim(16)]
    ended[0] = dataclasses.replace(ended[0], status=TrialStatus.STOPPED)
    store.tell(ended)
    storage = optuna.storages.RDBStorage(f"sqlite:///{tmp_path}/study.db")
    read = optuna.load_study(study_name=study.name, storage=storage)
    assert read.direction == optuna.study.StudyDirection.MAXIMIZE
    assert len(read.trials) == 16
    for trial, record in zip(read.trials, ended, strict=True):
        assert trial.number == record.number
        assert trial.params["learning_rate"] == pytest.approx(record.settings["learning_rate"])
        assert trial.params["optimiser"] == record.settings["optimiser"]
        assert trial.params["epochs"] == record.settings["epochs"]
        assert trial.params["hidden"] == {(64,): "[64]", (128, 64): "[128, 64]"}[tuple(record.settings["hidden"])]
        assert ("momentum (optimiser: sgd)" in trial.params) == (record.settings["optimiser"] == "sgd")
        if record.status is TrialStatus.FINISHED:
            assert trial.state is optuna.trial.TrialState.COMPLETE
            assert trial.value == record.score
            assert trial.intermediate_values == dict(enumerate(record.metrics, 1))
    assert read.trials[0].state is optuna.trial.TrialState.PRUNED
    best = max((one for one in ended if one.status is TrialStatus.FINISHED), key=lambda one: one.score or 0)
    assert read.best_trial.number == best.number
    assert optuna.importance.get_param_importances(read, evaluator=optuna.importance.PedAnovaImportanceEvaluator())
    storage.remove_session()
    storage.engine.dispose()


def test_a_diverged_trial_keeps_its_curve(store: Store, space: Space) -> None:
    store.draw(drawn(space, range(1)))
    trial = dataclasses.replace(
        store.claim(1)[0], status=TrialStatus.DIVERGED, losses=(0.5, math.nan), metrics=(0.5, math.inf)
    )
    store.tell([trial])
    assert store.trials[0].losses[0] == 0.5
    assert math.isnan(store.trials[0].losses[1])
    assert store.trials[0].status is TrialStatus.DIVERGED


def test_only_one_of_two_draws_counts(study: StudyRecord, tmp_path: Path, space: Space, store: Store) -> None:
    other = opened(study, tmp_path, space, "second")
    assert store.draw(drawn(space, range(4)))
    assert not other.draw(drawn(space, range(4)))
    assert other.draw(drawn(space, range(4, 8)))
    assert [one.number for one in store.trials] == list(range(8))
    other.close()


def test_what_another_worker_claimed_cannot_be_told(
    study: StudyRecord, tmp_path: Path, space: Space, store: Store, train: Train
) -> None:
    other = opened(study, tmp_path, space, "second")
    store.draw(drawn(space, range(4)))
    mine = store.claim(2)
    assert [one.number for one in other.claim(2)] == [2, 3]
    assert other.claim(2) == ()
    other.tell([train(one) for one in mine])
    assert {one.status for one in store.trials} == {TrialStatus.RUNNING}
    assert store.give_back() == 2
    assert [one.status for one in store.trials] == [TrialStatus.WAITING] * 2 + [TrialStatus.RUNNING] * 2
    other.close()


def test_a_dead_worker_is_replaced(study: StudyRecord, tmp_path: Path, space: Space, store: Store) -> None:
    machine, ended = Worker.here().machine, multiprocessing.get_context("spawn").Process(target=time.sleep, args=(0,))
    ended.start()
    ended.join()
    dead = Store.create(study, tmp_path, space, Worker(machine, ended.pid or 0, "17"))
    away = Store.create(study, tmp_path, space, Worker("elsewhere", 1, "17"))
    store.draw(drawn(space, range(6)))
    assert [len(one.claim(2)) for one in (dead, away, store)] == [2, 2, 2]
    assert store.free() == 2  # not that of another machine, heard of a moment ago, nor one's own
    assert [one.number for one in store.claim(2)] == [0, 1]
    dead.tell([dataclasses.replace(store.trials[0], status=TrialStatus.FINISHED)])
    assert store.trials[0].status is TrialStatus.RUNNING
    for one in (dead, away):
        one.close()


def claim_all(study: StudyRecord, folder: Path, space: Space, part: str, found: "multiprocessing.Queue[int]") -> None:
    store = opened(study, folder, space, part)
    while claimed := store.claim(1):
        for one in claimed:
            found.put(one.number)
    store.close()


def test_no_trial_is_claimed_twice(study: StudyRecord, tmp_path: Path, space: Space, store: Store) -> None:
    store.draw(drawn(space, range(40)))
    context = multiprocessing.get_context("spawn")
    found: multiprocessing.Queue[int] = context.Queue()
    workers = [context.Process(target=claim_all, args=(study, tmp_path, space, str(i), found)) for i in range(2)]
    for one in workers:
        one.start()
    numbers = [found.get(timeout=120) for _ in range(40)]
    for one in workers:
        one.join()
    assert sorted(numbers) == list(range(40))
    assert found.empty()


def test_a_study_that_is_not_there_is_empty(store: Store) -> None:
    assert store.trials == ()
    assert store.claim(4) == ()
    assert store.draw([])
