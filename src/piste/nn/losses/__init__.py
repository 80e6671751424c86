"""Losses: one number per example, from the network's raw outputs and the target.

A loss is any function `(outputs, targets) -> (B,)`; those here are frozen dataclasses, so that they have settings and
compare equal. The empirical loss of a split is the mean over its examples, by their weights where they have some. All
work on logits, margins or logarithms and are stable: no probability is formed before its logarithm is taken.

Each knows its `best_constant`: what a network that cannot see its inputs should answer. Training starts there.
"""

from piste.nn.losses.classes import CrossEntropy, Focal, Hinge, KullbackLeibler, SquaredHinge
from piste.nn.losses.labels import BinaryCrossEntropy, BinaryFocal
from piste.nn.losses.loss import Loss
from piste.nn.losses.mixture import Mixture, Part
from piste.nn.losses.numbers import (
    AbsoluteError,
    Cosine,
    Huber,
    LogCosh,
    Poisson,
    Quantile,
    SquaredError,
    SumOfSquares,
)

__all__ = [
    "AbsoluteError",
    "BinaryCrossEntropy",
    "BinaryFocal",
    "Cosine",
    "CrossEntropy",
    "Focal",
    "Hinge",
    "Huber",
    "KullbackLeibler",
    "LogCosh",
    "Loss",
    "Mixture",
    "Part",
    "Poisson",
    "Quantile",
    "SquaredError",
    "SquaredHinge",
    "SumOfSquares",
]
