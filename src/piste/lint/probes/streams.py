"""What the data stream really hands to the step: which examples, in which order, with which targets."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.pipeline import Split
from piste.lint.rule import NotRun

_MOST = 200_000  # examples of an epoch that are looked at

Arrays = NDArray[Any]


@dataclass(frozen=True)
class Epoch:
    """The examples of one epoch in their order: hashes of inputs and of targets, and the shapes of the batches."""

    inputs: tuple[bytes, ...]
    targets: tuple[bytes, ...]
    shapes: tuple[tuple[int, ...], ...]


def epoch(bench: Bench, number: int) -> Epoch:
    """Probe: the batches of epoch `number`, at most 200,000 examples."""
    stream = bench.pipeline.stream
    if stream is None:
        raise NotRun("To run it, give stream=, a function of the epoch that yields its batches.")
    inputs: list[bytes] = []
    targets: list[bytes] = []
    shapes = []
    for batch in stream(number):
        bench.hurry()
        given, known = as_numpy(batch[0]), as_numpy(batch[1])
        shapes.append(given.shape)
        inputs += hashes(given)
        targets += hashes(known)
        if len(inputs) >= _MOST:
            break
    return Epoch(tuple(inputs), tuple(targets), tuple(shapes))


def hashes(rows: Arrays) -> list[bytes]:
    """Return a hash of each row's values, the same for the same numbers in any precision down to float32."""
    plain = np.ascontiguousarray(rows.astype(np.float32) if rows.dtype.kind in "fiub" else rows.astype("U"))
    return [hashlib.blake2b(row.tobytes(), digest_size=12).digest() for row in plain]


@dataclass(frozen=True)
class Found:
    """Where the examples of an epoch come from. `place` is the row of the train split, -1 where it is not there."""

    place: NDArray[np.int64]
    wrong_targets: tuple[int, ...]  # rows of the train split whose target is another one in the stream
    of_validation: int  # examples that stand in another split, and not in train
    rows: int  # distinct examples of the train split


def found(bench: Bench, number: int) -> Found:
    """Probe: the examples of an epoch looked up in the splits; those of augmented streams are not found."""
    one, train = bench.probe(epoch, number), bench.pipeline.train
    if train is None:
        raise NotRun("To run it, give the examples: train=(inputs, targets).")
    own, known = hashes(as_numpy(train.inputs)), _known_targets(train)
    rows = {value: row for row, value in enumerate(own)}
    place = np.array([rows.get(value, -1) for value in one.inputs], np.int64)
    # Where equal inputs occur with different targets, either is right.
    allowed: dict[bytes, set[bytes]] = {}
    for value, target in zip(own, known, strict=True):
        allowed.setdefault(value, set()).add(target)
    wrong = tuple(
        rows[value]
        for value, target in zip(one.inputs, one.targets, strict=True)
        if value in rows and known and target not in allowed[value]
    )
    others = {
        value
        for name, split in bench.pipeline.splits.items()
        if name != "train"
        for value in hashes(as_numpy(split.inputs))
    }
    foreign = sum(value in others for value in one.inputs if value not in rows)
    return Found(place, wrong, foreign, len(rows))


def _known_targets(split: Split) -> list[bytes]:
    return [b""] * len(split) if split.targets is None else hashes(as_numpy(split.targets))
