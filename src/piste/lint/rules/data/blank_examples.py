"""No example is blank."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.core.records import Kind
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.features import features
from piste.lint.rule import Group, Rule

_SIZE = 16  # values of an example from which on all of them are equal for no good reason
_SHARE = 0.001
_FEW = 3
_BLOCK = 4096
_SHOWN = 12


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits with pictures of one colour, sequences of one value and texts without a word."""
    texts = [one for one in bench.probe(features) if one.kind is Kind.TEXT]
    for name, split in bench.pipeline.splits.items():
        empty = blank(as_numpy(split.inputs))
        if len(texts) == len(bench.probe(features)) > 0:
            empty |= np.all([[not str(value).strip() for value in one.splits[name]] for one in texts], axis=0)
        if rows := np.flatnonzero(empty).tolist():
            yield _finding(name, split.numbers[rows], len(split))


def blank(inputs: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which examples have one value everywhere (N,); none of those of fewer than 16 values."""
    found = np.zeros(len(inputs), bool)
    if not inputs.size or inputs[0].size < _SIZE or inputs.dtype.kind not in "fiub":
        return found
    for start in range(0, len(inputs), _BLOCK):
        block = inputs[start : start + _BLOCK].reshape(len(inputs[start : start + _BLOCK]), -1)
        found[start : start + _BLOCK] = np.all(block == block[:, :1], axis=1)
    return found


def _finding(name: str, rows: NDArray[np.int64], count: int) -> Finding:
    many = len(rows) >= _FEW and len(rows) / count >= _SHARE
    return RULE.finding(
        Severity.WARNING if many else Severity.INFO,
        f"{len(rows):,} of {count:,} examples of the {name} split are blank",
        evidence=[Evidence("examples all of whose values are equal", f"{len(rows):,} of {count:,}", "0")],
        cause="Files that could not be read were filled up, or nothing was taken down; their labels are noise.",
        fix="Look at the rows shown, and drop them: keep = inputs.reshape(len(inputs), -1).std(axis=1) > 0",
        remedy="drop-blank",
        key="data.blank-examples",
        where=Where(split=name, rows=tuple(int(row) for row in rows[:_SHOWN])),
    )


RULE = Rule("D115", "blank-examples", "No example is blank", Group.DATA, ("train|validation|test",), check)
