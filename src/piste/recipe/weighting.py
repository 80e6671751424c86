"""How much each example counts in training: by a column of the data, by its class, or both."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.data.encoding import Encoding
from piste.train.fit import Examples

NONE, BALANCED = "none", "balanced"


def weighted(train: Examples, validation: Examples, encoding: Encoding, by_class: str) -> tuple[Examples, Examples]:
    """Return the train and validation splits, their examples weighed by class on top of the weights they have.

    The validation loss weighs as the train loss does, so that both measure the same.
    """
    if by_class == NONE:
        return train, validation
    factors = class_weights(by_class, encoding.classes, train.targets, train.weights)
    return _scaled(train, factors), _scaled(validation, factors)


def class_weights(
    text: str,
    classes: Sequence[str],
    targets: NDArray[np.generic],
    weights: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """Return the weight of each class (C,): all 1, alike in sum ("balanced"), or as `text` says: "ill:5,healthy:1".

    Balanced weights are `examples / (classes * examples of the class)`, so that they are 1 on average. `targets` (B,)
    are class numbers of the train split. Raises `SettingError` for a class that is not there, or a bad weight.
    """
    if text == NONE:
        return np.ones(len(classes))
    if text == BALANCED:
        counts = np.bincount(np.asarray(targets, np.int64), weights, minlength=len(classes)).astype(np.float64)
        there = counts > 0
        return np.where(there, counts.sum() / (there.sum() * np.where(there, counts, 1.0)), 1.0)
    factors = np.ones(len(classes))
    for pair in text.split(","):
        name, colon, number = (part.strip() for part in pair.rpartition(":"))
        if not colon or name not in classes:
            raise SettingError(
                f"The 'class_weights' setting must be none, balanced, or pairs class:weight of the classes "
                f"{', '.join(classes)}. Got {pair.strip()!r}."
            )
        factors[list(classes).index(name)] = _weight(name, number)
    return factors


def _weight(name: str, text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = np.nan
    if not 0 < weight < np.inf:
        raise SettingError(f"The weight of class '{name}' must be a number above 0. Got {text!r} instead.")
    return weight


def _scaled(examples: Examples, factors: NDArray[np.float64]) -> Examples:
    own = np.ones(len(examples), np.float32) if examples.weights is None else examples.weights
    by_class = factors[np.asarray(examples.targets, np.int64)]
    return dataclasses.replace(examples, weights=(own * by_class).astype(np.float32))
