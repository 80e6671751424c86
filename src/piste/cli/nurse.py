"""`piste nurse`."""

from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from piste.cli.output import console, write_json
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run
from piste.core import nursing
from piste.core.errors import RunError, SettingError
from piste.core.nursing import BranchRecord, NursedRecord
from piste.core.nursing_words import parsed
from piste.core.runs import RunFolder

STATUS = "status"


@dataclass(frozen=True)
class Standing:
    """What `piste nurse RUN status --json` writes."""

    path: str
    status: str
    attended: bool  # whether some process trains it now
    waiting: tuple[str, ...]  # commands that were not heard yet
    branches: NursedRecord


def nurse(
    run: str,
    /,
    *words: str,
    runs: Runs = DEFAULT_RUNS,
    data: str | None = None,
    by: str = "",
    wait: float = 30.0,
    quiet: bool = False,
    json: bool = False,
) -> None:
    """Tell a training what to do while it goes on, or go on with one that is over.

    Words: `rate 0.5x` or `rate 0.001`; `more 20` (epochs), `epochs 80`; a setting with its new value, such as
    `weight-decay 0.1`, `dropout 0.2`, `clip 1` or `schedule constant`; `back 12` (epoch), `back best`, `back NAME` (a
    mark), `back b2` (take branch b2 back); `mark NAME`, `pause`, `go`, `stop`; `status`. Several at once are one
    change: `back best rate 0.5x`. They are heard at the end of a validation.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    words
        What to do. Left out, a run that was cut short is trained on here, and one that trains now shows its status.
    data
        Where the data are now, if they were moved.
    by
        Who says it, for the record. This computer's user when left out.
    wait
        Seconds to wait for the answer of a training that goes on elsewhere.
    quiet
        Say nothing but mistakes and, where it is trained here, where the run is.
    json
        Write the answer, or the status, as JSON.
    """
    folder = open_run(run, runs)
    attended = nursing.attended(folder)
    if words == (STATUS,) or (not words and attended):
        _status(folder, attended, as_json=json)
    elif attended:
        _tell(folder, " ".join(words), by, wait, quiet=quiet, as_json=json)
    else:
        _train(folder, " ".join(words), data, by, quiet=quiet, as_json=json)


def _tell(folder: RunFolder, words: str, by: str, wait: float, *, quiet: bool, as_json: bool) -> None:
    order = nursing.command(folder, words, by)
    heard = nursing.answer(folder, order, wait)
    if heard is None:
        raise RunError(
            f"No validation ended within {wait:g} s; the command waits for the next one. "
            f"`piste nurse {folder.path} status` says what came of it."
        )
    if heard.refused:
        raise SettingError(heard.answer)
    if as_json:
        write_json(heard)
    elif not quiet:
        console().print(heard.answer, markup=False)


def _train(folder: RunFolder, words: str, data: str | None, by: str, *, quiet: bool, as_json: bool) -> None:
    if words:
        parsed(words)  # a slip of the pen is said before the engine is loaded
    from piste.recipe.nurse import nurse_with
    from piste.recipe.progress import listener

    run = nurse_with(folder, words, data, listener(quiet or as_json), by)
    if as_json:
        write_json({"path": str(run.path), "run": run.record, "branches": nursing.branches(folder)})
    elif quiet:
        console().print(str(run.path), markup=False)


def _status(folder: RunFolder, attended: bool, *, as_json: bool) -> None:
    if not nursing.nursed(folder):
        raise RunError(
            f"The run {folder.path} keeps no branches; `piste nurse {folder.path} more 20` begins with that."
        )
    record = nursing.branches(folder)
    waiting = nursing.waiting(folder)
    if as_json:
        said = tuple(one.words for one in waiting)
        write_json(Standing(str(folder.path), folder.record.status, attended, said, record))
        return
    present = record.branch(record.present)
    how = "over" if present.end else "paused" if record.paused else "trained now" if attended else "cut short"
    console().print(f"{folder.path}: {how}, on branch {present.name}.", markup=False)
    console().print(_table(folder, record))
    for mark in record.marks:
        console().print(f"Mark '{mark.name}': epoch {mark.epoch:g} of {mark.branch}.", markup=False)
    for one in record.heard[-3:]:
        console().print(f"{one.at} {one.by}: {one.words} -> {one.answer}", markup=False)
    for order in waiting:
        console().print(f"{order.at} {order.by}: {order.words} waits for the end of a validation", markup=False)


def _table(folder: RunFolder, record: NursedRecord) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("branch", "from", "change", "by", "when (UTC)", "epochs", "best loss", "in epoch", "remark"):
        table.add_column(heading, overflow="fold")
    for branch in record.branches:
        table.add_row(*map(Text, _cells(folder, record, branch)))
    return table


def _cells(folder: RunFolder, record: NursedRecord, branch: BranchRecord) -> tuple[str, ...]:
    curve = nursing.curve(folder, record, branch.name)
    best = min(curve, key=lambda one: one.validation_loss, default=None)
    return (
        branch.name,
        f"epoch {branch.epoch:g} of {branch.parent}" if branch.parent else "",
        branch.change,
        branch.by,
        branch.at[:16].replace("T", " "),
        str(len(curve)),
        f"{best.validation_loss:.4g}" if best else "",
        f"{best.epoch:g}" if best else "",
        "won" if branch.name == record.winner else branch.end.why if branch.end else "",
    )
