"""Texts reach the network whole, in words that it knows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.rule import Group, NotRun, Rule

_UNKNOWN = 0.01
_MANY_UNKNOWN = 0.2
_CUT = 0.05
_MANY_CUT = 0.5
_ROWS = 20_000

Tokens = NDArray[Any]


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits with many unknown tokens, and sequences that fill their length to the last step."""
    declared = bench.pipeline.declared
    for name, split in bench.pipeline.splits.items():
        tokens = as_numpy(split.inputs[:_ROWS])
        if tokens.ndim != 2 or not (tokens.dtype.kind == "i" or np.array_equal(tokens, np.round(tokens))):
            raise NotRun("It takes tokens (N, T).")
        real = np.ones(tokens.shape, bool) if declared.padding is None else tokens != declared.padding
        if declared.unknown is not None and real.any():
            yield from _unknown(name, float(np.mean(tokens[real] == declared.unknown)))
        if declared.padding is not None:
            yield from _cut_off(name, real)


def _unknown(name: str, share: float) -> Iterator[Finding]:
    if share <= _UNKNOWN:
        return
    yield RULE.finding(
        Severity.WARNING if share > _MANY_UNKNOWN else Severity.INFO,
        f"{share:.1%} of the tokens of the {name} split are unknown",
        evidence=[Evidence("share of real tokens that are the unknown one", f"{share:.1%}", f"under {_UNKNOWN:.0%}")],
        cause="The vocabulary is that of other texts, or texts are cut into words otherwise than for the vocabulary.",
        fix="Make the vocabulary from the train split, with the same tokeniser; or use pieces of words",
        key="data.unknown-tokens",
        where=Where(split=name),
    )  # fmt: skip


def _cut_off(name: str, real: NDArray[np.bool_]) -> Iterator[Finding]:
    """Yield a finding if the longest length is far more common than those just below it: longer ones were cut."""
    lengths, most = real.sum(axis=1), real.shape[1]
    full = float(np.mean(lengths == most))
    below = float(np.mean((lengths < most) & (lengths >= 0.9 * most))) / max(np.ceil(0.1 * most), 1.0)
    if full <= _CUT or full < 5.0 * below or np.all(lengths == most):
        return
    yield RULE.finding(
        Severity.WARNING if full > _MANY_CUT else Severity.INFO,
        f"{full:.1%} of the sequences of the {name} split were cut off at {most} steps",
        evidence=[
            Evidence(f"sequences of exactly {most} steps", f"{full:.1%}", f"about {max(below, 0.001):.1%}, as of the "
                     "lengths just below"),
        ],
        cause="The longest length allowed is shorter than many texts: what comes later is never read.",
        fix="A longer limit: 95 of 100 texts should be shorter",
        key="data.cut-off",
        where=Where(split=name),
    )  # fmt: skip


RULE = Rule(
    "D121", "words-known", "Texts reach the network whole, in words it knows", Group.DATA,
    ("train|validation|test", "padding|unknown"), check,
)  # fmt: skip
