"""Predictions as a table: one row per example, written as Parquet, CSV or JSON lines."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.core.runs import write_through
from piste.evaluate import Predictions, chosen

Columns = Mapping[str, NDArray[Any]]
FORMATS = {
    ".parquet": "format parquet, compression zstd",
    ".csv": "format csv, header",
    ".json": "format json, array true",
    ".jsonl": "format json, array false",
}
"""File suffix -> the words that DuckDB's COPY takes."""


def prediction_columns(
    task: Task, classes: tuple[str, ...], names: tuple[str, ...], outputs: NDArray[np.float64]
) -> Columns:
    """Return the columns that say what was predicted for `outputs` as in `Predictions.outputs`.

    Classes: "prediction" with the label and "probability of <label>" for each class. Multi-label: "<label>", true or
    false, and "probability of <label>". Regression: "prediction", or one "prediction of <name>" for each target.
    """
    if task is Task.REGRESSION:
        titles = ["prediction"] if len(names) == 1 else [f"prediction of {name}" for name in names]
        return {title: outputs[:, index] for index, title in enumerate(titles)}
    said: dict[str, NDArray[Any]]
    if task is Task.MULTI_LABEL:
        labels, flags = names, chosen(task, outputs).astype(bool)
        said = {name: flags[:, index] for index, name in enumerate(names)}
    else:
        labels = classes
        said = {"prediction": np.asarray(classes, object)[chosen(task, outputs)]}
    sure = {f"probability of {label}": outputs[:, index].astype(np.float32) for index, label in enumerate(labels)}
    return {**said, **sure}


def truth_columns(predictions: Predictions) -> Columns:
    """Return the columns that say what is true, "truth" or "truth of <name>" for each target."""
    truth, names = predictions.truth, predictions.names
    if predictions.task in (Task.TWO_CLASS, Task.MANY_CLASS):
        return {"truth": np.asarray(predictions.classes, object)[truth]}
    if predictions.task is Task.REGRESSION and len(names) == 1:
        return {"truth": truth[:, 0]}
    values = truth.astype(bool) if predictions.task is Task.MULTI_LABEL else truth
    return {f"truth of {name}": values[:, index] for index, name in enumerate(names)}


def write_table(columns: Columns, path: Path) -> None:
    """Write `columns` to `path`, in the format that its suffix names; a reader never sees a part of it.

    Raises `SettingError` for another suffix, `RunError` where the file cannot be written.
    """
    words = FORMATS.get(path.suffix.lower())
    if words is None:
        raise SettingError(f"Predictions are written to {', '.join(FORMATS)}. Got '{path.name}' instead.")

    def write(temporary: Path) -> None:
        quoted = str(temporary).replace("'", "''")
        try:
            with duckdb.connect() as connection:
                connection.register("predictions", dict(columns))
                connection.execute(f"copy predictions to '{quoted}' ({words})")
        except duckdb.IOException as error:
            raise OSError(0, str(error)) from error

    write_through(path, write)


def table_text(columns: Columns, suffix: str) -> str:
    """Return `columns` as the text of a file with that suffix: .csv, .json or .jsonl."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        write_table(columns, path)
        return path.read_text(encoding="utf-8")
