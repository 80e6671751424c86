"""The results of a study, put together from its record and its trials."""

from dataclasses import replace

import numpy as np
import pytest

from piste.core.records import Status
from piste.core.studies import DimensionRecord, StudyRecord, TrialRecord, TrialStatus
from piste.tune.priors import Prior, choice, log, option, uniform
from piste.tune.results.examples import packed
from piste.tune.results.summary import has_root, space_of, summarised
from piste.tune.samplers.independent import sobol
from piste.tune.space import Space

PRIORS: dict[str, Prior] = {
    "learning_rate": log(1e-4, 1), "optimiser": choice("adamw", option("sgd", momentum=uniform(0.5, 0.9)))
}  # fmt: skip
SPACE = Space.of(PRIORS)
STUDY = StudyRecord(
    name="study", status=Status.FINISHED, created="", command="", source="", seed=0, metric="accuracy",
    higher_is_better=True, settings={}, sampler="zoom", scheduler="none", trials=32, rounds=1,
    dimensions=tuple(
        DimensionRecord(one.name, one.label, str(one.prior), tuple((c.name, c.value) for c in one.under))
        for one in SPACE.dimensions
    ),
)  # fmt: skip


def trials(keep: bool = True) -> list[TrialRecord]:
    """Trials that are good where the first place is near 0.6, in four rounds of a zooming search."""
    random, made = np.random.default_rng(0), []
    for number, places in enumerate(sobol(SPACE, range(32), 0).tolist()):
        losses = (places[0] - 0.6) ** 2 + random.exponential(0.3, 200)
        hits = (losses < 0.5).astype(np.float64)
        made.append(
            TrialRecord(
                number, SPACE.point(places), tuple(places), TrialStatus.FINISHED, (float(losses.mean()),),
                (float(hits.mean()),), 1, float(losses.mean()), float(hits.mean()), sampling=f"round {number // 8 + 1}",
                examples=packed(losses, hits) if keep else "",
            )
        )  # fmt: skip
    return made


def test_everything_is_there() -> None:
    made = trials()
    found = summarised(STUDY, made)
    best = max(made, key=lambda one: (one.score or 0.0, -(one.loss or 0.0)))
    assert found.best == best.number
    assert found.estimate is not None
    assert found.estimate.reported == best.score
    assert found.estimate.optimism > 0
    assert [one.trials for one in found.so_far] == [1, 2, 4, 8, 16, 32]
    assert [one.label for one in found.axes] == [one.label for one in STUDY.dimensions]
    assert found.importances is not None
    assert found.importances.settings[0].label == "learning_rate"
    assert found.notes == ()


def test_the_regions_of_a_zoom_are_those_of_the_rounds() -> None:
    found = summarised(STUDY, trials()).regions
    assert [(one.name, one.first, one.last) for one in found] == [
        (f"round {number}", 8 * number - 8, 8 * number - 1) for number in range(1, 5)
    ]
    assert found[0].low == (0.0, 0.0, 0.0)
    assert found[0].high == (1.0, 1.0, 1.0)
    assert found[-1].low[0] < 0.6 < found[-1].high[0]
    assert found[-1].high[0] - found[-1].low[0] < 1
    assert summarised(replace(STUDY, sampler="sobol"), trials()).regions == ()


def test_the_space_is_that_of_the_records() -> None:
    assert space_of(STUDY) == SPACE


def test_trials_that_kept_nothing_are_told_of() -> None:
    found = summarised(STUDY, trials(keep=False))
    assert found.estimate is None
    assert "was not kept" in found.notes[0]


def test_without_a_share_for_each_example_the_loss_is_what_is_estimated() -> None:
    made = [replace(one, examples=one.examples.partition(";")[0]) for one in trials()]
    found = summarised(replace(STUDY, metric="AUC"), made)
    assert found.estimate is not None
    assert (found.estimate.measure, found.estimate.higher_is_better) == ("loss", False)
    assert "AUC is no mean over examples" in found.notes[0]


def test_an_error_has_its_root_taken() -> None:
    made = [replace(one, score=-(one.score or 0.0)) for one in trials()]
    found = summarised(replace(STUDY, metric="RMSE", higher_is_better=False), made)
    assert found.estimate is not None
    each = min(np.sqrt(1 - (1 + (one.score or 0.0))) for one in made)
    assert found.estimate.reported == pytest.approx(each, rel=1e-3)
    assert has_root("RMSE (weighted)")
    assert not has_root("MAE")


@pytest.mark.parametrize("count", [0, 3])
def test_few_trials_or_none(count: int) -> None:
    found = summarised(STUDY, trials()[:count])
    assert (found.best is None) == (count == 0)
    assert found.importances is None
    assert found.notes
