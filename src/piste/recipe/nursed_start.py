"""How a run comes to its branches: with a first one of its own, or with those of another run, followed once more."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from piste.core import nursing
from piste.core.errors import SettingError
from piste.core.nursing import BranchEnd, BranchRecord, NursedRecord
from piste.core.records import decode
from piste.core.runs import RunFolder
from piste.recipe.nursed_settings import changeable
from piste.recipe.settings import Settings

Care = Callable[[Settings], NursedRecord]
"""Gives the branches with which a run begins; raises `SettingError` where they do not fit its settings."""


def care_of(nurse: bool, replay: Path | str | None) -> Care | None:
    """Return the care of a run that is nursed, or that follows the branches in the file `replay`; None without both.

    Raises `SettingError` where that is no such file, its training was not over, or both are wanted.
    """
    if replay is None:
        return first if nurse else None
    if nurse:
        raise SettingError("A training that follows branches takes no commands: leave nurse out, and nurse it after.")
    return replayed(replay)


def first(settings: Settings, end: BranchEnd | None = None) -> NursedRecord:
    """Return the branches of a training that has one, which may be over."""
    name, values = nursing.FIRST, changeable(settings)
    branch = BranchRecord(name, "", 0, 0, 0, "", nursing.person(), nursing.now(), values, end=end)
    return NursedRecord((branch,), name)


def adopt(folder: RunFolder, settings: Settings) -> None:
    """Let a run that was trained without branches keep them from now on."""
    folder.write(first(settings, _ended(folder)), nursing.BRANCHES)


def _ended(folder: RunFolder) -> BranchEnd | None:
    training, records = folder.record.training, folder.epochs
    if training is None:
        return None
    loss = next((one.validation_loss for one in records if one.epoch == training.best_epoch), None)
    return BranchEnd(training.steps, training.epochs, loss, training.best_epoch, training.stopped)


def replayed(file: Path | str) -> Care:
    """Return the care of a run that follows the branches in `file`.

    Raises `SettingError` where it is no such file, or its training was not over.
    """
    record = _read(Path(file))
    if not record.kept:
        raise SettingError(f"The training of {file} was not over; `piste nurse RUN` finishes it.")
    line = record.line(record.kept)

    def follow(settings: Settings) -> NursedRecord:
        _check(line[0].settings, changeable(settings), file)
        return NursedRecord(line, record.kept, winner=record.winner, kept=record.kept, replay=True)

    return follow


def _read(file: Path) -> NursedRecord:
    try:
        return decode(file.read_bytes(), NursedRecord)
    except OSError as error:
        raise SettingError(f"Could not read the branches in {file}: {error.strerror}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SettingError(f"{file} has no branches of a nursed run ({error}).") from error


def _check(before: Mapping[str, object], now: Mapping[str, object], file: Path | str) -> None:
    plain = msgspec.json.decode(msgspec.json.encode(now))
    for name, value in before.items():
        if plain.get(name) != value:
            raise SettingError(
                f"The branches in {file} began with {name} {value}, and here it is {plain.get(name)}: give the same "
                "settings as that run, as its record says."
            )
