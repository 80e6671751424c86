"""What is done once data and settings are known: train, save, judge, report. `train` begins it, `resume` goes on."""

import dataclasses
import hashlib
import shutil
from contextlib import suppress

import msgspec

from piste.core.errors import PisteError, RunError
from piste.core.nursing import nursed
from piste.core.records import EvaluationRecord, RunRecord, Status
from piste.core.runs import CHECKPOINTS, EVALUATION, PREDICTIONS, RUN, STREAM, RunFolder
from piste.core.watched import WATCHED
from piste.data.encoding import Encoding
from piste.data.examples import DataSet
from piste.evaluate import Predictions, evaluation_record, imbalance, main_score
from piste.evaluate.baselines import run_baselines
from piste.lint.settings import EVERY_RULE, LintSettings
from piste.recipe.afterwards import judged_run
from piste.recipe.augmentation import build_augmentations
from piste.recipe.augmented import augmented_examples
from piste.recipe.baseline_inputs import baseline_inputs
from piste.recipe.examples import describer
from piste.recipe.fitting import Splits, encode_splits, fit_network, on_disk
from piste.recipe.interrupt import gentle_interrupt
from piste.recipe.judged import data_alone
from piste.recipe.linting import lint_after, lint_before
from piste.recipe.lookout import Lookout
from piste.recipe.network import Network, save_network
from piste.recipe.nursed_network import nursed_network, repeated, verdict
from piste.recipe.nursed_ways import Ground
from piste.recipe.progress import Listener, duration, told
from piste.recipe.reference import write_reference
from piste.recipe.run import Run
from piste.recipe.settings import LINTING, Settings
from piste.recipe.tables import prediction_columns, truth_columns, write_table
from piste.recipe.versions import then_and_now
from piste.report import write_report
from piste.train.checkpoint import Checkpoints
from piste.train.fit import Fitted
from piste.train.progress import Progress, Watch


def carry_out(
    folder: RunFolder,
    record: RunRecord,
    dataset: DataSet,
    encoding: Encoding,
    settings: Settings,
    hear: Listener,
    watch: Watch | None = None,
    lint: LintSettings = EVERY_RULE,
) -> Run:
    """Train, judge and report into `folder`, from its last checkpoint where it has one.

    `watch` is a person's own function, called after each validation; `lint` says which rules are asked. Whatever
    breaks the run is written into `run.json`, so that nobody takes it for a finished one.
    """
    try:
        return _finished(folder, record, dataset, encoding, settings, hear, watch, lint)
    except KeyboardInterrupt:
        _mark(folder, f"It was stopped by hand; `piste resume {folder.path}` goes on.")
        raise
    except PisteError as error:
        _mark(folder, str(error))
        raise
    except Exception as error:
        _mark(folder, " ".join(f"A fault in Piste: {type(error).__name__}: {error}".split()))
        raise


def _mark(folder: RunFolder, sentence: str) -> None:
    # On a full disk this fails too; run.json says "unfinished" then, and the first error is the one to hear.
    with suppress(RunError):
        folder.fail(sentence)


def _finished(
    folder: RunFolder,
    record: RunRecord,
    dataset: DataSet,
    encoding: Encoding,
    settings: Settings,
    hear: Listener,
    watch: Watch | None,
    lint: LintSettings,
) -> Run:
    splits = encode_splits(dataset, encoding)
    known = dataclasses.replace(data_alone(dataset, encoding, splits, settings), versions=then_and_now(record))
    before = lint_before(folder, known, hear, lint)
    with told(hear, "Writing the encoded examples to the disk"):
        splits = on_disk(dataset, encoding, splits, settings, folder.file(STREAM))
    network, fitted = _trained(folder, record, dataset, splits, encoding, settings, hear, watch)
    changes = build_augmentations(settings.training.augment or (), encoding)
    shown = augmented_examples(changes, splits.train, encoding, settings.data.seed)
    training = dataclasses.replace(fitted.record, augmented=shown)
    save_network(network, folder)
    folder.write(fitted.watched, WATCHED)
    write_reference(folder, dataset, settings.data.seed)
    predictions, evaluation = _judged(folder, dataset, splits, network, settings.data.seed, hear)
    folder.write(evaluation, EVALUATION)
    with told(hear, "Asking the linter"):
        seen = judged_run(known, folder, record, splits, settings, network, fitted.watched, predictions, evaluation)
        lint_after(folder, before, seen, hear, lint)
    record = repeated(folder, record)
    folder.write(dataclasses.replace(record, status=Status.FINISHED, training=training, error=""), RUN)
    report = write_report(folder)
    for name in (CHECKPOINTS, STREAM):
        shutil.rmtree(folder.file(name), ignore_errors=True)
    hear.say(evaluation.verdict)
    hear.say(f"Report: {report}")
    return Run(folder)


