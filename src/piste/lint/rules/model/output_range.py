"""The network can give the outputs that the targets ask for."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.criterion import loss_criterion, some_answers
from piste.lint.probes.reach import Reach, reach
from piste.lint.problem import Problem, problem
from piste.lint.rule import Group, NotRun, Rule

_FLOOR = 0.1  # of the loss of knowing nothing, that the best outputs within reach still cost
_SHARE = 0.01
_SURE = 30.0  # a logit


def check(bench: Bench) -> Iterator[Finding]:
    """Yield targets out of reach, and logits that are cut off."""
    one, found = bench.probe(problem), bench.probe(reach)
    if not np.isfinite([found.low, found.high]).any():
        return
    if one.task is Task.REGRESSION:
        yield from _numbers(bench, one, found)
    elif not one.probabilities:
        yield from _logits(bench, one, found)


def _numbers(bench: Bench, one: Problem, found: Reach) -> Iterator[Finding]:
    targets = as_numpy(bench.pipeline.train.targets).astype(np.float64)
    if one.outputs is None or int(np.prod(one.outputs)) != max(int(np.prod(targets.shape[1:])), 1):
        raise NotRun("The network gives other things than the targets: parameters of a distribution, say.")
    room = 1e-3 * float(targets.std())
    outside = float(np.mean((targets < found.low - room) | (targets > found.high + room)))
    if outside == 0:
        return
    yield RULE.finding(
        Severity.ERROR if outside >= _SHARE else Severity.WARNING,
        f"{outside:.1%} of the targets are out of the network's reach",
        evidence=[
            Evidence("outputs that it can give", _interval(found), _interval(Reach(targets.min(), targets.max()))),
            Evidence("targets outside", f"{outside:.1%}", "0 %"),
        ],
        cause="The last activation cuts off what is asked for: a relu, sigmoid, tanh or softmax at the end.",
        fix="Leave the last layer without an activation, or bring the targets into its range",
        key="model.output-activation",
        where=Where(split="train"),
    )


def _logits(bench: Bench, one: Problem, found: Reach) -> Iterator[Finding]:
    floor, nothing = _floor(bench, found) if bench.pipeline.loss is not None else (0.0, 1.0)
    cut_off = abs(found.low) < 1e-6 and not np.isfinite(found.high)  # no logit can say "no"
    if floor <= _FLOOR * nothing and not cut_off:
        return
    yield RULE.finding(
        Severity.ERROR if floor > _FLOOR * nothing and one.single else Severity.WARNING,
        "The logits are cut off by an activation at the end",
        evidence=[
            Evidence("logits that the network can give", _interval(found), "any number"),
            *([Evidence("lowest loss within reach", f"{floor:.3g}", "near 0")] if bench.pipeline.loss else []),
        ],
        cause="A relu at the end silences classes for good." if cut_off else "A tanh or the like stands at the end.",
        fix="Leave the last layer without an activation: softmax belongs to the loss",
        key="model.output-activation",
    )


def _floor(bench: Bench, found: Reach) -> tuple[float, float]:
    """Return the loss of the best outputs within reach, above that of any, and the loss of outputs all alike."""
    one, criterion = bench.probe(problem), bench.probe(loss_criterion)
    truth, told = some_answers(one, criterion.layout)
    low, high = max(found.low, -_SURE), min(found.high, _SURE)
    best = criterion.mean(np.where(told > 0, high, low), truth)
    return best - criterion.mean(_SURE * told, truth), criterion.mean(0.0 * told, truth)


def _interval(found: Reach) -> str:
    return f"{found.low:.3g} to {found.high:.3g}".replace("-inf", "any").replace("inf", "any")


RULE = Rule(
    "M116", "output-range", "The targets are within the network's reach", Group.MODEL,
    ("network", "targets", "train"), check, explained_by=("M101", "M102"),
)  # fmt: skip
