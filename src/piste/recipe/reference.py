"""What a run keeps for comparisons with later data: examples of its train split, and its answers on the test split."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from piste.core.drift import REFERENCE, SAMPLE, ReferenceRecord
from piste.core.errors import RunError
from piste.core.records import Task
from piste.core.runs import PREDICTIONS, RunFolder
from piste.data.encoding import Encoding
from piste.data.examples import DataSet
from piste.data.reference import reference_of
from piste.evaluate import Predictions
from piste.recipe.tables import write_table


@dataclass(frozen=True)
class Reference:
    """What was kept: the record, and for each of its traits the values (kept,), as `Trait.values`."""

    record: ReferenceRecord
    values: tuple[NDArray[Any], ...]


def write_reference(folder: RunFolder, dataset: DataSet, seed: int) -> None:
    """Write `reference.json` and `reference.parquet` into the run folder; nothing of data without traits."""
    record, values = reference_of(dataset, seed)
    if not values or not record.kept:
        return
    # By number, since names may differ in case alone, which a table does not tell apart.
    write_table({f"trait_{place}": one for place, one in enumerate(values)}, folder.file(SAMPLE))
    folder.write(record, REFERENCE)


def read_reference(folder: RunFolder) -> Reference:
    """Return what was kept; raises `RunError` for a run of a Piste that kept nothing, or damaged files."""
    if not folder.file(REFERENCE).is_file():
        raise RunError(
            f"The run {folder.path} has no {REFERENCE}, with which new data would be compared: it was made by an "
            f"earlier Piste. Train again."
        )
    record = folder.read(ReferenceRecord, REFERENCE)
    columns = _read_table(folder.file(SAMPLE))
    if len(columns) != len(record.traits):
        raise RunError(f"{folder.file(SAMPLE)} does not belong to {REFERENCE}; train again, or restore the files.")
    return Reference(record, tuple(columns))


def test_predictions(folder: RunFolder, encoding: Encoding) -> Predictions:
    """Return truth and outputs of the test split, as `predictions.parquet` has them."""
    columns = _read_table(folder.file(PREDICTIONS))[1:]
    names, classes = encoding.target_names, encoding.classes
    if encoding.task in (Task.TWO_CLASS, Task.MANY_CLASS):
        place = {label: number for number, label in enumerate(classes)}
        chosen = np.array([place[label] for label in columns[0].tolist()], np.int64)
        return Predictions(encoding.task, classes, chosen, _stacked(columns[2:]), names)
    count = len(names)
    truth = _stacked(columns[:count])
    skipped = count if encoding.task is Task.MULTI_LABEL else 0  # the labels said, before their probabilities
    return Predictions(encoding.task, classes, truth, _stacked(columns[count + skipped : 2 * count + skipped]), names)


def _stacked(columns: list[NDArray[Any]]) -> NDArray[np.float64]:
    return np.stack([np.asarray(one, np.float64) for one in columns], axis=1)


def _read_table(path: Path) -> list[NDArray[Any]]:
    try:
        with duckdb.connect() as connection:
            found = connection.execute("select * from read_parquet(?)", [str(path)]).fetchnumpy()
    except duckdb.Error as error:
        raise RunError(f"{path} is absent or damaged; train again, or restore the file.") from error
    return [_plain(column) for column in found.values()]


def _plain(column: Any) -> NDArray[Any]:
    if isinstance(column, np.ma.MaskedArray):
        return np.asarray(column.filled("" if column.dtype == object else np.nan))
    return np.asarray(column)
