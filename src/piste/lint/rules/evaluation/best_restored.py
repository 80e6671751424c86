"""The parameters that are kept are those that did best on validation."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.causes import CAUSES, REPORT
from piste.lint.probes.kept import kept_losses
from piste.lint.rule import Group, NotRun, Rule

_CLEAR = 3.0  # standard errors by which the kept loss must exceed the best one
_MATTERS = 1.05  # and times


def check(bench: Bench) -> Iterator[Finding]:
    """Yield kept parameters whose validation loss is clearly above the best one that was seen."""
    watched, losses = bench.pipeline.watched, bench.probe(kept_losses)
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


RULE = Rule(
    "E307",
    "best-restored",
    "The parameters that were kept are the best on validation",
    Group.EVALUATION,
    ("judged", "loss", "validation", "watched"),
    check,
    explained_by=("T201", "M203", "T202", *REPORT, *CAUSES),
)
