"""A run that was made of others: a network with its judgement beside the single one's, on the same test rows."""

import dataclasses
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from piste.core.errors import RunError
from piste.core.records import EvaluationRecord, Status
from piste.core.runs import DATA, EVALUATION, MODEL, PREDICTIONS, RUN, RunFolder
from piste.core.studied import MadeRecord
from piste.data.examples import DataSet
from piste.evaluate import Predictions, evaluation_record
from piste.evaluate.baselines import Ran
from piste.recipe.examples import describer
from piste.recipe.fitting import Splits
from piste.recipe.network import Network, save_network
from piste.recipe.reference import test_predictions
from piste.recipe.run import Run
from piste.recipe.tables import prediction_columns, truth_columns, write_table
from piste.report import write_report
from piste.report.numbers import difference, interval

SINGLE = "the best settings, trained once"


def made_run(
    path: Path, name: str, single: Run, network: Network, dataset: DataSet, splits: Splits, command: str
) -> EvaluationRecord:
    """Write the run of `network` into `path`, judged beside that of `single`; return its evaluation.

    Whatever was in `path` is replaced. Raises `RunError` where the run of `single` was judged on other rows.
    """
    predictions = network.judged(splits.test.inputs, splits.truth["test"])
    beside = test_predictions(single.folder, single.network.encoding)
    if not _same_rows(predictions, beside):
        raise RunError(f"The run {single.path} was judged on other test rows; its data have changed since.")
    rows, record = dataset.rows["test"], single.record
    seconds = record.training.seconds if record.training else 0.0
    judged = evaluation_record(
        predictions, [Ran("single", SINGLE, beside.outputs, seconds)], {}, dataset.origin[rows],
        describer(dataset, rows), record.seed, main=single.evaluation.main,
    )  # fmt: skip
    shutil.rmtree(path, ignore_errors=True)
    (path / MODEL).mkdir(parents=True)
    folder = RunFolder(path)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    made = dataclasses.replace(record, name=name, created=now, command=command, choices=(), training=None)
    folder.write(dataclasses.replace(made, status=Status.UNFINISHED), RUN)
    folder.write(dataset.record, DATA)
    save_network(network, folder)
    table = {
        "row": dataset.origin[rows],
        **truth_columns(predictions),
        **prediction_columns(predictions.task, predictions.classes, predictions.names, predictions.outputs),
    }
    write_table(table, folder.file(PREDICTIONS))
    folder.write(judged, EVALUATION)
    folder.write(made, RUN)
    write_report(folder)
    return judged


def _same_rows(predictions: Predictions, other: Predictions) -> bool:
    return predictions.truth.shape == other.truth.shape and bool(
        np.allclose(np.asarray(predictions.truth, np.float64), np.asarray(other.truth, np.float64))
    )


def made_record(judged: EvaluationRecord, path: Path, members: Sequence[int], said: str, command: str) -> MadeRecord:
    """Return the record of a made run; `said` names it in the verdict: "Five networks together"."""
    beside = judged.baselines[0]
    score = next(one for one in judged.scores if one.name == judged.main)
    single = next(one for one in beside.scores if one.name == judged.main)
    lead = difference(beside.difference, beside.low, beside.high)
    ends = f"{lead} ({interval(beside.low, beside.high)}) {judged.main}"
    words = {"better": "better than", "worse": "worse than", "level": "level with"}
    verdict = f"{said} is {words[beside.verdict]} the best settings trained once, on the test split: {ends}."
    return MadeRecord(
        tuple(members), str(path), score, single, beside.difference, beside.low, beside.high, verdict, command
    )
