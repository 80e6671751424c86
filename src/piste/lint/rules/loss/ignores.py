"""Targets that are declared to be ignored change neither the loss nor its gradient."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.criterion import loss_criterion, some_answers
from piste.lint.probes.losses import close
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield ignored targets that cost something, or that thin the mean out."""
    one, criterion, label = bench.probe(problem), bench.probe(loss_criterion), bench.pipeline.declared.ignore_label
    if not one.of_classes or criterion.layout.one_hot or label is None:
        raise NotRun("A label can be ignored where targets are class numbers.")
    truth, told = some_answers(one, criterion.layout, 2)
    half = len(truth) // 2
    scores = told + bench.generator("ignored").normal(size=told.shape)
    masked = np.where(np.arange(len(truth)) < half, truth, label)
    other = np.where(np.arange(len(truth))[:, None] < half, scores, -scores)
    value, moved = criterion.mean(scores, masked), criterion.mean(other, masked)
    slope = float(np.abs(criterion.gradient(scores, masked)[half:]).max())
    alone = criterion.mean(scores[:half], truth[:half])
    evidence = [
        Evidence("loss with other outputs at ignored places", f"{moved:.4g}", f"{value:.4g}"),
        Evidence("largest gradient at ignored places", f"{slope:.3g}", "0"),
        Evidence("loss with ignored places, against without", f"{value:.4g}", f"{alone:.4g}"),
    ]
    if not close(moved, value) or slope > 0:
        yield RULE.finding(
            Severity.ERROR,
            f"The label {label}, which is to be ignored, counts in the loss",
            evidence=evidence,
            cause="It is taken for a class: -1 picks the last one, and a one-hot of it is all zeros.",
            fix=f"losses = jnp.where(labels == {label}, 0.0, losses), and divide by the number of the others",
            remedy="usual-loss",
            key="loss.ignored-counts",
        )
    elif not close(value, alone) and criterion.raw(scores, masked).ndim == 0:
        yield RULE.finding(
            Severity.WARNING,
            "Ignored places thin the loss out",
            evidence=evidence,
            cause="The sum is divided by all places, so that batches with more padding learn less.",
            fix=f"jnp.sum(losses) / jnp.sum(labels != {label})",
            remedy="usual-loss",
            key="loss.normaliser",
        )


RULE = Rule(
    "L106", "ignores", "The ignored label counts for nothing", Group.LOSS, ("loss", "task", "ignore_label"), check
)
