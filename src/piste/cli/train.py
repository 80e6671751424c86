"""`piste train`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from piste.cli.options import Chosen, with_settings
from piste.cli.output import console, write_json
from piste.cli.run_argument import DEFAULT_RUNS
from piste.cli.watching import Watched, beside
from piste.lint.settings import LintSettings
from piste.recipe.settings import LINTING, SECTIONS, Settings

_REPLAY = "File branches.json of a nursed run, whose changes are made again, to the same bits."


def _train(
    data: str,
    /,
    *,
    chosen: Chosen,
    runs: Annotated[Path, Parameter(help="Folder in which the run's own folder is made.")] = DEFAULT_RUNS,
    quiet: bool = False,
    json: bool = False,
    fix: bool = False,
    nurse: bool = False,
    replay: Annotated[Path | None, Parameter(help=_REPLAY)] = None,
    watch: Watched = False,
) -> None:
    """Train a network on DATA, judge it on the test split beside simple baselines, and write a report.

    Parameters
    ----------
    data
        A file (CSV, TSV, Parquet, JSON lines, Arrow, Excel, npz), a folder of class folders of pictures, IDX files,
        or a bundled name: digits, iris, wine, breast-cancer, diabetes, mnist, fashion-mnist, cifar10.
    quiet
        Say nothing but mistakes and, at the end, where the run is.
    json
        Write the run's records as JSON at the end, and nothing else.
    fix
        Cure first what the linter finds where that is safe, as `piste lint DATA --fix` does; DATA stay as they are.
    nurse
        Take commands while it trains: keys typed here, and `piste nurse RUN rate 0.5x` from elsewhere.
    """
    from piste.recipe.nursed_start import care_of
    from piste.recipe.progress import listener
    from piste.recipe.train import train_with

    sections = dict(chosen.settings)
    lint = sections.pop(LINTING)
    hear = listener(quiet or json)
    with beside(runs, watch=watch, quiet=quiet or json):
        run = train_with(
            data, Settings(**sections), chosen.origins, runs, hear, lint=lint, fix=fix, care=care_of(nurse, replay)
        )
    if json:
        records = {"path": str(run.path), "run": run.record, "data": run.data, "evaluation": run.evaluation}
        write_json(records)
    elif quiet:
        console().print(str(run.path), markup=False)


train = with_settings(SECTIONS, _train, {LINTING: LintSettings})
