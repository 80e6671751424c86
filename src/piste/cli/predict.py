"""`piste predict`."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run


def predict(
    run: str,
    data: str,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    format: Literal["csv", "json", "jsonl"] = "csv",
    runs: Runs = DEFAULT_RUNS,
    devices: int | None = None,
    quiet: bool = False,
) -> None:
    """Predict the target of every row or picture of DATA with the network of RUN.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    data
        A file or folder in any form that `piste train` takes; the target may be absent.
    output
        File to write: .csv, .parquet, .json or .jsonl. Standard output when left out.
    format
        Form of standard output.
    devices
        Devices among which the examples are divided. All accelerators when left out, or one CPU.
    quiet
        Do not say which columns were ignored or filled.
    """
    from piste.recipe.predict import predict as predict_data
    from piste.recipe.run import Run
    from piste.recipe.tables import table_text

    predicted = predict_data(Run(open_run(run, runs)), data, devices=devices)
    if not quiet:
        for note in predicted.notes:
            sys.stderr.write(f"{note}\n")
    if output is None:
        sys.stdout.write(table_text(predicted.columns, f".{format}"))
        return
    predicted.write(output)
    if not quiet:
        sys.stderr.write(f"{len(predicted.outputs):,} predictions written to {output}.\n")
