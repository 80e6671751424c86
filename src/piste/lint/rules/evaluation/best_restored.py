"""The parameters that are kept are those that did best on validation."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.causes import CAUSES, REPORT
from piste.lint.network import compiled
from piste.lint.probes.judged import Outputs, asked, by_itself, handed_out
from piste.lint.rule import Group, NotRun, Rule

_CLEAR = 3.0  # standard errors by which the kept loss must exceed the best one
_MATTERS = 1.05  # and times


def check(bench: Bench) -> Iterator[Finding]:
    """Yield kept parameters whose validation loss is clearly above the best one that was seen."""
    watched, losses = bench.pipeline.watched, bench.probe(_losses)
    seen = (
        {look.step: look.validation_loss for look in watched.looks if np.isfinite(look.validation_loss)}
        if watched
        else {}
    )
    if len(seen) < 2:
        raise NotRun("The validation loss was not watched.")
    best = min(seen, key=lambda step: seen[step])
    kept, error = float(losses.mean()), float(losses.std() / np.sqrt(len(losses)))
    if not np.isfinite(kept) or kept <= max(seen[best] + _CLEAR * error, seen[best] * _MATTERS, seen[best] + 1e-6):
        return
    last = max(seen)
    are_last = np.isclose(kept, seen[last], rtol=0.01)
    # Who never meant to keep the best has lost no more than that; T202 says whether the training overfits.
    meant = are_last and watched is not None and not watched.keeps_best
    yield RULE.finding(
        Severity.INFO if meant else Severity.WARNING,
        "The network that was kept is not the best one on validation" + (", but the last" if are_last else ""),
        evidence=[
            Evidence("validation loss of the kept parameters", f"{kept:.4g}", f"{seen[best]:.4g}, as in step {best:,}"),
            Evidence("validation loss at the last look", f"{seen[last]:.4g}"),
            Evidence("standard error of the kept loss", f"{error:.2g}"),
        ],
        cause="Training went on past the best parameters, and they were not put back; or a reference was kept instead "
        "of a copy.",
        fix="Copy the parameters whenever the validation loss is the lowest so far, and hand out that copy",
        key="evaluation.not-restored",
        where=Where(split="validation"),
    )


def _losses(bench: Bench) -> NDArray[np.float64]:
    """Return the loss of each validation example (N,), or of each of up to 20 parts where the loss is a mean."""
    pipeline = bench.pipeline
    split = bench.probe(asked, "validation")
    outputs, targets = bench.probe(_outputs), as_numpy(split.targets)
    every = _of(bench, outputs, targets)
    if every.shape[:1] == (len(targets),) and every.ndim:
        each = every.reshape(len(targets), -1).mean(axis=1).astype(np.float64)
        if split.weights is None:
            return each
        weights = as_numpy(split.weights).astype(np.float64)
        return np.asarray(each * weights / weights.mean())
    if pipeline.declared.summed:
        raise NotRun("The loss is a sum, which depends on the size of the batches.")
    parts = np.array_split(np.arange(len(targets)), min(20, len(targets)))
    means = [float(_of(bench, outputs[part], targets[part]).mean()) for part in parts]
    # So that their standard deviation over the root of their number is the standard error of the mean.
    return np.asarray(means, np.float64)


def _outputs(bench: Bench) -> Outputs:
    if bench.pipeline.outputs is not None:
        return bench.probe(handed_out, "validation")
    try:
        return bench.probe(by_itself, "validation")
    except NotRun:
        return bench.probe(handed_out, "validation")


def _of(bench: Bench, outputs: Outputs, targets: Outputs) -> NDArray[np.float64]:
    loss = bench.pipeline.loss
    if loss is None:
        raise NotRun("To run it, give loss=, a function (outputs, targets).")
    if is_torch(loss) or is_torch(bench.pipeline.model):
        return as_numpy(loss(tensor(outputs), tensor(targets)))
    # One program where JAX can trace it, instead of one for each operation.
    return as_numpy(bench.probe(_compiled)(outputs, targets))


def _compiled(bench: Bench) -> Callable[..., Any]:
    loss = bench.pipeline.loss
    return compiled(lambda outputs, targets: None if loss is None else loss(outputs, targets))


RULE = Rule(
    "E307",
    "best-restored",
    "The parameters that were kept are the best on validation",
    Group.EVALUATION,
    ("judged", "loss", "validation", "watched"),
    check,
    explained_by=("T201", "M203", "T202", *REPORT, *CAUSES),
)
