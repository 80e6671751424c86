"""The examples: small real sets that come with scikit-learn, and made ones, drawn anew for each seed."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from piste.core.keys import generator
from piste.lint.pipeline import Split

Arrays = NDArray[Any]


class Four(NamedTuple):
    """The splits, and `truth`, the examples that are met after the training."""

    train: Split
    validation: Split
    test: Split
    truth: Split


def split(inputs: Arrays, targets: Arrays, sizes: tuple[int, int, int], seed: int, shuffled: bool = True) -> Four:
    """Divide the examples into train, validation, test (of these sizes) and truth (the test split and the rest)."""
    count = len(inputs)
    order = generator(seed, "faultbench", "split").permutation(count) if shuffled else np.arange(count)
    ends = np.cumsum(sizes)
    train, validation, test = (order[end - size : end] for end, size in zip(ends, sizes, strict=True))
    truth = order[ends[1] :]
    return Four(*(Split(inputs[rows], targets[rows]) for rows in (train, validation, test, truth)))


@lru_cache(maxsize=8)
def bundled(name: str) -> tuple[Arrays, Arrays]:
    """Return one of scikit-learn's sets: inputs float32, standardised but for digits, which are 0 to 1."""
    from sklearn import datasets

    inputs, targets = getattr(datasets, f"load_{name}")(return_X_y=True)
    if name == "digits":
        kept = (inputs > 0).mean(axis=0) > 0.02  # pixels that are dark in nearly all pictures say nothing
        return (inputs[:, kept] / 16).astype(np.float32), targets.astype(np.int32)
    scaled = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    return scaled.astype(np.float32), targets.astype(np.int32 if name != "diabetes" else np.float32)


@lru_cache(maxsize=2)
def pictures() -> tuple[Arrays, Arrays]:
    """Return the digits as pictures (1797, 8, 8, 1), 0 to 1."""
    from sklearn.datasets import load_digits

    inputs, targets = load_digits(return_X_y=True)
    return (inputs / 16).astype(np.float32).reshape(-1, 8, 8, 1), targets.astype(np.int32)


def blobs(
    seed: int, count: int, features: int, classes: int, apart: float, world: str = "blobs"
) -> tuple[Arrays, Arrays]:
    """Return classes that are normal around centres `apart` deviations from each other, with their centres fixed."""
    centres = generator(0, "faultbench", world).normal(size=(classes, features)) * apart / np.sqrt(2)
    draw = generator(seed, "faultbench", world, "rows")
    labels = draw.integers(classes, size=count)
    inputs = centres[labels] + draw.normal(size=(count, features))
    return inputs.astype(np.float32), labels.astype(np.int32)


def waves(seed: int, count: int, steps: int = 24) -> tuple[Arrays, Arrays]:
    """Return sequences (count, steps, 1) of four shapes of wave at any phase, with noise."""
    draw = generator(seed, "faultbench", "waves")
    labels = draw.integers(4, size=count)
    at = np.arange(steps)[None] + draw.uniform(0, steps, size=(count, 1))
    angle = 2 * np.pi * at * np.where(labels % 2, 2.0, 1.0)[:, None] / 12
    shapes = np.where((labels < 2)[:, None], np.sin(angle), np.sign(np.sin(angle)))
    values = shapes + 0.3 * draw.normal(size=shapes.shape)
    return values[..., None].astype(np.float32), labels.astype(np.int32)


def sentences(seed: int, count: int, steps: int = 16, words: int = 12) -> tuple[Arrays, Arrays]:
    """Return tokens (count, steps) of a language of second order, and the next token of each (count, steps).

    The next token depends on the last two, with one surprise in five.
    """
    grammar = generator(0, "faultbench", "grammar").integers(words, size=(words, words))
    draw = generator(seed, "faultbench", "sentences")
    tokens = draw.integers(words, size=(count, steps + 1))
    for step in range(2, steps + 1):
        told = grammar[tokens[:, step - 2], tokens[:, step - 1]]
        tokens[:, step] = np.where(draw.random(count) < 0.8, told, tokens[:, step])
    return tokens[:, :-1].astype(np.int32), tokens[:, 1:].astype(np.int32)


