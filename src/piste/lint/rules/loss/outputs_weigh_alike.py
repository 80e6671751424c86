"""No single number to predict decides over the whole loss."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.criterion import loss_criterion
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_APART = 100.0  # of the gradients of two outputs: of a squared error, 10,000 in the loss
_ROWS = 512
_OF_NUMBERS = (
    "The targets are of different units and sizes, and the loss adds them up as they are: what they share in the "
    "network learns the large one alone.",
    "targets = (targets - train.mean(axis=0)) / train.std(axis=0), and back for the report",
)
_OF_LABELS = (
    "One label has a weight far above the others': what they share in the network learns that label alone.",
    "Weights of labels within a factor of ten of each other",
)


def check(bench: Bench) -> Iterator[Finding]:
    """Yield an output whose gradients drown those of another."""
    one, criterion, train = bench.probe(problem), bench.probe(loss_criterion), bench.pipeline.train
    labels = one.task is Task.MULTI_LABEL
    if not (labels or one.task is Task.REGRESSION) or one.width < 2:
        raise NotRun("Only one thing is predicted.")
    truth = as_numpy(train.targets[:_ROWS]).reshape(-1, one.width).astype(np.float64)
    constant = np.zeros(truth.shape) if labels else np.broadcast_to(truth.mean(axis=0), truth.shape)
    moving = np.flatnonzero(truth.std(axis=0) > 0)
    slopes = np.sqrt(np.mean(np.square(criterion.gradient(constant, truth).astype(np.float64)), axis=0))
    if len(moving) < 2 or not slopes[moving].min() > 0:
        return
    strong, weak = moving[slopes[moving].argmax()], moving[slopes[moving].argmin()]
    ratio = float(slopes[strong] / slopes[weak])
    if ratio <= _APART:
        return
    yield RULE.finding(
        Severity.WARNING,
        f"Output {strong} drowns output {weak} in the loss",
        evidence=[
            Evidence(f"gradient of output {strong}, against output {weak}", f"{ratio:,.0f} times", "about 1"),
            Evidence(f"deviation of target {strong}", f"{truth[:, strong].std():.3g}"),
            Evidence(f"deviation of target {weak}", f"{truth[:, weak].std():.3g}", "about the same"),
        ],
        cause=_OF_LABELS[0] if labels else _OF_NUMBERS[0],
        fix=_OF_LABELS[1] if labels else _OF_NUMBERS[1],
        remedy="usual-loss",
        key="loss.scale-of-outputs",
        where=Where(split="train", column=f"target {weak}"),
    )


RULE = Rule(
    "L109", "outputs-weigh-alike", "Every output weighs in the loss", Group.LOSS, ("loss", "targets", "train"), check,
    explained_by=("L107", "L103"),
)  # fmt: skip
