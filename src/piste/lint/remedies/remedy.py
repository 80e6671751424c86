"""What a remedy is, and how to add one.

A remedy is one file, `remedies/<name>.py`, with one line in `remedies/catalog.py`:

    def mend(bench: Bench, finding: Finding) -> Mended:
        ...                                             # probes say what is to be changed; nothing is guessed
        return Mended(changed(bench.pipeline, loss=...), "the loss is divided by the number of examples")

    REMEDY = Remedy("mean-loss", "Takes the mean of the batch", mend)

A rule names it: `RULE.finding(..., remedy="mean-loss")`. Where data are given instead of pieces, what cures them are
settings of `piste train`, which the rule gives beside it: `settings={"drop": "alive"}`.

A remedy does what is safe without asking: it takes no example out of a split that judges for being hard, and changes
nothing that it cannot see. Where it does not fit it raises `NotFixed` with the reason and what to do by hand.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline, Split

OF_LATER = ("watched", "trained", "reported")
"""Pieces of a training that was over before something was changed."""


class NotFixed(Exception):  # noqa: N818 (it is no error, but an outcome)
    """Raised by a remedy that does not fit; its text is the reason, and what to do by hand."""


@dataclass(frozen=True)
class Mended:
    """A pipeline after a remedy, and what was changed, as a person says it: "column 'x' is left out"."""

    pipeline: Pipeline
    change: str


@dataclass(frozen=True)
class Remedy:
    """One named cure. `title` says what it does; `mend` does it to a pipeline of a person's own pieces.

    `renames` says that columns have other names afterwards, so that no further finding of the same judgement may be
    cured by it. `later` says that what the rule asks was seen in the training before.
    """

    name: str
    title: str
    mend: Callable[[Bench, Finding], Mended]
    renames: bool = False
    later: bool = False


def changed(pipeline: Pipeline, **pieces: Any) -> Pipeline:
    """Return `pipeline` with other pieces, and without what is left of a training of the old ones."""
    given: dict[str, Any] = {**dict.fromkeys(OF_LATER), **pieces}
    return dataclasses.replace(pipeline, **given)


def taken(split: Split, rows: NDArray[Any]) -> Split:
    """Return the given rows of `split`, which keep their numbers in the source."""
    parts = {field.name: getattr(split, field.name) for field in fields(split)}
    picked = {name: None if one is None else _indexed(one)[rows] for name, one in parts.items()}
    return Split(**{**picked, "rows": split.numbers[rows]})


def _indexed(values: Any) -> Any:
    return values if hasattr(values, "shape") else np.asarray(values)


def refuse_other_sources(pipeline: Pipeline, by_hand: str) -> None:
    """Raise `NotFixed` where examples also come from functions, which a change of the arrays would not reach."""
    for name in ("stream", "evaluate"):
        if getattr(pipeline, name) is not None:
            raise NotFixed(f"{name}= brings examples of its own, which stay as they are. {by_hand}")
