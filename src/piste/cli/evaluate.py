"""`piste evaluate`."""

import sys

from piste.cli.output import console, write_json
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run


def evaluate(
    run: str, data: str, /, *, runs: Runs = DEFAULT_RUNS, devices: int | None = None, json: bool = False
) -> None:
    """Score the network of RUN on other labelled DATA, each score with its 95 % interval.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    data
        A file or folder in any form that `piste train` takes, with the target.
    devices
        Devices among which the examples are divided. All accelerators when left out, or one CPU.
    json
        Write the evaluation as JSON.
    """
    from piste.recipe.predict import evaluate as evaluate_data
    from piste.recipe.run import Run

    record = evaluate_data(Run(open_run(run, runs)), data, devices=devices)
    if json:
        write_json(record)
        return
    for note in record.notes:
        sys.stderr.write(f"{note}\n")
    out = console()
    out.print(f"{record.rows:,} rows", markup=False)
    width = max(len(score.name) for score in record.scores)
    for score in record.scores:
        unit = f" {score.unit}" if score.unit else ""
        out.print(f"{score.name:<{width}}  {score.value:.4g}{unit}  [{score.low:.4g}, {score.high:.4g}]", markup=False)
