"""Judging a trained model: metrics with intervals, baselines on the same split, and a plain verdict."""

from piste.evaluate.baselines import Ran, run_baselines
from piste.evaluate.errors import confusion, residuals, worst
from piste.evaluate.judge import compare, verdict
from piste.evaluate.predictions import Predictions, chosen
from piste.evaluate.record import evaluation_record
from piste.evaluate.reliability import calibration
from piste.evaluate.scores import evaluate, imbalance, is_imbalanced, main_score

__all__ = [
    "Predictions",
    "Ran",
    "calibration",
    "chosen",
    "compare",
    "confusion",
    "evaluate",
    "evaluation_record",
    "imbalance",
    "is_imbalanced",
    "main_score",
    "residuals",
    "run_baselines",
    "verdict",
    "worst",
]
