"""`piste resume`."""

from piste.cli.output import console
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run


def resume(
    run: str,
    data: str | None = None,
    /,
    *,
    runs: Runs = DEFAULT_RUNS,
    devices: int | None = None,
    quiet: bool = False,
) -> None:
    """Go on with a run that crashed, was killed or was stopped with Ctrl-C, from its last checkpoint.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    data
        Where the data are now, if they were moved.
    devices
        Devices among which every batch is divided from now on. As many as before when left out.
    quiet
        Say nothing but mistakes and, at the end, where the run is.
    """
    from piste.recipe.progress import listener
    from piste.recipe.resume import resume_with

    finished = resume_with(open_run(run, runs), data, listener(quiet), devices=devices)
    if quiet:
        console().print(str(finished.path), markup=False)
