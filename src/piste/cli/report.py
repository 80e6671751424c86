"""`piste report`."""

from piste.cli.output import console
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run


def report(run: str, /, *, runs: Runs = DEFAULT_RUNS) -> None:
    """Write the report of RUN again, from the records in its folder, and say where it is.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    """
    from piste.report import write_report

    console().print(str(write_report(open_run(run, runs))), markup=False)
