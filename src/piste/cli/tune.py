"""`piste tune`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from piste.cli.output import console, write_json
from piste.cli.ranges import with_ranges
from piste.cli.run_argument import DEFAULT_RUNS, find_study
from piste.cli.watching import Watched, beside
from piste.core.errors import RunError, SettingError
from piste.core.studies import TrialStatus
from piste.recipe.settings import SECTIONS
from piste.report.numbers import counted
from piste.report.panels.studied_result import concluded

if TYPE_CHECKING:
    from piste.core.studies import DimensionRecord
    from piste.recipe.progress import Listener
    from piste.recipe.tuned_study import Study

TOP = 5  # trials of the table at the end


def _tune(
    data: str | None = None,
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
        As for `piste train`; or a study's folder, to go on with it; with --data, an earlier study or run to begin from.
    show_space
        Say what would be searched, and why, and train nothing; without DATA, for the usual data of each kind.
    quiet
        Say nothing but mistakes and, at the end, where the study is.
    json
        Write the study's records as JSON at the end, and nothing else.
    """
    from piste.recipe.progress import listener
    from piste.recipe.retune import retune_with
    from piste.recipe.tune import tune_with

    hear = listener(quiet or json)
    if show_space:
        _show_space(data, asked, hear, json=json)
        return
    if data is None:
        raise SettingError("The argument DATA is missing. `piste tune --help` lists what there is.")
    stream = None if quiet or json else sys.stderr
    with beside(runs, watch=watch, quiet=quiet or json):
        if new is None:
            going = find_study(data, runs)
            found = tune_with(str(going.path) if going else data, asked, runs, hear, stream, study=study)
        else:
            found = retune_with(_place(data, runs), new, asked, runs, hear, stream)
    if json:
        write_json({"path": str(found.path), "study": found.record, "results": found.results, "trials": found.trials})
    elif quiet:
        console().print(str(found.path), markup=False)
    else:
        _summary(found)
    if not found.ranked and found.trials:
        raise RunError(f"None of {counted(len(found.trials), 'trial')} came to a score: {_why_none(found)}.")


def _place(name: str, runs: Path) -> Path:
    """Return the folder of an earlier study or run, which may be named inside the folder of runs."""
    inside = runs / name
    return inside if inside.is_dir() else Path(name)


def _why_none(study: "Study") -> str:
    failed = [one.note for one in study.trials if one.status is TrialStatus.FAILED]
    if failed:
        return f"{len(failed)} could not be trained, the first because: {failed[0].rstrip('.')}"
    if all(one.status is TrialStatus.DIVERGED for one in study.trials):
        return "in all of them the loss was no longer a number. Search smaller learning rates, or clip the gradient"
    return f"`piste tune {study.path}` goes on with them"


def _show_space(data: str | None, asked: Any, hear: "Listener", *, json: bool) -> None:
    from piste.recipe.search_space import typical
    from piste.recipe.tuning import dimensions_of, planned, prepared

    if data is not None:
        ready = prepared(data, asked, hear)
        write_json(dimensions_of(ready)) if json else _show(dimensions_of(ready), planned(ready, asked.how))
        return
    spaces = {title: (dimensions_of(one), planned(one, asked.how)) for title, one in typical(asked).items()}
    if json:
        write_json({title: dimensions for title, (dimensions, _) in spaces.items()})
        return
    for title, space in spaces.items():
        console().print(f"[bold]{title}[/bold]")
        _show(*space)
        console().print()


def _show(dimensions: "tuple[DimensionRecord, ...]", plan: str) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("setting", "range", "usual", "why"):
        table.add_column(heading, overflow="fold")
    for one in dimensions:
        table.add_row(*map(Text, (one.label, one.prior, one.usual, one.why)))
    console().print(table)
    console().print(plan, markup=False)


def _summary(study: "Study") -> None:
    record, ranked = study.record, study.ranked
    names = list(dict.fromkeys(one.name for one in record.dimensions))
    rows = [("trial", record.metric, "loss", "round", *names)]
    for one in ranked[:TOP]:
        values = [_short(one.settings.get(name, "")) for name in names]
        rows.append((str(one.number), f"{one.score:.4g}", f"{one.loss:.4g}", f"{one.best_round}", *values))
    out = console()
    if ranked:
        out.print(fitted(rows, out.width))
    for line in concluded(study.results):
        console().print(line, markup=False)
    if record.run:
        console().print(f"Again: {study.run.record.command}", markup=False)
    console().print(f"Study: {study.path}", markup=False)


def fitted(rows: Sequence[Sequence[str]], width: int) -> Table:
    """Return a table of `rows`, the headings first, turned on its side where it is wider than `width` columns."""
    needed = sum(max(map(len, column)) for column in zip(*rows, strict=True)) + 2 * (len(rows[0]) - 1)
    headings, *others = rows if needed <= width else list(zip(*rows, strict=True))
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(Text(heading), overflow="fold")
    for cells in others:
        table.add_row(*map(Text, cells))
    return table


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


tune = with_ranges(SECTIONS, _tune)
