"""What a trained network was seen to do and says of rows, as pipelines for the linter."""

import dataclasses

import numpy as np

from piste.core.records import EvaluationRecord, FeatureRecord, RunRecord
from piste.core.runs import RunFolder
from piste.core.watched import WatchedRecord
from piste.data.dataset import NewRows
from piste.data.examples import DataSet
from piste.data.target import Target
from piste.evaluate import Predictions
from piste.lint.pipeline import Pipeline, Split
from piste.recipe.building import build_plan
from piste.recipe.earlier import earlier_runs
from piste.recipe.fitting import Splits
from piste.recipe.network import Network
from piste.recipe.run import Run
from piste.recipe.settings import Settings
from piste.recipe.versions import then_and_now
from piste.recipe.weighting import weighted
from piste.train.inference import outputs


def judged_run(
    before: Pipeline,
    folder: RunFolder,
    record: RunRecord,
    splits: Splits,
    settings: Settings,
    network: Network,
    watched: WatchedRecord,
    predictions: Predictions,
    evaluation: EvaluationRecord,
) -> Pipeline:
    """Return the pipeline `before` with what is known now.

    Its test split has the targets as a person knows them, as `predictions` have; its validation split has them as the
    network learnt them, with outputs that were computed anew from the network that is kept.
    """
    _, validation = weighted(splits.train, splits.validation, network.encoding, settings.model.class_weights)
    raw = outputs(
        network.model, network.parameters, network.state, validation.inputs, network.precision, network.devices
    )
    return dataclasses.replace(
        before,
        test=dataclasses.replace(before.test, targets=predictions.truth),
        validation=dataclasses.replace(before.validation, targets=validation.targets, weights=validation.weights),
        loss=build_plan(settings, network.encoding, splits.train_rows).loss,
        watched=watched,
        outputs={"test": predictions.outputs, "validation": raw},
        evaluation=evaluation,
        earlier=earlier_runs(folder, record, evaluation),
    )


def judged_rows(run: Run, new: NewRows, predictions: Predictions, evaluation: EvaluationRecord) -> Pipeline:
    """Return what the network of `run` said of other rows as a pipeline that has them for its test split."""
    features = tuple(FeatureRecord(one.name, one.kind, "", True, 0, 0) for one in new.columns)
    target = Target(predictions.names, predictions.task, predictions.classes, predictions.truth, "")
    every = np.arange(predictions.rows)
    dataset = DataSet(
        new.table.name,
        new.table.source,
        new.columns,
        target,
        {"test": every},
        dataclasses.replace(run.data, features=features),
        new.origin,
        (),
    )
    return Pipeline(
        name=new.table.name,
        test=Split(every, predictions.truth, rows=new.origin),
        dataset=dataset,
        task=predictions.task,
        classes=len(predictions.classes) or None,
        outputs={"test": predictions.outputs},
        evaluation=evaluation,
        versions=then_and_now(run.record),
        seed=run.record.seed,
    )
