"""Judging a trained model: metrics with intervals, baselines on the same split, and a plain verdict."""

from piste.evaluate.predictions import Predictions
from piste.evaluate.scores import evaluate, is_imbalanced, main_score

__all__ = ["Predictions", "evaluate", "is_imbalanced", "main_score"]
