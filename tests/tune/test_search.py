import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.tune import catalog
from piste.tune.chunk import Chunk, Hear, Here
from piste.tune.search import Search, search
from piste.tune.space import Space
from piste.tune.store.store import Store
from piste.tune.store.worker import Worker

Train = Callable[[TrialRecord], TrialRecord]


class Notes:
    """Follows a search; stops it when so many trials are kept."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.kept_numbers: list[int] = []
        self._stop_after = stop_after

    def heard(self, trials: Sequence[TrialRecord]) -> None:
        if len(self.kept_numbers) >= self._stop_after:
            raise KeyboardInterrupt

    def kept(self, trials: Sequence[TrialRecord]) -> None:
        self.kept_numbers += [one.number for one in trials]


@pytest.fixture
def store(study: StudyRecord, tmp_path: Path, space: Space) -> Iterator[Store]:
    store = Store.create(study, tmp_path, space, Worker.here())
    yield store
    store.close()


def searching(study: StudyRecord, space: Space, sampler: str = "sobol") -> Search:
    study = dataclasses.replace(study, sampler=sampler)
    return Search(study, space, catalog.sampler(sampler, study.trials), study.at_once)


def formula(train: Train, chunks: list[Chunk] | None = None) -> Here:
    def execute(chunk: Chunk, hear: Hear) -> tuple[TrialRecord, ...]:
        if chunks is not None:
            chunks.append(chunk)
        hear(chunk.trials)
        return tuple(map(train, chunk.trials))

    return Here(execute)


def found(store: Store) -> list[tuple[object, ...]]:
    return [(one.number, dict(one.settings), one.status, one.score) for one in store.trials]


def test_all_trials_are_trained_once(store: Store, study: StudyRecord, space: Space, train: Train) -> None:
    chunks: list[Chunk] = []
    notes = Notes()
    search(searching(study, space), store, formula(train, chunks), notes)
    assert [chunk.numbers for chunk in chunks] == [(0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11), (12, 13, 14, 15)]
    assert [len(chunk.told) for chunk in chunks] == [0, 4, 8, 12]
    assert sorted(notes.kept_numbers) == list(range(16))
    assert TrialStatus.RUNNING not in {one.status for one in store.trials}
    search(searching(study, space), store, formula(train, chunks), notes)
    assert len(chunks) == 4  # nothing was left


@pytest.mark.parametrize("sampler", ["sobol", "zoom", "random"])
def test_a_study_that_was_cut_short_ends_alike(
    store: Store, study: StudyRecord, space: Space, train: Train, tmp_path: Path, sampler: str
) -> None:
    what = searching(study, space, sampler)
    with pytest.raises(KeyboardInterrupt):
        search(what, store, formula(train), Notes(stop_after=6))
    assert {one.status for one in store.trials} <= {
        TrialStatus.WAITING, TrialStatus.FINISHED, TrialStatus.DIVERGED
    }  # fmt: skip
    search(what, store, formula(train), Notes())
    (tmp_path / "whole").mkdir()
    whole = Store.create(study, tmp_path / "whole", space, Worker.here())
    search(what, whole, formula(train), Notes())
    assert found(store) == found(whole)
    whole.close()


def test_a_sampler_that_looks_at_results_is_asked_round_by_round(
    store: Store, study: StudyRecord, space: Space, train: Train
) -> None:
    what = searching(study, space, "zoom")
    search(what, store, formula(train), Notes())
    trials = store.trials
    assert [one.sampling for one in trials] == [f"round {number // 4 + 1}" for number in range(16)]
    first, last = ([abs(one.places[0] - 0.5) for one in trials[part]] for part in (slice(0, 4), slice(8, 16)))
    assert sum(last) / 8 < sum(first) / 4  # a rate of 0.01 lies in the middle


def test_a_study_can_be_made_longer(store: Store, study: StudyRecord, space: Space, train: Train) -> None:
    search(searching(study, space), store, formula(train), Notes())
    before = found(store)
    longer = dataclasses.replace(study, trials=20)
    search(searching(longer, space), store, formula(train), Notes())
    assert len(store.trials) == 20
    assert found(store)[:16] == before


def test_nothing_begins_once_the_time_is_over(store: Store, study: StudyRecord, space: Space, train: Train) -> None:
    what = dataclasses.replace(searching(study, space), seconds=1e-9)
    search(what, store, formula(train), Notes())
    assert store.trials == ()


def test_no_more_begin_than_will_end_in_time(study: StudyRecord, space: Space) -> None:
    what = dataclasses.replace(searching(study, space), seconds=100.0, at_once=64)
    assert what.fitting(0.0, 0) == 8  # to learn their pace
    assert what.fitting(20.0, 8) == 32
    assert what.fitting(1.0, 8) == 64
    assert what.fitting(90.0, 32) == 3
    assert what.fitting(99.9, 32) == what.fitting(101.0, 32) == what.fitting(101.0, 0) == 0
    assert dataclasses.replace(what, seconds=0.0).fitting(1e9, 1) == 64


def test_trials_still_under_way_when_the_time_is_over_are_left_once_there_is_a_result(
    store: Store, study: StudyRecord, space: Space, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("piste.tune.search.time", SimpleNamespace(monotonic=lambda: now))

    def slow(chunk: Chunk, hear: Hear) -> tuple[TrialRecord, ...]:
        nonlocal now
        now = 100.0
        hear(())
        first, *others = chunk.trials
        hear([dataclasses.replace(first, status=TrialStatus.FAILED), *others])
        good = next(one for one in map(train, others) if one.score is not None)
        hear([good])
        raise AssertionError("goes on after its time")

    search(dataclasses.replace(searching(study, space), seconds=60.0), store, Here(slow), Notes())
    statuses = [one.status for one in store.trials]
    assert statuses.count(TrialStatus.FINISHED) == statuses.count(TrialStatus.FAILED) == 1
    assert statuses.count(TrialStatus.WAITING) == 14
    search(searching(study, space), store, formula(train), Notes())
    assert TrialStatus.WAITING not in {one.status for one in store.trials}


def test_a_fault_in_training_gives_the_trials_back(store: Store, study: StudyRecord, space: Space) -> None:
    def broken(chunk: Chunk, hear: Hear) -> tuple[TrialRecord, ...]:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        search(searching(study, space), store, Here(broken), Notes())
    assert {one.status for one in store.trials} == {TrialStatus.WAITING}
