"""`piste drift`."""

import sys

from piste.cli.output import colourful, text_width, write_json
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run
from piste.cli.verbs import Alarm


def drift(
    run: str,
    data: str,
    /,
    *,
    runs: Runs = DEFAULT_RUNS,
    devices: int | None = None,
    dry: bool = False,
    json: bool = False,
) -> None:
    """Say whether DATA still look like those that RUN was trained on, and how its network does on them.

    Exit code 1 says that they drifted, or that the network does worse.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    data
        New data in any form that `piste train` takes; with the target, the network is scored on them.
    devices
        Devices among which the examples are divided. All accelerators when left out, or one CPU.
    dry
        Write nothing. Without it the record and a page about it are kept in the run's folder.
    json
        Write the record as JSON.
    """
    from piste.recipe.drift import drift as compare
    from piste.recipe.run import Run
    from piste.report import text
    from piste.report.drift import panels_of_drift

    record = compare(Run(open_run(run, runs)), data, devices=devices, keep=not dry)
    if json:
        write_json(record)
    else:
        sys.stdout.write(text(panels_of_drift(record), colourful(), text_width()))
    if record.alarm:
        raise Alarm
