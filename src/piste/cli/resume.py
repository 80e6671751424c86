"""`piste resume`."""

from piste.cli.output import console
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run


def resume(run: str, data: str | None = None, /, *, runs: Runs = DEFAULT_RUNS, quiet: bool = False) -> None:
    """Go on with a run that crashed, was killed or was stopped with Ctrl-C, from its last checkpoint.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    data
        Where the data are now, if they were moved.
    quiet
        Say nothing but mistakes and, at the end, where the run is.
    """
    from piste.recipe.progress import listener
    from piste.recipe.resume import resume_with

    finished = resume_with(open_run(run, runs), data, listener(quiet))
    if quiet:
        console().print(str(finished.path), markup=False)
