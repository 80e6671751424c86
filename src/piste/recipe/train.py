"""The main job: from data to a trained and honestly judged network, in one call that reads from top to bottom."""

import dataclasses
import inspect
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from piste.core.errors import PisteError
from piste.core.records import Choice, EvaluationRecord, RunRecord, Status, TrainingRecord
from piste.core.runs import DATA, EVALUATION, PREDICTIONS, RUN, RunFolder
from piste.core.settings import check, from_mapping
from piste.data.dataset import load
from piste.data.encoding import Encoding, fit_encoding
from piste.data.examples import DataSet
from piste.evaluate import evaluation_record
from piste.evaluate.baselines import run_baselines
from piste.recipe.command import command_line
from piste.recipe.defaults import Facts, decide
from piste.recipe.describing import described, described_data
from piste.recipe.examples import describer
from piste.recipe.fitting import Splits, encode_splits, fit_network
from piste.recipe.network import Network, save_network
from piste.recipe.progress import Listener, duration, listener, told
from piste.recipe.run import Run
from piste.recipe.settings import SECTIONS, Settings
from piste.recipe.tables import prediction_columns, truth_columns, write_table
from piste.recipe.versions import device, versions
from piste.report import write_report
from piste.train.compiler import configure_jax
from piste.train.fit import Fitted, Progress


def train(data: Any, *, runs: Path | str = "runs", quiet: bool = False, **settings: Any) -> Run:
    """Train a network on `data`, judge it once on the test split beside simple baselines, and write a report.

    Parameters
    ----------
    data
        A file (CSV, TSV, Parquet, JSON lines, Arrow, Excel, npz), a folder of class folders of pictures, IDX files,
        arrays `(inputs, targets)`, a frame (pandas, polars, pyarrow), or a bundled name such as "digits".
    runs
        Folder in which the run's own folder is made.
    quiet
        Whether nothing is said while it works.
    settings
        Any field of `DataSettings`, `ModelSettings` and `TrainingSettings`; what is left out is chosen from the
        data, and the choice with its reason is said and recorded.

    Returns
    -------
    The finished run.

    Raises
    ------
    DataError, SettingError
        Before anything is written, for data or settings that cannot be used.
    RunError
        When results cannot be written.
    """
    names = {field.name: section for section, kind in SECTIONS.items() for field in dataclasses.fields(kind)}
    parts: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for name, value in settings.items():
        parts[names.get(name, "training")][name] = value
    built: dict[str, Any] = {
        section: from_mapping(kind, parts[section], "piste.train") for section, kind in SECTIONS.items()
    }
    origins = dict.fromkeys(settings, "python")
    return train_with(data, Settings(**built), origins, Path(runs), listener(quiet))


def _signature() -> inspect.Signature:
    own = [one for one in inspect.signature(train, eval_str=True).parameters.values() if one.name != "settings"]
    fields = [field for kind in SECTIONS.values() for field in dataclasses.fields(kind)]
    more = [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
        for field in fields
    ]
    return inspect.Signature([*own, *more], return_annotation=Run)


def train_with(data: Any, settings: Settings, origins: Mapping[str, str], runs: Path, hear: Listener) -> Run:
    """Do what `train` does with settings that are built already; `origins` says where those given came from."""
    for section in SECTIONS:
        check(getattr(settings, section))
    with told(hear, "Reading the data"):
        dataset = load(data, settings.data)
    settings, choices = decide(settings, origins, Facts.of(dataset))
    encoding = fit_encoding(dataset, settings.model.bins or 0)
    for sentence in (*described_data(dataset), *described(choices)):
        hear.say(sentence)
    configure_jax()
    folder = RunFolder.create(runs, dataset.name)
    try:
        return _recorded(folder, data, dataset, encoding, settings, choices, hear)
    except KeyboardInterrupt:
        folder.fail("It was stopped by hand before it ended.")
        raise
    except PisteError as error:
        folder.fail(str(error))
        raise
    except Exception as error:
        folder.fail(f"A fault in Piste: {type(error).__name__}: {error}")
        raise


def _recorded(
    folder: RunFolder,
    data: Any,
    dataset: DataSet,
    encoding: Encoding,
    settings: Settings,
    choices: tuple[Choice, ...],
    hear: Listener,
) -> Run:
    record = RunRecord(
        name=dataset.name,
        status=Status.UNFINISHED,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        command=command_line(data, choices),
        seed=settings.data.seed,
        versions=versions(),
        device=device(),
        settings=dataclasses.asdict(settings),
        choices=choices,
    )
    folder.write(record, RUN)
    folder.write(dataset.record, DATA)
    splits = encode_splits(dataset, encoding)
    network, training = _trained(folder, splits, encoding, settings, hear)
    save_network(network, folder)
    evaluation = _judged(folder, dataset, splits, network, settings.data.seed, hear)
    folder.write(evaluation, EVALUATION)
    folder.write(dataclasses.replace(record, status=Status.FINISHED, training=training), RUN)
    report = write_report(folder)
    hear.say(evaluation.verdict)
    hear.say(f"Report: {report}")
    return Run(folder)


def _trained(
    folder: RunFolder, splits: Splits, encoding: Encoding, settings: Settings, hear: Listener
) -> tuple[Network, TrainingRecord]:
    def watch(progress: Progress, epochs: int) -> None:
        if progress.record is not None:
            folder.append(progress.record)
        hear.training(progress.done, epochs, progress.record)

    hear.say(f"Training on {len(splits.train):,} examples ...")
    network, fitted = fit_network(splits, encoding, settings, watch)
    hear.trained()
    hear.say(_ended(fitted))
    return network, fitted.record


_WHY = {
    "epochs": "all epochs are done",
    "patience": "the validation loss did not fall any more",
    "diverged": "the loss was no longer a finite number; try a smaller --learning-rate",
}


def _ended(fitted: Fitted) -> str:
    record = fitted.record
    return (
        f"Stopped after epoch {record.epochs}: {_WHY[record.stopped]}. Kept epoch {record.best_epoch}, the best on "
        f"validation. {record.parameters:,} parameters, {record.steps:,} steps, {duration(record.seconds)}."
    )


def _judged(
    folder: RunFolder, dataset: DataSet, splits: Splits, network: Network, seed: int, hear: Listener
) -> EvaluationRecord:
    predictions = network.judged(splits.test.inputs, splits.truth["test"])
    rows = dataset.rows["test"]
    table = {
        "row": dataset.origin[rows],
        **truth_columns(predictions),
        **prediction_columns(predictions.task, predictions.classes, predictions.names, predictions.outputs),
    }
    write_table(table, folder.file(PREDICTIONS))
    hear.say("Training the baselines ...")
    with told(hear, "Judging the network and the baselines"):
        ran, skipped = run_baselines(
            (splits.train.inputs, splits.truth["train"]),
            splits.test.inputs,
            predictions.task,
            predictions.classes,
            predictions.names,
            seed,
        )
        describe = describer(dataset, rows)
        return evaluation_record(predictions, ran, skipped, dataset.origin[rows], describe, seed)


train.__signature__ = _signature()  # type: ignore[attr-defined]
