"""All examples in one, and divided anew into splits of the sizes they had."""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.splits import Divide
from piste.lint.arrays import is_torch
from piste.lint.pipeline import SPLITS, Pipeline, Split
from piste.lint.remedies.remedy import NotFixed, taken


def whole(pipeline: Pipeline) -> Split:
    """Return the examples of all splits one after the other; raises `NotFixed` where they hold different things."""
    splits = list(pipeline.splits.values())
    parts: dict[str, Any] = {}
    for field in fields(Split):
        values = [getattr(split, field.name) for split in splits]
        there = {one is not None for one in values}
        if len(there) > 1 and field.name != "rows":
            raise NotFixed(f"Only some splits have {field.name}: give them for all, and the examples are divided anew.")
        parts[field.name] = _joined(values) if there == {True} else None
    return Split(**parts)


def _joined(values: list[Any]) -> Any:
    if is_torch(values[0]):
        import torch

        return torch.cat(values)
    return np.concatenate([np.asarray(one) for one in values])


def divided(pipeline: Pipeline, every: Split, divide: Divide) -> dict[str, Split]:
    """Return the splits that `pipeline` has, of `every` example, by `divide`; shares stay as near as they can."""
    rest: NDArray[np.int64] = np.arange(len(every))
    found = {}
    for name in reversed([one for one in SPLITS if one in pipeline.splits and one != "train"]):
        share = len(pipeline.splits[name]) / len(rest)
        try:
            held, rest = divide(rest, share, name)
        except DataError as error:
            raise NotFixed("There are too few different values to give each split some of its own.") from error
        found[name] = taken(every, held)
    return {**found, "train": taken(every, rest)}