def tagged(seed: int, count: int, steps: int = 12, words: int = 20) -> tuple[Arrays, Arrays]:
    """Return tokens (count, steps) filled up with 0, and a tag of each, -1 where it is filling.

    The tag depends on the word and on whether the first word is even.
    """
    draw = generator(seed, "faultbench", "tagged")
    tokens = draw.integers(1, words, size=(count, steps))
    lengths = draw.integers(steps // 3, steps + 1, size=count)
    tags = (tokens + 2 * (tokens[:, :1] % 2)) % 4
    real = np.arange(steps)[None] < lengths[:, None]
    return np.where(real, tokens, 0).astype(np.int32), np.where(real, tags, -1).astype(np.int32)


def categories(seed: int, count: int, columns: int = 5, values: int = 30) -> tuple[Arrays, Arrays]:
    """Return ids (count, columns) below `values`, and one of three classes, by the sum of each id's worth."""
    worth = generator(0, "faultbench", "worth").normal(size=(columns, values))
    draw = generator(seed, "faultbench", "categories")
    ids = draw.integers(values, size=(count, columns))
    total = sum(worth[column, ids[:, column]] for column in range(columns)) + 0.5 * draw.normal(size=count)
    return ids.astype(np.int32), np.digitize(total, [-1.0, 1.0]).astype(np.int32)


def friedman(seed: int, count: int, features: int = 8) -> tuple[Arrays, Arrays]:
    """Return Friedman's first function (1991) of uniform inputs, both standardised by known constants."""
    draw = generator(seed, "faultbench", "friedman")
    inputs = draw.uniform(size=(count, features))
    value = 10 * np.sin(np.pi * inputs[:, 0] * inputs[:, 1]) + 20 * (inputs[:, 2] - 0.5) ** 2
    value += 10 * inputs[:, 3] + 5 * inputs[:, 4] + draw.normal(size=count)
    return ((inputs - 0.5) / 0.2887).astype(np.float32), ((value - 14.4) / 4.9).astype(np.float32)


def labels_of(seed: int, count: int, features: int = 10, labels: int = 4) -> tuple[Arrays, Arrays]:
    """Return inputs (count, features), and `labels` flags, any number of which may hold."""
    draw = generator(seed, "faultbench", "labels")
    inputs = draw.normal(size=(count, features))
    weights = generator(0, "faultbench", "labels").normal(size=(features, labels))
    scores = inputs @ weights + 0.6 * (inputs[:, :labels] ** 2 - 1) + 0.5 * draw.normal(size=(count, labels))
    return inputs.astype(np.float32), (scores > 0).astype(np.float32)


def rare(seed: int, count: int, share: float, features: int = 8) -> tuple[Arrays, Arrays]:
    """Return two classes, of which the second has `share` of the rows."""
    draw = generator(seed, "faultbench", "rare")
    labels = (draw.random(count) < share).astype(np.float32)
    direction = generator(0, "faultbench", "rare").normal(size=features)
    inputs = draw.normal(size=(count, features)) + 2.5 * labels[:, None] * direction / np.linalg.norm(direction)
    return inputs.astype(np.float32), labels


def course(seed: int, count: int, window: int = 12) -> tuple[Arrays, Arrays, Arrays]:
    """Return windows (count, window) of a noisy season, the value after each, and its time (count,)."""
    draw = generator(seed, "faultbench", "course")
    at = np.arange(count + window)
    noise = np.zeros(len(at))
    for step in range(1, len(at)):
        noise[step] = 0.7 * noise[step - 1] + 0.3 * draw.normal()
    values = np.sin(2 * np.pi * at / 17 + draw.uniform(0, 6)) + noise
    windows = np.lib.stride_tricks.sliding_window_view(values, window)[:count]
    return windows.astype(np.float32), values[window : window + count].astype(np.float32), at[window : window + count]
