from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import RunError
from piste.core.records import Task
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import WATCHED
from piste.nn.zoo.mlp import mlp
from piste.train import streaming
from piste.train.checkpoint import Checkpoints
from piste.train.fit import Examples, Fitted, Progress, Shown, fit
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.schedules import rates
from piste.train.streaming import ReadAhead, Stream, written
from piste.train.timeline import Effort, steps_per_epoch

PLAN = Plan(mlp(3, (8,), dropout=0.2), (4,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser())
ROWS, BATCH = 330, 16


def examples(rows: int = ROWS) -> Examples:
    inputs = np.random.default_rng(0).normal(size=(rows, 4)).astype(np.float32)
    return Examples(inputs, inputs[:, :3].argmax(axis=1).astype(np.int32))


def on_disk(folder: Path, whole: Examples, window: int, batch: int = BATCH) -> Stream:
    """`whole` on the disk, with the memory for windows of `window` rows."""

    weights = np.ones(len(whole), np.float32)

    def blocks() -> Iterator[Any]:
        for start in range(0, len(whole), 100):
            yield tuple(part[start : start + 100] for part in (whole.inputs, whole.targets, weights))

    stream = written(folder, blocks(), whole, 5, 0, len(whole))
    memory = streaming._WINDOWS * stream.row_bytes * window
    stream = Stream(folder, whole, 5, memory)
    assert stream.window(batch) == window
    return stream


def trained(train: Examples | Stream, **more: Any) -> Fitted:
    epochs = 6
    held = examples(60)
    steps = steps_per_epoch(len(train), BATCH)
    work = Effort(epochs, BATCH, rates("cosine", 0.02, epochs * steps), validate_every=more.pop("every", 0))
    return fit(PLAN, train, held, work, task=Task.MANY_CLASS, seed=1, metric=Shown("accuracy"), **more)


def bits(fitted: Fitted) -> list[bytes]:
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves((fitted.parameters, fitted.state))]


@given(st.integers(1, 200), st.integers(1, 40), st.integers(1, 90))
def test_the_windows_of_an_epoch_are_all_rows_once(rows: int, window: int, block: int) -> None:
    stream = Stream(Path(), examples(1), 3, 0)
    stream.__dict__["content"] = streaming.Content(rows, ("<f4",), ((1,),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "_BLOCK_BYTES", 4 * block)
        pieces = [
            stream._pieces(epoch, start, min(start + window, rows))
            for epoch in (0, 1)
            for start in range(0, rows, window)
        ]
    each = [sum(count for _, count in one) for one in pieces]
    assert each[: len(each) // 2] == [min(window, rows - start) for start in range(0, rows, window)]
    for half in (pieces[: len(pieces) // 2], pieces[len(pieces) // 2 :]):
        seen = np.concatenate([np.arange(first, first + count) for one in half for first, count in one])
        np.testing.assert_array_equal(np.sort(seen), np.arange(rows))


def test_a_window_holds_rows_with_their_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_BLOCK_BYTES", 24 * 7)
    whole = examples()
    stream = on_disk(tmp_path, whole, 64)
    ahead = ReadAhead(stream, 64, 6)
    windows = [ahead(0, number) for number in range(6)]
    inputs = np.concatenate([np.asarray(one.inputs) for one in windows])
    targets = np.concatenate([np.asarray(one.targets) for one in windows])
    assert inputs.shape == (6 * 64, 4)
    assert not inputs[ROWS:].any()
    np.testing.assert_array_equal(targets[:ROWS], inputs[:ROWS, :3].argmax(axis=1))
    np.testing.assert_array_equal(np.sort(inputs[:ROWS, 0]), np.sort(np.asarray(whole.inputs)[:, 0]))
    assert not np.array_equal(inputs[:ROWS], np.asarray(stream.read(1, 0, 384).inputs)[:ROWS])


def test_a_window_that_holds_everything_is_read_once(tmp_path: Path) -> None:
    ahead = ReadAhead(on_disk(tmp_path, examples(320), 320), 320, 1)
    assert ahead(0, 0) is ahead(1, 0)


def test_streamed_examples_teach_as_well_as_those_in_memory(tmp_path: Path) -> None:
    whole = examples()
    in_memory, streamed = trained(whole), trained(on_disk(tmp_path, whole, 5 * BATCH))
    assert [one.step for one in streamed.epochs] == [one.step for one in in_memory.epochs]
    assert streamed.epochs[-1].validation_loss < 0.7 * streamed.epochs[0].validation_loss
    assert streamed.epochs[-1].validation_loss == pytest.approx(in_memory.epochs[-1].validation_loss, rel=0.3)


def test_a_streamed_training_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    stream = on_disk(tmp_path / "stream", examples(), 5 * BATCH)
    undisturbed = trained(stream, every=7)

    def watch(progress: Progress) -> None:
        if progress.done > 3.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(stream, every=7, watch=watch, checkpoints=Checkpoints(tmp_path / "kept", "this"))
    resumed = trained(stream, every=7, checkpoints=Checkpoints(tmp_path / "kept", "this"))
    assert bits(resumed) == bits(undisturbed)
    assert [one.train_loss for one in resumed.epochs] == [one.train_loss for one in undisturbed.epochs]


def test_what_is_written_already_is_not_written_again(tmp_path: Path) -> None:
    on_disk(tmp_path, examples(), 64)

    assert len(written(tmp_path, iter(()), examples(), 5, 0, ROWS)) == ROWS


def test_a_disk_without_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="make room"):
        written(tmp_path / "x", iter(()), examples(), 5, 0, 10**15)
    assert not list((tmp_path / "x").iterdir())


def test_a_file_cut_short_is_said(tmp_path: Path) -> None:
    stream = on_disk(tmp_path, examples(), 64)
    (tmp_path / "inputs").write_bytes(b"")
    with pytest.raises(RunError, match="shorter"):
        ReadAhead(stream, 64, 6)(0, 0)
