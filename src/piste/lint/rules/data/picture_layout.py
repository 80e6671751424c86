"""Pictures are laid out as the network takes them: rows, columns and colours each on their own axis."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy, is_torch
from piste.lint.bench import Bench
from piste.lint.rule import Group, NotRun, Rule

_PICTURES = 200
_FEWEST = 16
_SIDE = 8
_COLOURS = (1, 3, 4)
_ALIKE = 0.5  # correlation of two places that belong together
_BETTER = 0.05  # by which another reading must fit better
_DIFFERENT, _THE_SAME = 40.0, 20.0  # squared distances of three mean colours, in standard errors: p of 1e-8 and 2e-4

Numbers = NDArray[np.float64]


def check(bench: Bench) -> Iterator[Finding]:
    """Yield colours on the wrong axis, pictures that were reshaped instead of transposed, and colours out of order."""
    samples = {name: _sample(split.inputs) for name, split in bench.pipeline.splits.items()}
    train = samples.get("train")
    if train is None or train.ndim != 4 or min(train.shape[:1]) < _FEWEST:
        raise NotRun("It takes pictures (N, H, W, C) or (N, C, H, W).")
    first, last = train.shape[1] in _COLOURS, train.shape[3] in _COLOURS
    if first == last:
        raise NotRun("Which axis holds the colours cannot be told.")
    if first and bench.pipeline.model is not None and not is_torch(bench.pipeline.model):
        yield _wrong_axis(train.shape)
    elif train.shape[1 if first else 3] > 1 and (found := _reshaped(train, first)) is not None:
        yield found
    for name, values in samples.items():
        if name != "train" and values is not None and len(values) >= _FEWEST and values.ndim == 4:
            yield from _reordered(name, train, values, 1 if first else 3)


def _sample(inputs: Any) -> Numbers | None:
    values = as_numpy(inputs[:_PICTURES])
    if values.dtype.kind not in "fiub" or values.ndim != 4 or min(np.sort(values.shape[1:])[1:]) < _SIDE:
        return None
    picked = values.astype(np.float64)
    return picked if np.all(np.isfinite(picked)) else None


def _wrong_axis(shape: tuple[int, ...]) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        "Pictures hold their colours first, and the network looks for them last",
        evidence=[Evidence("shape of the pictures", str(shape[1:]), str((*shape[2:], shape[1])))],
        cause="The pictures come from PyTorch's layout: convolutions run over colours and rows instead of rows and "
        "columns.",
        fix="inputs = inputs.transpose(0, 2, 3, 1)",
        key="data.layout",
        where=Where(split="train"),
    )


def _reshaped(train: Numbers, first: bool) -> Finding | None:
    """Return a finding if neighbours in the other layout's order of values are more alike than those in this one's."""
    count = len(train)
    height, width, colours = (train.shape[2], train.shape[3], train.shape[1]) if first else train.shape[1:]
    flat = train.reshape(count, -1)
    here = [_alike(train, 2 if first else 1), _alike(train, 3 if first else 2)]
    if first:  # in truth (H, W, C), a pixel's next of one colour stands C places further
        there = _shifted(flat, colours)
        reading = flat.reshape(count, height, width, colours)
        rows = _alike(reading, 1)
    else:  # in truth (C, H, W), a pixel's next colour stands H * W places further
        there = _shifted(flat, height * width)
        reading = flat.reshape(count, colours, height, width)
        rows = _alike(reading, 2)
    if min(rows, there) < _ALIKE or rows < min(here) + _BETTER or there < min(here):
        return None
    other = "(N, H, W, C)" if first else "(N, C, H, W)"
    fix = (
        f"inputs.reshape(-1, {height}, {width}, {colours}).transpose(0, 3, 1, 2)"
        if first
        else (f"inputs.reshape(-1, {colours}, {height}, {width}).transpose(0, 2, 3, 1)")
    )
    return RULE.finding(
        Severity.ERROR,
        "Pictures were reshaped where they had to be transposed",
        evidence=[
            Evidence("correlation of a pixel with the one below, as laid out", f"{here[0]:.2f}", "about 0.9"),
            Evidence(f"read as {other}", f"{rows:.2f}"),
        ],
        cause="reshape() keeps the order of the values and gives them other places: every picture is scrambled.",
        fix=fix,
        key="data.layout",
        where=Where(split="train"),
    )  # fmt: skip


def _alike(values: Numbers, axis: int) -> float:
    moved = np.moveaxis(values, axis, 0)
    return _correlation(moved[:-1], moved[1:])


def _shifted(flat: Numbers, by: int) -> float:
    return _correlation(flat[:, :-by], flat[:, by:])


def _correlation(one: Numbers, other: Numbers) -> float:
    a, b = one.ravel() - one.mean(), other.ravel() - other.mean()
    return float(a @ b / max(np.sqrt((a @ a) * (b @ b)), 1e-300))


def _reordered(name: str, train: Numbers, values: Numbers, axis: int) -> Iterator[Finding]:
    if train.shape[axis] != 3 or values.shape[axis] != 3:
        return
    apart = {order: _distance(train, values, axis, order) for order in permutations(range(3))}
    best = min(apart, key=lambda order: apart[order])
    if best == (0, 1, 2) or apart[0, 1, 2] < _DIFFERENT or apart[best] > _THE_SAME:
        return
    yield RULE.finding(
        Severity.WARNING,
        f"The colours of the {name} split stand in another order than those of train",
        evidence=[
            Evidence("distance of mean colours from train's, in squared standard errors", f"{apart[0, 1, 2]:.0f}",
                     "about 3"),
            Evidence(f"with the colours in the order {best}", f"{apart[best]:.1f}"),
        ],
        cause="One reader gives red, green, blue, and the other blue, green, red.",
        fix=f"inputs = inputs[..., {list(best)}]" if axis == 3 else f"inputs = inputs[:, {list(best)}]",
        key="data.colour-order",
        where=Where(split=name),
    )  # fmt: skip


def _distance(train: Numbers, values: Numbers, axis: int, order: tuple[int, ...]) -> float:
    other = tuple(place for place in (1, 2, 3) if place != axis)
    one, two = train.mean(axis=other), values.mean(axis=other)[:, list(order)]
    errors = one.var(axis=0) / len(one) + two.var(axis=0) / len(two)
    return float(np.sum(np.square(one.mean(axis=0) - two.mean(axis=0)) / np.maximum(errors, 1e-300)))


RULE = Rule("D120", "picture-layout", "Pictures are laid out as the network takes them", Group.DATA, ("train",), check)
