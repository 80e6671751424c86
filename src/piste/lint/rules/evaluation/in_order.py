"""Predictions come one for each row, in the order of the rows, whatever stands beside them."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.judged import Outputs, asked, deciding, predicted, says
from piste.lint.rule import Group, NotRun, Rule

_ROWS = 512
_NEAR = 1e-3  # of the spread of the outputs: rounding differs with the size of a batch
_MANY = 0.01  # share of rows that must differ: two classes may be equally likely


def check(bench: Bench) -> Iterator[Finding]:
    """Yield predictions that are lost, shuffled, sorted, or that depend on their neighbours."""
    name = bench.probe(deciding)
    split = bench.probe(asked, name)
    every, again = bench.probe(predicted, name), says(bench, split.inputs)
    if len(every) != len(split):
        yield _lost(len(every), len(split))
        return
    if not bench.pipeline.declared.random_evaluation and _differing(again, every) > _MANY:
        yield _drawn(_differing(again, every))
        return
    inputs = split.inputs[:_ROWS]
    order = bench.generator("order of rows").permutation(len(inputs))
    straight = every if len(inputs) == len(split) else says(bench, inputs)
    turned = says(bench, inputs[order] if not isinstance(inputs, list) else [inputs[place] for place in order])
    if len(turned) != len(straight) or bench.pipeline.declared.random_evaluation:
        raise NotRun("Predictions are drawn at random on purpose.")
    if (share := _differing(turned, straight[order])) > _MANY:
        yield _misordered(share)


def _differing(some: Outputs, others: Outputs) -> float:
    """Return the share of rows that differ by more than rounding; 1 for other shapes."""
    one, other = as_numpy(some), as_numpy(others)
    if one.shape != other.shape:
        return 1.0
    if one.dtype.kind not in "fc":
        return float(np.mean((one != other).reshape(len(one), -1).any(axis=1)))
    spread = float(np.nanstd(other)) or 1.0
    near = np.isclose(one, other, rtol=_NEAR, atol=_NEAR * spread, equal_nan=True)
    return float(np.mean(~near.reshape(len(one), -1).all(axis=1)))


def _lost(given: int, rows: int) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        f"{given:,} predictions came for {rows:,} rows",
        evidence=[Evidence("predictions", f"{given:,}", f"{rows:,}")],
        cause="The last batch, which is smaller, is dropped or filled up.",
        fix="Predict the rest as a batch of its own, and cut what was filled up",
        key="evaluation.rows-lost",
    )


def _drawn(share: float) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        "Predicting the same rows twice gives other predictions",
        evidence=[Evidence("rows whose prediction differs", f"{share:.1%}", "0 %")],
        cause="The rows are shuffled while predicting, or dropout or augmentation is on.",
        fix="Predict in evaluation mode, with shuffle=False",
        remedy="usual-evaluation",
        key="evaluation.misordered",
        others=("Meant so (Monte-Carlo dropout): Declared(random_evaluation=True)",),
    )


def _misordered(share: float) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        "The prediction of a row depends on where the row stands",
        evidence=[
            Evidence("rows whose prediction changes when the rows are put in another order", f"{share:.1%}", "0 %")
        ],
        cause="Predictions are handed out in another order than the rows came: shuffled, sorted, or gathered from "
        "batches in disorder.",
        fix="Predict with shuffle=False, and keep a row number with every prediction",
        remedy="usual-evaluation",
        key="evaluation.misordered",
        others=("The examples of a batch influence each other",),
    )


RULE = Rule(
    "E308",
    "in-order",
    "Predictions come one for each row, in the order of the rows",
    Group.EVALUATION,
    ("predict", "trained", "test|validation"),
    check,
    explained_by=("M104",),
)
