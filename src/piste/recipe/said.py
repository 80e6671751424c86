"""What a run's network said of the test split, read back from `predictions.parquet`."""

from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import RunError
from piste.core.records import TargetRecord, Task
from piste.core.runs import PREDICTIONS, RunFolder
from piste.data.plain_path import plain_path
from piste.human.known import NONE, Known

Columns = dict[str, NDArray[Any]]


def known_of(folder: RunFolder) -> Known:
    """Return truth and prediction of each test example; raises `RunError` where the file is absent or damaged."""
    target, columns = folder.data.target, _columns(folder)
    try:
        rows = np.asarray(columns["row"], np.int64)
        if target.task is Task.REGRESSION:
            truth, network = (np.asarray(columns[name], np.float64) for name in ("truth", "prediction"))
            return Known(target.task, (), rows, truth, network)
        if target.task is Task.MULTI_LABEL:
            labels = target.classes or target.names
            said = (_listed(columns, labels, prefix) for prefix in ("truth of ", ""))
            return Known(target.task, labels, rows, *said)
        sure = np.max([columns[f"probability of {name}"] for name in target.classes], axis=0)
        truth, network = (np.asarray(columns[name], object) for name in ("truth", "prediction"))
        return Known(target.task, target.classes, rows, truth, network, np.asarray(sure, np.float64))
    except KeyError as error:
        raise RunError(f"{folder.file(PREDICTIONS)} has no column {error}; train again.") from error


def check_askable(target: TargetRecord) -> None:
    """Raise `RunError` for a target that nobody can be asked for."""
    if target.task is Task.REGRESSION and len(target.names) > 1:
        raise RunError(f"This run predicts {len(target.names)} numbers at once; people can be asked for one only.")


def _columns(folder: RunFolder) -> Columns:
    path = folder.file(PREDICTIONS)
    if not path.is_file():
        raise RunError(f"The run {folder.path} has no {PREDICTIONS}; it is unfinished or not a Piste run.")
    try:
        with plain_path(path) as plain, duckdb.connect() as connection:
            return connection.execute("select * from read_parquet(?)", [str(plain)]).fetchnumpy()
    except duckdb.Error as error:
        raise RunError(f"{path} is damaged ({str(error).splitlines()[0]}); train again.") from error


def _listed(columns: Columns, labels: tuple[str, ...], prefix: str) -> NDArray[Any]:
    flags = np.stack([np.asarray(columns[f"{prefix}{name}"], bool) for name in labels], axis=1)
    texts = [", ".join(name for name, there in zip(labels, row, strict=True) if there) or NONE for row in flags]
    return np.asarray(texts, object)