def _trained(
    folder: RunFolder,
    record: RunRecord,
    dataset: DataSet,
    splits: Splits,
    encoding: Encoding,
    settings: Settings,
    hear: Listener,
    own: Watch | None,
) -> tuple[Network, Fitted]:
    checkpoints = Checkpoints(
        folder.file(CHECKPOINTS), _identity(record, dataset), 60.0 * settings.training.checkpoint, hear.say
    )
    hear.say(f"Training on {splits.train_rows:,} examples ...")
    lookout = Lookout(hear.say)
    with gentle_interrupt() as raise_if_asked:

        def watch(progress: Progress) -> object:
            if progress.record is not None:
                folder.append(progress.record)
                lookout.hear(progress.record)
            hear.training(progress.done, progress.epochs, progress.record)
            raise_if_asked()
            return own(progress) if own and progress.record else None

        if nursed(folder):
            seconds = 60.0 * settings.training.checkpoint
            ground = Ground(folder, splits, encoding, settings, _identity(record, dataset), hear, watch, seconds)
            network, fitted = nursed_network(ground)
        else:
            network, fitted = fit_network(splits, encoding, settings, watch, checkpoints, by_validation=own is not None)
    # A run that went on from a checkpoint may have written epochs after it twice.
    folder.rewrite(fitted.epochs)
    hear.trained()
    for sentence in (_ended(fitted), *verdict(folder)):
        hear.say(sentence)
    return network, fitted


_WHY = {
    "epochs": "all epochs are done",
    "patience": "the validation loss did not fall any more",
    "target": "the metric reached the target set for it",
    "time": "the time allowed is over",
    "watch": "the function that watches asked for it",
    "nurse": "it was told to stop",
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
) -> tuple[Predictions, EvaluationRecord]:
    predictions = network.judged(splits.test.inputs, splits.truth["test"])
    rows = dataset.rows["test"]
    table = {
        "row": dataset.origin[rows],
        **truth_columns(predictions),
        **prediction_columns(predictions.task, predictions.classes, predictions.names, predictions.outputs),
    }
    write_table(table, folder.file(PREDICTIONS))
    uneven = imbalance(predictions.task, splits.truth["train"], predictions.classes or predictions.names)
    train, test = baseline_inputs(dataset, splits, network.encoding)
    with told(hear, "Judging the network and the baselines"):
        ran, skipped = run_baselines(
            (train, splits.truth["train"]),
            test,
            predictions.task,
            predictions.classes,
            predictions.names,
            seed,
            hear.say,
        )
        main = main_score(predictions.task, bool(uneven))
        judged = evaluation_record(
            predictions,
            ran,
            skipped,
            dataset.origin[rows],
            describer(dataset, rows),
            seed,
            main=main,
        )
    # Where the test split leaves that score undefined, another one decided.
    if uneven and judged.main == main:
        judged = dataclasses.replace(judged, verdict=f"{judged.verdict} {uneven}")
    return predictions, judged


def _identity(record: RunRecord, dataset: DataSet) -> str:
    """Return what a checkpoint must have been made from to be of use: data and settings, as a hash."""
    # On how many devices it is computed may change on the way, and which rules are asked.
    settings = {**record.settings, "training": {**record.settings["training"], "devices": None}}
    settings.pop(LINTING, None)
    named = msgspec.json.encode([dataset.record.fingerprint, settings])
    return hashlib.sha256(named).hexdigest()
