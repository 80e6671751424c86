"""An output that is no number makes a loss that is none."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.criterion import loss_criterion, some_answers
from piste.lint.problem import problem
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a loss that is finite where outputs are NaN."""
    one, criterion = bench.probe(problem), bench.probe(loss_criterion)
    truth, told = some_answers(one, criterion.layout)
    broken = told.copy()
    broken[: criterion.layout.rows] = np.nan  # one example
    value = criterion.mean(broken, truth)
    if not np.isfinite(value):
        return
    yield RULE.finding(
        Severity.WARNING,
        "The loss hides outputs that are NaN",
        evidence=[
            Evidence("loss of a batch with an output that is NaN", f"{value:.4g}", "NaN"),
            Evidence("loss without", f"{criterion.mean(told, truth):.4g}"),
        ],
        cause="nan_to_num, nanmean or a mask takes them out: a network that breaks down goes on training, unseen.",
        fix="Take the mean as it is, and look for what makes the NaN: piste explain M112",
        remedy="usual-loss",
        key="loss.hides-nan",
    )


RULE = Rule("L110", "nan-shows", "The loss shows what is not finite", Group.LOSS, ("loss", "task"), check)
