"""Remedies of the examples: what goes, what stays, and what is refused."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.core.fixes import Effect
from piste.lint.pipeline import Pipeline, Split

Table = Callable[..., dict[str, Any]]
Cure = Any


def test_copies_go_from_train_and_what_judges_stays(cure: Cure, table: Table) -> None:
    splits = table()
    for name in ("validation", "test"):
        splits[name][0][:10] = splits["train"][0][:10]
    pipeline = Pipeline(**splits)
    cured, (fix,), record = cure(pipeline, "D101")
    assert (fix.code, fix.effect, record.clean) == ("D101", Effect.GONE, True)
    assert fix.change == "10 of 300 examples are left out of train"
    assert cured.train.numbers.tolist() == list(range(10, 300))
    assert np.array_equal(cured.train.targets, splits["train"][1][10:])
    assert cured.test is pipeline.test
    assert len(pipeline.train) == 300  # what was given is as it was


def test_near_copies_go_from_train(cure: Cure, table: Table) -> None:
    splits = table()
    splits["test"][0][:20] = splits["train"][0][:20] + 1e-3
    cured, (fix,), record = cure(Pipeline(**splits), "D110")
    assert (fix.effect, len(cured.train), record.clean) == (Effect.GONE, 280, True)


def test_too_many_copies_are_left_to_the_person(cure: Cure, table: Table) -> None:
    splits = table((100, 100, 100))
    splits["test"][0][:80] = splits["train"][0][:80]
    _, (fix,), record = cure(Pipeline(**splits), "D101")
    assert fix.effect is Effect.LEFT
    assert "80 of 100 examples of train would go" in fix.reason
    assert not record.clean


@pytest.mark.parametrize("piece", ["stream", "evaluate"])
def test_examples_from_a_function_are_out_of_reach(cure: Cure, table: Table, piece: str) -> None:
    splits = table()
    splits["test"][0][:10] = splits["train"][0][:10]
    splits[piece] = lambda given: [splits["train"]]
    _, (fix,), _ = cure(Pipeline(**splits), "D101")
    assert f"{piece}= brings examples of its own" in fix.reason


def test_leaks_go_one_after_the_other(cure: Cure, table: Table) -> None:
    splits = table()
    for name, (inputs, targets) in splits.items():
        leaks = np.stack([targets + 0.0, 5.0 - 2 * targets], axis=1).astype(np.float32)
        splits[name] = (np.concatenate([leaks[:, :1], inputs, leaks[:, 1:]], axis=1), targets)
    cured, fixes, record = cure(Pipeline(**splits), "D103")
    assert [fix.effect for fix in fixes] == [Effect.GONE, Effect.GONE]
    assert np.array_equal(cured.train.inputs, table()["train"][0])
    assert record.clean


def test_a_network_made_for_a_width_is_handed_the_mean_of_what_is_left_out(cure: Cure, table: Table) -> None:
    splits: dict[str, Any] = {name: (np.c_[given[0], given[1]], given[1]) for name, given in table().items()}
    apply = lambda parameters, inputs: inputs @ parameters  # noqa: E731
    weights = np.arange(5, dtype=np.float32)[:, None]
    cured, (fix,), record = cure(Pipeline(**splits, apply=apply, parameters=weights), "D103")
    assert record.clean
    assert fix.change == "'input 4' is left out of the inputs"
    inputs = cured.test.inputs
    assert inputs.shape == (100, 4)
    mean = splits["train"][0][:, 4].mean()
    np.testing.assert_allclose(cured.apply(weights, inputs), inputs @ weights[:4] + 4 * mean, rtol=1e-4)


def test_constant_columns_go(cure: Cure, table: Table) -> None:
    splits: dict[str, Any] = {
        name: (np.c_[given[0], np.ones(len(given[0]))], given[1]) for name, given in table().items()
    }
    cured, (fix,), _ = cure(Pipeline(**splits), "D104")
    assert (fix.effect, cured.test.inputs.shape) == (Effect.GONE, (100, 4))


def test_a_number_for_a_gap_becomes_the_median_of_the_others(cure: Cure, table: Table) -> None:
    splits = table()
    known = splits["train"][0][20:, 2].copy()
    for inputs, _ in splits.values():
        inputs[:20, 2] = -999
    cured, (fix,), _ = cure(Pipeline(**splits), "D105")
    assert fix.effect is Effect.GONE
    assert fix.change.startswith("-999 in 'input 2' is filled with")
    for split in cured.splits.values():
        assert split.inputs[:20, 2] == pytest.approx(np.median(known))
    assert splits["train"][0][0, 2] == -999


def test_rows_that_are_no_numbers_go(cure: Cure, table: Table) -> None:
    splits = table()
    splits["train"][0][3, 1] = np.nan
    splits["test"][0][[0, 5], 0] = np.inf
    cured, (fix,), record = cure(Pipeline(**splits), "D106")
    assert record.clean
    assert fix.change == "1 of 300 examples of train and 2 of 100 examples of test are left out"
    assert cured.test.numbers[:4].tolist() == [1, 2, 3, 4]
    splits["train"][0][:31, 1] = np.nan
    _, fixes, _ = cure(Pipeline(**splits), "D106")
    assert {fix.effect for fix in fixes} == {Effect.LEFT}


def grouped(values: str) -> Pipeline:
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(600, 3)).astype(np.float32)
    targets = generator.integers(0, 2, 600)
    mark = generator.permutation(np.repeat(np.arange(60), 10))
    parts: dict[str, Any] = {}
    for name, rows in zip(("train", "validation", "test"), np.split(np.arange(600), [420, 510]), strict=True):
        parts[name] = Split(inputs[rows], targets[rows], rows=rows, **{values: mark[rows]})
    return Pipeline(**parts)


def test_examples_are_divided_anew_by_group(cure: Cure) -> None:
    pipeline = grouped("groups")
    cured, (fix,), record = cure(pipeline, "D112")
    assert (fix.effect, record.clean) == (Effect.GONE, True)
    sizes = {name: len(split) for name, split in cured.splits.items()}
    assert sizes == {"train": 420, "validation": 90, "test": 90}
    groups = [set(split.groups.tolist()) for split in cured.splits.values()]
    assert not groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2]
    rows = np.concatenate([split.rows for split in cured.splits.values()])
    assert sorted(rows.tolist()) == list(range(600))
    of = {
        int(row): value
        for split in pipeline.splits.values()
        for row, value in zip(split.rows, split.inputs, strict=True)
    }
    assert all(
        np.array_equal(of[int(row)], value) for row, value in zip(cured.test.rows, cured.test.inputs, strict=True)
    )


def test_examples_are_divided_anew_by_time(cure: Cure) -> None:
    cured, (fix,), record = cure(grouped("times"), "D113")
    assert (fix.effect, record.clean) == (Effect.GONE, True)
    assert cured.train.times.max() < cured.validation.times.min()
    assert cured.validation.times.max() < cured.test.times.min()


def test_columns_get_one_scale_by_the_numbers_of_train(cure: Cure, table: Table) -> None:
    splits = table()
    for inputs, _ in splits.values():
        inputs *= np.array([1e4, 1.0, 1.0, 1.0], np.float32)
        inputs += np.array([0, 300, 0, 0], np.float32)
    given = splits["train"][0].astype(np.float64)
    cured, (fix,), _ = cure(Pipeline(**splits), "D114")
    assert fix.effect is Effect.GONE
    assert cured.train.inputs.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-5)
    assert cured.train.inputs.std(axis=0) == pytest.approx(np.ones(4), abs=1e-5)
    assert cured.test.inputs == pytest.approx((splits["test"][0] - given.mean(0)) / given.std(0), abs=1e-4)


def test_a_stream_is_mixed_anew_in_each_epoch(cure: Cure, table: Table) -> None:
    splits = table()
    inputs, targets = splits["train"]

    def stream(epoch: int) -> Any:
        for start in range(0, 300, 64):
            yield inputs[start : start + 64], targets[start : start + 64]

    cured, (fix,), record = cure(Pipeline(**splits, stream=stream), "T101", "T102", "T103")
    assert (fix.code, fix.effect, record.clean) == ("T102", Effect.GONE, True)
    first, again, second = (np.concatenate([batch[0] for batch in cured.stream(one)]) for one in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert [len(batch[0]) for batch in cured.stream(3)] == [64, 64, 64, 64, 44]


def test_sorted_examples_are_mixed(cure: Cure, table: Table) -> None:
    splits = table()
    order = np.argsort(splits["train"][1])
    cured, (fix,), _ = cure(Pipeline(train=tuple(part[order] for part in splits["train"])), "D116")
    assert (fix.effect, fix.remedy) == (Effect.GONE, "shuffle")
    assert sorted(cured.train.numbers.tolist()) == list(range(300))


@pytest.mark.data
def test_makes_of_cars_share_a_split(cure: Cure, data_folder: Path) -> None:
    with (data_folder / "tables" / "mpg.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["horsepower"]]
    inputs = np.array([[float(row[name]) for name in ("cylinders", "horsepower", "weight")] for row in rows])
    targets = np.array([float(row["mpg"]) for row in rows])
    makes = np.array([row["name"].split()[0] for row in rows])
    parts = np.split(np.random.default_rng(0).permutation(len(rows)), [270, 330])
    splits: Any = [Split(inputs[part], targets[part], groups=makes[part], rows=part) for part in parts]
    pipeline = Pipeline(train=splits[0], validation=splits[1], test=splits[2])
    cured, fixes, record = cure(pipeline, "D112", "D114")
    assert [(fix.code, fix.effect) for fix in fixes] == [("D112", Effect.GONE), ("D114", Effect.GONE)]
    assert record.causes == ()
    assert not set(cured.train.groups) & (set(cured.validation.groups) | set(cured.test.groups))
