"""The network has one output for each class, or each number to predict."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.laws import order
from piste.lint.probes.losses import close
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield too few or too many outputs."""
    one = bench.probe(problem)
    if one.outputs is None:
        raise NotRun("To run it, give the examples beside the network: train=(inputs, targets).")
    if one.task is Task.REGRESSION:
        if bench.pipeline.loss is None:  # else L107 sees what the loss makes of the shapes
            yield from _numbers(one.outputs, one.targets)
        return
    width = one.outputs[-1] if one.outputs else 1
    if not one.of_classes:
        return
    classes = bench.pipeline.classes or _largest(bench) + 1
    if one.single and classes <= 2:
        if bench.pipeline.loss is not None and bench.probe(loss_is_blind):
            yield _finding(Severity.ERROR, 1, 2, "A softmax over one output is always 1: nothing can be learnt.")
    elif width < classes:
        yield _finding(Severity.ERROR, width, classes, "Labels beyond the last output count for nothing, or wrap.")
    elif width > classes and not (classes == 2 or width > _MANY):
        yield _finding(Severity.WARNING, width, classes, "Outputs of classes that never occur take probability away.")


def loss_is_blind(bench: Bench) -> bool:
    """Probe: whether the loss is the same for right and wrong answers."""
    found = bench.probe(order)
    return close(found.right, found.neutral) and close(found.neutral, found.wrong)


def _largest(bench: Bench) -> int:
    targets = [as_numpy(split.targets) for split in bench.pipeline.splits.values() if split.targets is not None]
    flat = [values if np.issubdtype(values.dtype, np.integer) else values.argmax(axis=-1) for values in targets]
    return max((int(values.max(initial=0)) for values in flat), default=0)


def _numbers(outputs: tuple[int, ...], targets: tuple[int, ...] | None) -> Iterator[Finding]:
    if targets is None or outputs == targets:
        return
    yield RULE.finding(
        Severity.INFO,
        f"The outputs have the shape {('N', *outputs)} and the targets {('N', *targets)}",
        evidence=[Evidence("shape of one example's output", str(outputs), str(targets))],
        cause="Subtracting one from the other broadcasts to (N, N), unless the loss brings them into line.",
        fix="outputs = outputs.squeeze(-1), or targets = targets[:, None]",
        key="loss.broadcast",
    )


def _finding(severity: Severity, width: int, classes: int, cause: str) -> Finding:
    return RULE.finding(
        severity,
        f"The network has {width} output{'s' if width > 1 else ''} for {classes} classes",
        evidence=[Evidence("outputs of the network", str(width), str(classes))],
        cause=cause,
        fix=f"Make the last layer {classes} wide, or declare classes={width}",
        key="model.output-size",
    )


_MANY = 50  # outputs of a vocabulary, of which examples show a part

RULE = Rule("M101", "output-size", "The outputs fit the targets", Group.MODEL, ("network", "targets"), check)
