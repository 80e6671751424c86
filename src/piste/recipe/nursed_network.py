"""The nursed training as a run sees it: its network, what is said of its branches, and the line that repeats it."""

import dataclasses
import shlex
from contextlib import nullcontext

from piste.core import nursing
from piste.core.nursing import NursedRecord
from piste.core.records import RunRecord
from piste.core.runs import RunFolder
from piste.recipe.network import Network
from piste.recipe.nurse_keys import keys_heard
from piste.recipe.nursed_ways import Ground
from piste.recipe.nursing import Nursing
from piste.recipe.progress import Live
from piste.train.fit import Fitted

REPLAY = "--replay"


def nursed_network(ground: Ground) -> tuple[Network, Fitted]:
    """Train with commands heard, those that are typed here too; return the network that won."""
    nurse = Nursing(ground)
    if not nurse.record.replay:
        ground.hear.say(f"Commands are heard after each validation: `piste nurse {ground.folder.path} rate 0.5x`.")
    with keys_heard(ground.folder) if isinstance(ground.hear, Live) and not nurse.record.replay else nullcontext():
        return nurse.trained()


def verdict(folder: RunFolder) -> tuple[str, ...]:
    """Return which branch won, beside the others; nothing where there is one alone."""
    if not nursing.nursed(folder):
        return ()
    record = nursing.branches(folder)
    if len(record.branches) < 2 or not record.winner:
        return ()
    others = [one for one in record.branches if one.name != record.kept and one.end and not _within(record, one.name)]
    said = "; ".join(
        f"{one.name} {_loss(one.end.best_loss)} in epoch {one.end.best_epoch}" for one in others if one.end
    )
    end = record.branch(record.kept).end
    won = f"Branch {record.winner} won: validation loss {_loss(end.best_loss)} in epoch {end.best_epoch}" if end else ""
    return (f"{won}, against {said}." if said else f"{won}.",)


def _within(record: NursedRecord, name: str) -> bool:
    return any(one.name == name for one in record.line(record.kept))


def _loss(loss: float | None) -> str:
    return "not a number" if loss is None else f"{loss:.4g}"


def repeated(folder: RunFolder, record: RunRecord) -> RunRecord:
    """Return the record of a run with the line that repeats it where it was nursed, and count the look at the test."""
    if not nursing.nursed(folder):
        return record
    nursed = nursing.branches(folder)
    folder.write(dataclasses.replace(nursed, judged=nursed.judged + 1), nursing.BRANCHES)
    if len(nursed.branches) == 1 or nursed.replay:
        return record
    file = str(folder.file(nursing.BRANCHES))
    before, _, _ = record.command.partition(f" {REPLAY} ")
    before, _, _ = before.partition(", replay=")
    if record.command.startswith("piste train"):
        return dataclasses.replace(record, command=f"{before} {REPLAY} {shlex.quote(file)}")
    return dataclasses.replace(record, command=f"{before.removesuffix(')')}, replay={file!r})")
