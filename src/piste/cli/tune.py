"""`piste tune`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from piste.cli.output import console, write_json
from piste.cli.ranges import with_ranges
from piste.cli.run_argument import DEFAULT_RUNS
from piste.cli.watching import Watched, beside
from piste.recipe.settings import SECTIONS

if TYPE_CHECKING:
    from piste.core.studies import DimensionRecord
    from piste.recipe.tuned_study import Study

TOP = 5  # trials of the table at the end


def _tune(
    data: str,
    /,
    *,
    asked: Any,
    study: Annotated[Path | None, Parameter(help="Study to go on with, where its data were moved.")] = None,
    new: Annotated[
        str | None, Parameter(name="--data", help="New data, where the first is an earlier study or run.")
    ] = None,
    runs: Annotated[Path, Parameter(help="Folder in which the study's own folder is made.")] = DEFAULT_RUNS,
    show_space: bool = False,
    quiet: bool = False,
    json: bool = False,
    watch: Watched = False,
) -> None:
    """Search settings for DATA: train many networks side by side, then the best settings once more, into a run.

    Any setting of the network or the training may be a range where its value would stand: log(1e-4, 1), uniform(0,
    0.5), one_minus_log(0.9, 0.999), integers(16, 256, log=true), choice(relu, tanh), choice(adamw, sgd(momentum=
    uniform(0.5, 0.99))). Without any range, a space for the kind of data is searched.

    Parameters
    ----------
    data
        As for `piste train`. The folder of a study goes on with it, as one more worker where others still work; with
        --data, a new search on new data begins from the best settings of that study or run, and says whether they hold.
    show_space
        Say what would be searched, and why, and train nothing.
    quiet
        Say nothing but mistakes and, at the end, where the study is.
    json
        Write the study's records as JSON at the end, and nothing else.
    """
    from piste.recipe.progress import listener
    from piste.recipe.retune import retune_with
    from piste.recipe.tune import tune_with
    from piste.recipe.tuning import dimensions_of, prepared

    hear = listener(quiet or json)
    if show_space:
        ready = prepared(data, asked, hear)
        _show(dimensions_of(ready.space, ready.why), json)
        return
    stream = None if quiet or json else sys.stderr
    with beside(runs, watch=watch, quiet=quiet or json):
        if new is None:
            found = tune_with(data, asked, runs, hear, stream, study=study)
        else:
            found = retune_with(_place(data, runs), new, asked, runs, hear, stream)
    if json:
        write_json({"path": str(found.path), "study": found.record, "trials": found.trials})
    elif quiet:
        console().print(str(found.path), markup=False)
    else:
        _summary(found)


def _place(name: str, runs: Path) -> Path:
    """Return the folder of an earlier study or run, which may be named inside the folder of runs."""
    inside = runs / name
    return inside if inside.is_dir() else Path(name)


def _show(dimensions: "tuple[DimensionRecord, ...]", json: bool) -> None:
    if json:
        write_json(dimensions)
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("setting", "range", "why"):
        table.add_column(heading, overflow="fold")
    for one in dimensions:
        table.add_row(*map(Text, (one.label, one.prior, one.why)))
    console().print(table)


def _summary(study: "Study") -> None:
    record, ranked = study.record, study.ranked
    labels = list(dict.fromkeys(one.name for one in record.dimensions))
    table = Table(box=None, pad_edge=False)
    for heading in ("trial", record.metric, "loss", "round", *labels):
        table.add_column(heading)
    for one in ranked[:TOP]:
        values = [_short(one.settings.get(name, "")) for name in labels]
        cells = (str(one.number), f"{one.score:.4g}", f"{one.loss:.4g}", f"{one.best_round}", *values)
        table.add_row(*map(Text, cells))
    if ranked:
        console().print(table)
    if record.run:
        console().print(f"Again: {study.run.record.command}", markup=False)
    console().print(f"Study: {study.path}", markup=False)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


tune = with_ranges(SECTIONS, _tune)
