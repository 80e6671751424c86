"""Perfect outputs of numbers cost nothing: shapes agree, nothing broadcasts."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.criterion import loss_criterion, some_answers
from piste.lint.probes.laws import order
from piste.lint.probes.losses import close
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule
from piste.nn.losses.loss import StandardLoss
from piste.nn.losses.numbers import Poisson


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a loss that perfect outputs cannot make small."""
    one = bench.probe(problem)
    if one.task is not Task.REGRESSION:
        raise NotRun("The target is no number.")
    loss = bench.pipeline.loss
    if isinstance(loss, Poisson) or (bench.pipeline.declared.loss and not isinstance(loss, StandardLoss)):
        raise NotRun("A likelihood of numbers, or another loss that is meant, has a floor of its own.")
    found, criterion = bench.probe(order), bench.probe(loss_criterion)
    if close(found.right, 0.0) or found.right < 0:
        return
    truth, told = some_answers(one, criterion.layout)
    shape = criterion.raw(told, truth).shape
    spread = float(np.var(told)) * 2  # what perfect outputs cost where each is compared with all targets
    pairs = shape == (len(truth), len(truth)) or close(found.right, spread) or _differ(one.outputs, one.targets)
    yield RULE.finding(
        Severity.ERROR if pairs else Severity.WARNING,
        f"The loss of perfect outputs is {found.right:.4g}",
        evidence=[
            Evidence("loss of perfect outputs", f"{found.right:.4g}", "0"),
            Evidence("loss of outputs off by 5", f"{found.wrong:.4g}"),
            Evidence("shape of what the loss returns", str(shape)),
        ],
        cause="Outputs (N, 1) and targets (N,) broadcast to (N, N): each output is compared with all targets, "
        "and the network learns their mean."
        if pairs
        else "Something is added to the loss, or it is made for another kind of target.",
        fix="outputs = outputs.squeeze(-1), before the loss" if pairs else "Declared(loss='other'), if it is meant",
        remedy="usual-loss",
        key="loss.broadcast" if pairs else "loss.floor",
    )


def _differ(outputs: tuple[int, ...] | None, targets: tuple[int, ...] | None) -> bool:
    return outputs is not None and targets is not None and outputs != targets


RULE = Rule("L107", "perfect", "Perfect outputs cost nothing", Group.LOSS, ("loss", "task"), check)
