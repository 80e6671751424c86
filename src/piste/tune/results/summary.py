"""Everything about a study that takes computing to know, from its record and its trials alone."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from piste.core.studied import EstimateRecord, StudyResults
from piste.core.studies import StudyRecord, TrialRecord
from piste.tune.objective import Objective
from piste.tune.results.axes import axes
from piste.tune.results.estimate import Measure, estimates
from piste.tune.results.examples import unpacked
from piste.tune.results.importance import FEWEST, importances
from piste.tune.results.levelled import levelled
from piste.tune.results.regions import regions
from piste.tune.space import Space
from piste.tune.written import parsed

CONTENDERS = 5_000  # best trials that the choice is repeated among: who is behind as many others never wins
_ROOT = "RMSE"  # the metric whose mean over examples has its root taken
_UNLIKE = "The validation examples were not the same in all trials, so the reported number could not be corrected."
_NOT_KEPT = "What trials made of each validation example was not kept, so the reported number could not be corrected."


def space_of(study: StudyRecord) -> Space:
    """Return the space that the dimensions of a study describe."""
    return Space.of({one.name: parsed(one.prior, one.name) for one in study.dimensions if not one.conditions})


def summarised(study: StudyRecord, trials: Sequence[TrialRecord]) -> StudyResults:
    """Return the results of `study`: estimates, importances and what its figures need."""
    trials = sorted(trials, key=lambda one: one.number)
    space, objective = space_of(study), Objective.of(study)
    ranked = objective.ranked(trials)
    if not ranked:
        return StudyResults(axes=axes(space), notes=("No trial has a result yet.",))
    so_far, notes = _believed(study, trials)
    level = levelled(trials) if objective.by_loss else {}
    values = [_compared(objective, one, level) for one in trials]
    mattered = importances(space, [one.places for one in trials], values, study.seed)
    if mattered is None:
        notes.append(f"Which settings mattered is not told from fewer than {FEWEST} trials with different results.")
    return StudyResults(
        best=ranked[0].number,
        by_loss=objective.by_loss,
        levelled=level,
        axes=axes(space),
        estimate=so_far[-1] if so_far else None,
        so_far=so_far,
        importances=mattered,
        regions=regions(space, study, trials),
        notes=tuple(notes),
    )


def _compared(objective: Objective, trial: TrialRecord, level: Mapping[int, float]) -> float:
    """Return what the figures compare trials by: the loss, or the metric turned where losses are of different kinds."""
    if not objective.by_loss:
        return objective.value(trial)
    return level.get(trial.number, trial.loss if trial.loss is not None else math.inf)


def _believed(study: StudyRecord, trials: Sequence[TrialRecord]) -> tuple[tuple[EstimateRecord, ...], list[str]]:
    """Return what may be believed of the best of the first 1, 2, 4 ... trials and of all, and what to say of it."""
    contenders = sorted(Objective.of(study).ranked(trials)[:CONTENDERS], key=lambda one: one.number)
    kept = [rows for one in contenders if (rows := unpacked(one.examples)) is not None]
    if not kept:
        return (), [_NOT_KEPT]
    if len({rows.shape for rows in kept}) > 1:
        return (), [_UNLIKE]
    stacked = np.stack(kept)
    measure, losses = _measure(study, stacked), stacked[:, 0]
    sizes = [*(1 << power for power in range(len(kept).bit_length()) if 1 << power < len(kept)), len(kept)]
    so_far = estimates(measure, losses, study.seed, sizes)
    notes = [] if stacked.shape[1] > 1 else [_by_loss(study)]
    return so_far, notes


def has_root(metric: str) -> bool:
    """Return whether the root of the mean over examples is what is shown, whatever it is a mean of."""
    return metric.split(" ")[0] == _ROOT


def _by_loss(study: StudyRecord) -> str:
    return f"{study.metric} is no mean over examples, so it was the loss that the choice was repeated by."


def _measure(study: StudyRecord, stacked: NDArray[np.float64]) -> Measure:
    if stacked.shape[1] == 1:
        return Measure("loss", False, stacked[:, 0])
    shown = np.sqrt if has_root(study.metric) else np.asarray
    return Measure(study.metric, study.higher_is_better, stacked[:, 1], shown)
