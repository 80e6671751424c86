"""A trained network on other data: predictions for new rows, and scores for labelled ones."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import EvaluationRecord, Status, Task
from piste.core.runs import RunFolder
from piste.data.dataset import NewRows, read_new
from piste.data.settings import DataSettings
from piste.data.sources import fingerprint
from piste.evaluate import chosen, evaluation_record
from piste.recipe.afterwards import judged_rows
from piste.recipe.linting import lint_rows, sentence, wanted_of
from piste.recipe.network import Network
from piste.recipe.run import Run
from piste.recipe.tables import Columns, prediction_columns, write_table
from piste.train.compiler import configure_jax
from piste.train.sharding import check_devices, usual_devices


@dataclass(frozen=True)
class Predicted:
    """What a network says about B new examples.

    `outputs` float64: probabilities (B, C) of `classes`, of labels (B, K), or numbers (B, K) in the target's own
    units. `notes` says what was done about columns and values that the training did not have.
    """

    task: Task
    classes: tuple[str, ...]
    names: tuple[str, ...]
    outputs: NDArray[np.float64]
    row_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> NDArray[Any]:
        """The predicted labels (B,), label flags (B, K), or numbers: (B,) for one target, else (B, K)."""
        if self.task is Task.MULTI_LABEL:
            return chosen(self.task, self.outputs).astype(bool)
        if self.task is Task.REGRESSION:
            return self.outputs[:, 0] if len(self.names) == 1 else self.outputs
        return np.asarray(self.classes, object)[chosen(self.task, self.outputs)]

    @property
    def columns(self) -> Columns:
        """The predictions as columns by name, as a data frame takes them."""
        named = {"file": np.asarray(self.row_names, object)} if self.row_names else {}
        return {**named, **prediction_columns(self.task, self.classes, self.names, self.outputs)}

    def write(self, path: Path | str) -> None:
        """Write the columns to a .csv, .parquet, .json or .jsonl file."""
        write_table(self.columns, Path(path))


def predict(run: Run | Path | str, data: Any, *, devices: int | None = None) -> Predicted:
    """Return what the network of `run` says about `data`, in any form that `piste.train` takes, without a target.

    Columns are matched by name; those the network does not know are ignored. It is computed in the precision of the
    training, the examples divided among `devices`: all accelerators when left out, or one CPU. Raises `DataError`
    naming a column that is missing or does not fit, `RunError` where the run has no network, `SettingError` where there
    are fewer devices.
    """
    configure_jax()
    run = opened(run)
    network = network_on(run, devices)
    new = read_new(data, network.encoding, settings_of(run), labelled=False)
    outputs = network.predict(network.encoding.inputs(new.columns))
    encoding = network.encoding
    return Predicted(encoding.task, encoding.classes, encoding.target_names, outputs, new.row_names, new.notes)


def evaluate(run: Run | Path | str, data: Any, *, devices: int | None = None) -> EvaluationRecord:
    """Return the scores of the network of `run` on labelled `data`, each with its interval.

    Data that bring a test split of their own are judged by that alone; `notes` of the record says so, and says when
    the data are those of the training, and what the linter finds. Raises `DataError` where the target is absent or a
    class is unknown.
    """
    configure_jax()
    run = opened(run)
    network = network_on(run, devices)
    new = read_new(data, network.encoding, settings_of(run), labelled=True)
    if new.values is None or not len(new.values):
        raise DataError(f"There is no row with a value of {', '.join(network.encoding.target_columns)} to evaluate on.")
    predictions = network.judged(network.encoding.inputs(new.columns), new.values)
    record = evaluation_record(
        predictions,
        [],
        {},
        new.origin,
        lambda index: ({}, ""),
        run.record.seed,
        main=run.evaluation.main,
    )
    found = lint_rows(judged_rows(run, new, predictions, record), wanted_of(run.record)).causes
    return dataclasses.replace(record, notes=(*new.notes, *_seen(run, new), *map(sentence, found)))


def network_on(run: Run, devices: int | None) -> Network:
    """Return the network of `run`, which divides examples among `devices`; `SettingError` where there are fewer."""
    count = usual_devices() if devices is None else devices
    check_devices(count)
    return dataclasses.replace(run.network, devices=count)


def _seen(run: Run, new: NewRows) -> tuple[str, ...]:
    if fingerprint(new.table) != run.data.fingerprint:
        return ()
    return (
        "These are the data of the training, its train rows included, so the scores flatter the network; "
        "its report has those of the rows that it never saw.",
    )


def opened(run: Run | Path | str) -> Run:
    """Return the run, which must be finished: `DataError` else, and `RunError` where there is none."""
    found = run if isinstance(run, Run) else Run(RunFolder.open(run))
    if found.record.status is not Status.FINISHED:
        raise DataError(
            f"The run {found.path} is {found.record.status}, so its network cannot be trusted; "
            f"`piste resume {found.path}` finishes it."
        )
    return found


def settings_of(run: Run) -> DataSettings:
    """Return how new data for the network of `run` are read."""
    # As in training, but for what chose and divided the training's rows.
    known = {field.name for field in dataclasses.fields(DataSettings)}
    stored = {name: value for name, value in run.record.settings["data"].items() if name in known}
    return DataSettings(**{**stored, "test": None, "group": None, "time": None, "drop": None})
