"""Probabilities are as often right as they say."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity
from piste.core.records import Calibration, Task
from piste.evaluate.reliability import calibration
from piste.lint.bench import Bench
from piste.lint.causes import CAUSES, REPORT
from piste.lint.probes.judged import deciding, has_shares, predictions
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_DRAWS = 2000
_FAR = 4.0  # standard deviations from what chance gives
_MATTERS = 0.02  # expected error below which nobody would act otherwise


def check(bench: Bench) -> Iterator[Finding]:
    """Yield probabilities that are further from the shares of right answers than chance explains."""
    found = _measured(bench)
    null = _by_chance(bench, found)
    distance = (found.expected_error - null.mean()) / max(null.std(), 1e-9)
    if distance <= _FAR or found.expected_error < _MATTERS:
        return
    counts = np.asarray(found.counts)
    said, true = (float(counts @ np.asarray(one) / counts.sum()) for one in (found.predicted, found.observed))
    yield RULE.finding(
        Severity.WARNING if bench.pipeline.declared.probabilities else Severity.INFO,
        f"The probabilities are off by {100 * found.expected_error:.1f} points on average",
        evidence=[
            Evidence("expected calibration error", f"{found.expected_error:.4f}", f"{null.mean():.4f} by chance"),
            Evidence("standard deviations from chance", f"{distance:.1f}", f"at most {_FAR:.0f}"),
            Evidence("mean probability, and share that came true", f"{said:.1%}, {true:.1%}", "equal"),
        ],
        cause=_cause(bench.probe(problem).task, found),
        fix="Divide the logits by a temperature that is fitted on the validation split, or stop earlier and use "
        "label smoothing: --smoothing 0.1",
        key="evaluation.calibration",
    )


def _measured(bench: Bench) -> Calibration:
    evaluation = bench.pipeline.evaluation
    if evaluation is not None:
        found = evaluation.calibration
    elif not bench.probe(has_shares):
        raise NotRun("Classes are handed out, not probabilities.")
    else:
        found = calibration(bench.probe(predictions, bench.probe(deciding)))
    if found is None or not found.counts:
        raise NotRun("The target is a number, so there are no probabilities.")
    return found


def _by_chance(bench: Bench, found: Calibration) -> NDArray[np.float64]:
    """Return the expected errors (R,) of draws in which every bin is right as often as it says."""
    counts, said = np.asarray(found.counts), np.clip(np.asarray(found.predicted), 0.0, 1.0)
    drawn = bench.generator("calibration").binomial(counts, said, size=(_DRAWS, len(counts)))
    return np.asarray(np.abs(drawn - counts * said).sum(axis=1) / counts.sum())


def _cause(task: Task, found: Calibration) -> str:
    counts, said = np.asarray(found.counts), np.asarray(found.predicted)
    above = said - np.asarray(found.observed)
    shift = float(counts @ above / counts.sum())
    # Of several classes only the likeliest is looked at; of two, extremes on both sides count.
    sure = shift if task is Task.MANY_CLASS else float(counts @ (above * np.sign(said - 0.5)) / counts.sum())
    if sure > abs(shift) / 2:
        return "The network is too sure of itself: it went on training after its errors stopped falling."
    if sure < -abs(shift) / 2:
        return "The network is less sure than it may be: strong smoothing, blending or weighing of classes."
    return "The probabilities are shifted: classes were weighed, or occur in training, otherwise than here."


RULE = Rule(
    "E302",
    "calibrated",
    "Probabilities are as often right as they say",
    Group.EVALUATION,
    ("evaluation|judged",),
    check,
    explained_by=("T201", *REPORT, *CAUSES),
)
