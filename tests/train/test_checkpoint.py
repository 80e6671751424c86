import errno
import itertools
import os
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from piste.core.errors import RunError
from piste.core.records import Task
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import WATCHED
from piste.nn.zoo.mlp import mlp
from piste.train.checkpoint import Checkpoints, Position
from piste.train.fit import Examples, Fitted, Progress, Shown, fit
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.schedules import rates
from piste.train.timeline import Effort

PLAN = Plan(mlp(3, (8,), dropout=0.2), (4,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser(clip=1.0))
ROWS, BATCH, EPOCHS = 90, 16, 12


class KilledError(Exception):
    """Stands for whatever ends a training from outside."""


def trained(
    checkpoints: Checkpoints | None = None, kill_at: float = np.inf, epochs: int = EPOCHS, every: int = 0
) -> Fitted:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(ROWS + 30, 4)).astype(np.float32)
    targets = inputs[:, :3].argmax(axis=1).astype(np.int32)

    def watch(progress: Progress) -> None:
        if progress.done >= kill_at:
            raise KilledError

    work = Effort(epochs, BATCH, rates("cosine", 0.01, epochs * (ROWS // BATCH)), patience=9, validate_every=every)
    return fit(
        PLAN,
        Examples(inputs[:ROWS], targets[:ROWS]),
        Examples(inputs[ROWS:], targets[ROWS:]),
        work,
        task=Task.MANY_CLASS,
        seed=1,
        metric=Shown("accuracy"),
        watch=watch,
        checkpoints=checkpoints,
    )


def bits(fitted: Fitted) -> list[bytes]:
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves((fitted.parameters, fitted.state))]


def curves(fitted: Fitted) -> list[Any]:
    return [(one.epoch, one.step, one.train_loss, one.validation_loss, one.gradient_norm) for one in fitted.epochs]


def made(folder: Path, training: str = "this", **more: Any) -> Checkpoints:
    return Checkpoints(folder, training, **more)


def interrupted(folder: Path, at: float) -> None:
    with pytest.raises(KilledError):
        trained(made(folder), kill_at=at)


@pytest.mark.parametrize("at", [1, 5, 11])
def test_a_training_that_goes_on_ends_with_the_same_bits(at: int, tmp_path: Path) -> None:
    undisturbed = trained()
    interrupted(tmp_path, at)
    resumed = trained(made(tmp_path))
    assert bits(resumed) == bits(undisturbed)
    assert curves(resumed) == curves(undisturbed)
    assert resumed.record.best_epoch == undisturbed.record.best_epoch


@pytest.mark.parametrize("at", [1, 5.8, 11])
def test_so_it_does_with_validations_in_the_middle_of_epochs(at: float, tmp_path: Path) -> None:
    undisturbed = trained(every=3)
    with pytest.raises(KilledError):
        trained(made(tmp_path), kill_at=at, every=3)
    resumed = trained(made(tmp_path), every=3)
    assert bits(resumed) == bits(undisturbed)
    assert curves(resumed) == curves(undisturbed)


def test_it_goes_on_instead_of_starting_anew(tmp_path: Path) -> None:
    interrupted(tmp_path, 7)
    heard: list[float] = []
    checkpoints = made(tmp_path)
    restore, starts = checkpoints.restore, itertools.count()

    def counted(template: Any) -> Any:
        next(starts)
        found = restore(template)
        assert found is not None
        heard.append(found[1].step)
        return found

    checkpoints.restore = counted  # type: ignore[method-assign]
    trained(checkpoints)
    assert 7 * 5 <= heard[0] <= 12 * 5  # the epochs of one call end together


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    trained(made(tmp_path, seconds=0.0))
    assert 1 <= len(list(tmp_path.iterdir())) <= 2


def test_a_young_training_writes_none(tmp_path: Path) -> None:
    trained(made(tmp_path / "none", seconds=1e6))
    assert not (tmp_path / "none").exists()


def written(folder: Path) -> tuple[Any, list[Path]]:
    """Two checkpoints of the same carry, and the carry."""
    carry = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.int32(7)}
    checkpoints = made(folder)
    checkpoints.write(carry, Position(1, 1.0))  # type: ignore[arg-type]
    checkpoints.write({**carry, "b": np.int32(8)}, Position(2, 2.0))  # type: ignore[arg-type]
    return carry, sorted(folder.iterdir())


def test_a_checkpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    carry, _ = written(tmp_path)
    restored, position = made(tmp_path).restore(carry)  # type: ignore[misc]
    np.testing.assert_array_equal(restored["a"], carry["a"])  # type: ignore[call-overload]
    assert restored["b"] == 8  # type: ignore[call-overload]
    assert position == Position(2, 2.0)


def test_any_damaged_byte_is_recognised_and_the_one_before_is_used(tmp_path: Path) -> None:
    carry, (_, newest) = written(tmp_path)
    whole = newest.read_bytes()
    for place in range(0, len(whole), 7):
        newest.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        heard: list[str] = []
        restored, position = made(tmp_path, say=heard.append).restore(carry)  # type: ignore[misc]
        assert position.step == 1, place
        assert restored["b"] == 7  # type: ignore[call-overload]
        assert newest.name in heard[0]
        assert "damaged" in heard[0]


@pytest.mark.parametrize("length", [0, 1, 8, 60, -1])
def test_a_checkpoint_cut_short_is_recognised(length: int, tmp_path: Path) -> None:
    carry, (_, newest) = written(tmp_path)
    newest.write_bytes(newest.read_bytes()[:length])
    assert made(tmp_path).restore(carry)[1].step == 1  # type: ignore[index]


def test_when_all_are_damaged_the_training_starts_anew(tmp_path: Path) -> None:
    carry, paths = written(tmp_path)
    for path in paths:
        path.write_bytes(b"nothing")
    heard: list[str] = []
    assert made(tmp_path, say=heard.append).restore(carry) is None
    assert len(heard) == 2


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    carry, _ = written(tmp_path)
    with pytest.raises(RunError, match="belongs to another training"):
        made(tmp_path, training="that").restore(carry)


def test_a_full_disk_is_said_and_spares_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carry, paths = written(tmp_path)

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left on device"):
        made(tmp_path).write(carry, Position(3))
    assert sorted(tmp_path.iterdir()) == paths
    assert made(tmp_path).restore(carry)[1].step == 2  # type: ignore[index]
