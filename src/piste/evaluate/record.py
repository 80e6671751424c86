"""The one evaluation on the test split, as the record that the run folder keeps."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from piste.core.records import EvaluationRecord
from piste.evaluate.baselines import Ran
from piste.evaluate.errors import Describe, confusion, labels, residuals, worst
from piste.evaluate.judge import judged, verdict
from piste.evaluate.predictions import Predictions
from piste.evaluate.reliability import calibration
from piste.evaluate.scores import deciding, main_score


def evaluation_record(
    predictions: Predictions,
    ran: Sequence[Ran],
    skipped: Mapping[str, str],
    rows: Sequence[int] | NDArray[np.int64],
    describe: Describe,
    seed: int,
    unit: str = "",
    main: str | None = None,
) -> EvaluationRecord:
    """Return everything that is said about a model on its test split.

    Parameters
    ----------
    predictions
        Truth and the network's outputs of B examples.
    ran, skipped
        What `run_baselines` returned.
    rows
        The row (B,) of each example within its source.
    describe
        Gives the values and the picture of the example at a position, 0 to B - 1; asked for at most 12 of them.
    seed
        Seed of the run.
    unit
        Unit of a regression target.
    main
        Name of the score that decides; `main_score` of the task when left out.

    Raises
    ------
    DataError
        When there is no example, the shapes disagree, or an output is not finite.
    """
    scores, baselines = judged(predictions, ran, seed, unit, main)
    decides = deciding(scores, main or main_score(predictions.task))
    return EvaluationRecord(
        rows=predictions.rows,
        main=decides.name,
        scores=scores,
        baselines=baselines,
        skipped=dict(skipped),
        verdict=verdict(baselines, decides),
        confusion=confusion(predictions),
        labels=labels(predictions),
        calibration=calibration(predictions),
        residuals=residuals(predictions, seed),
        wrong=worst(predictions, rows, describe),
    )
