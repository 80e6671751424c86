"""The report of a search, from records made by hand: every figure is drawn, in a browser too, and nothing is lost."""

import json as plain_json
import math
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from piste.core.panels import Chart, Grid, Panel
from piste.core.records import Score, Status, decode, encode
from piste.core.runs import write_bytes
from piste.core.studied import (
    RESULTS,
    AxisRecord,
    CurveRecord,
    EstimateRecord,
    ImportanceRecord,
    ImportancesRecord,
    MadeRecord,
    PairRecord,
    RegionRecord,
    RetuneRecord,
    Studied,
    StudyResults,
)
from piste.core.studies import DimensionRecord, StudyFolder, StudyRecord, TrialRecord, TrialStatus
from piste.report import json, text
from piste.report.panels.studied_result import concluded
from piste.report.study import panels_of_study, studied_in, write_study_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROUNDS = 9
HOSTILE = "</script><img src=x onerror=alert(1)>\" + alert('1')"
SCORE = Score("accuracy", 0.975, 0.957, 0.987, True)
DIMENSIONS = (
    DimensionRecord("learning_rate", "learning_rate", "log(0.0001, 1)", (), "rates differ by factors"),
    DimensionRecord("width", "width", "integers(16, 256, log=true)"),
    DimensionRecord("optimiser", "optimiser", f'choice("{HOSTILE}", sgd(momentum=uniform(0, 1)))'),
    DimensionRecord("momentum", "momentum (optimiser: sgd)", "uniform(0, 1)", (("optimiser", "sgd"),)),
)
AXES = (
    AxisRecord("learning_rate", "log(0.0001, 1)", ((0.0, "0.0001"), (0.5, "0.01"), (1.0, "1"))),
    AxisRecord("width", "integers(16, 256, log=true)", ((0.01, "16"), (0.5, "64"), (0.99, "256"))),
    AxisRecord("optimiser", "choice(...)", ((0.25, HOSTILE), (0.75, "sgd")), options=True),
    AxisRecord("momentum (optimiser: sgd)", "uniform(0, 1)", ((0.0, "0"), (1.0, "1"))),
)


def trial(number: int) -> TrialRecord:
    """A trial that is good near the middle of the first two settings; some stop, diverge or fail."""
    drawn = random.Random(number)
    places = tuple(drawn.random() for _ in DIMENSIONS)
    sgd = places[2] >= 0.5
    settings: dict[str, Any] = {
        "learning_rate": 10 ** (4 * places[0] - 4),
        "width": round(16 * 16 ** places[1]),
        "optimiser": "sgd" if sgd else HOSTILE,
    }
    settings |= {"momentum": places[3]} if sgd else {}
    made = TrialRecord(number, settings, places, sampling=f"round {number // 10 + 1}", seconds=0.5)
    if number == 7:
        return replace(made, status=TrialStatus.FAILED, note=HOSTILE)
    floor = 0.1 + (places[0] - 0.6) ** 2 + 0.2 * (places[1] - 0.5) ** 2
    rounds = 2 if number == 3 else ROUNDS if floor < 0.25 else 3
    losses = tuple(floor + 2 * math.exp(-(at + 1) / 2) for at in range(rounds))
    if number == 3:
        losses = (losses[0], math.nan)
    status = {2: TrialStatus.DIVERGED, 3: TrialStatus.STOPPED}.get(rounds, TrialStatus.FINISHED)
    best = min(range(rounds), key=lambda at: losses[at] if math.isfinite(losses[at]) else math.inf)
    scores = tuple(1 - loss / 4 for loss in losses)
    return replace(
        made, status=status, losses=losses, metrics=scores, best_round=best + 1, loss=losses[best], score=scores[best]
    )


def results(trials: tuple[TrialRecord, ...]) -> StudyResults:
    best = max((one for one in trials if one.score is not None), key=lambda one: one.score or 0.0)
    so_far = tuple(
        EstimateRecord("accuracy", True, 0.9 + 0.01 * power, 0.89 + 0.01 * power, 0.87, 0.96, 2**power, 270, 1000)
        for power in range(6)
    )
    important = tuple(
        ImportanceRecord(
            one.label, 0.5 / (at + 1), 0.0003, 0.6 / (at + 1), 40 - at, "optimiser = sgd" if at == 3 else ""
        )
        for at, one in enumerate(DIMENSIONS)
    )
    curve = CurveRecord("learning_rate", (0.1, 0.5, 0.9), (0.5, 0.2, 0.4), (0.4, 0.1, 0.3), (0.6, 0.3, 0.5))
    pairs = (PairRecord("learning_rate", "width", 0.1, 0.02, 0.2),)
    regions = tuple(
        RegionRecord(
            f"round {at + 1}", 10 * at, 10 * at + 9, (0.1 * at, 0.1, 0.0, 0.0), (1.0 - 0.1 * at, 0.9, 0.5, 1.0)
        )
        for at in range(4)
    )
    return StudyResults(
        best=best.number,
        axes=AXES,
        estimate=so_far[-1],
        so_far=so_far,
        importances=ImportancesRecord(important, pairs, (curve,), 0.8, 0.02, 1.5),
        regions=regions,
        notes=("A note.",),
        test=SCORE,
        run="best",
        ensemble=MadeRecord((3, 7, 9), "ensemble", SCORE, SCORE, 0.006, 0.002, 0.014, "Three are better than one."),
        refit=MadeRecord((3,), "refit", SCORE, SCORE, 0.001, -0.002, 0.004, "More rows are no better."),
        retuned=RetuneRecord("runs/old", SCORE, SCORE, 0.015, 0.004, 0.026, "The old settings no longer hold."),
    )


@pytest.fixture
def studied() -> Studied:
    trials = tuple(trial(number) for number in range(40))
    study = StudyRecord(
        name="digits",
        status=Status.FINISHED,
        created="2026-11-21T17:00:00Z",
        command="piste tune digits",
        source="digits",
        seed=0,
        metric="accuracy",
        higher_is_better=True,
        dimensions=DIMENSIONS,
        settings={"training": {"epochs": 9}},
        sampler="zoom",
        scheduler="hyperband",
        trials=40,
        rounds=ROUNDS,
        versions={"jax": "0.9.2"},
        device="cpu",
    )
    return Studied(study, trials, results(trials))


def kept(studied: Studied, path: Path) -> StudyFolder:
    folder = StudyFolder(path)
    folder.write(studied.study)
    folder.write_trials(studied.trials)
    write_bytes(path / RESULTS, encode(studied.results))
    return folder


def panel(studied: Studied, name: str) -> Panel:
    return next(one for one in panels_of_study(studied) if one.name == name)


def charts(one: Panel) -> list[Chart]:
    return [block for block in one.blocks if isinstance(block, Chart)]


def test_the_records_survive_the_folder(studied: Studied, tmp_path: Path) -> None:
    found = studied_in(kept(studied, tmp_path))
    assert found.results == studied.results
    assert found.study == studied.study
    assert [one.number for one in found.trials] == list(range(40))
    assert math.isnan(found.trials[3].losses[1])


def test_every_part_is_there_and_survives_json(studied: Studied) -> None:
    panels = panels_of_study(studied)
    assert [one.name for one in panels] == [
        "result", "retuned", "best", "made", "progress", "importance", "slices", "parallel", "zoom", "trials",
        "space", "repeat",
    ]  # fmt: skip
    assert decode(json(panels), tuple[Panel, ...]) == panels
    assert "could not be drawn" not in text(panels)


def test_the_answer_says_what_may_be_believed(studied: Studied) -> None:
    said = text(panels_of_study(studied), width=400)
    assert "Expect 0.940 (0.870 to 0.960) on new examples" in said
    assert "worth 0.010 of luck" in said
    assert "optimism of" in said
    assert "accuracy on the test split  0.975" in said


def test_the_end_of_a_search_is_said_in_a_few_lines(studied: Studied) -> None:
    expected, judged, mattered = concluded(studied.results)
    assert expected.startswith("Expect 0.940 (0.870 to 0.960) on new examples")
    assert judged == "On the test split, judged once: accuracy 0.975 (0.957 to 0.987)."
    assert mattered == (
        "Share of the variance that a setting explains alone: learning_rate 50 %, width 25 %, optimiser 17 %."
    )
    assert studied.results.importances is not None
    guessed = replace(studied.results.importances, explained=0.1)
    assert concluded(StudyResults(importances=guessed)) == ()


@pytest.mark.parametrize(
    ("value", "written"), [((64, 32), "[64, 32]"), (True, "true"), ("a b", '"a b"'), ("sgd", "sgd")]
)
def test_a_setting_under_any_choice_stands_with_the_best(studied: Studied, value: Any, written: str) -> None:
    dimensions = (
        DimensionRecord("hidden", "hidden", f"choice({written}(rate=uniform(0, 1)), other)", usual="[128]"),
        DimensionRecord("rate", f"rate (hidden: {written})", "uniform(0, 1)", (("hidden", written),)),
        DimensionRecord("rate", "rate (hidden: other)", "uniform(0, 2)", (("hidden", "other"),)),
    )
    best = replace(studied.trials[0], settings={"hidden": value, "rate": 0.25})
    study = replace(studied.study, dimensions=dimensions)
    found = panel(Studied(study, (best,), StudyResults(best=0)), "best").blocks[0]
    assert isinstance(found, Grid)
    assert found.columns == ("setting", "best", "usual", "searched")
    assert [(row[0], row[2]) for row in found.rows] == [("hidden", "[128]"), (f"rate (hidden: {written})", "")]


def test_the_best_trial_is_the_best_by_score(studied: Studied) -> None:
    assert studied.best is not None
    assert studied.ranked[0] == studied.best
    assert f"trial {studied.best.number}" in text((panel(studied, "result"),), width=400)


def test_slices_come_in_the_order_of_importance_with_conditional_trials_alone(studied: Studied) -> None:
    found = charts(panel(studied, "slices"))
    assert [one.title for one in found] == [one.label for one in AXES]
    momentum = found[3].spec["data"]["values"]
    sgd = [one for one in studied.trials if one.settings["optimiser"] == "sgd" and one.loss is not None]
    assert len(momentum) == len(sgd)


def test_a_tick_finds_its_text_by_the_nearest_place(studied: Studied) -> None:
    axis = charts(panel(studied, "slices"))[0].spec["layer"][-1]["encoding"]["x"]["axis"]
    assert axis["values"] == [0.0, 0.5, 1.0]
    assert axis["labelExpr"] == 'datum.value < 0.25 ? "0.0001" : datum.value < 0.75 ? "0.01" : "1"'


def test_the_zoom_has_a_frame_for_each_round(studied: Studied) -> None:
    plane = charts(panel(studied, "zoom"))[0]
    frames = plane.spec["layer"][0]["data"]["values"]
    assert [one["round"] for one in frames] == [f"round {at}" for at in range(1, 5)]
    assert len(plane.spec["data"]["values"]) == 40


def test_the_best_so_far_only_gets_better(studied: Studied) -> None:
    steps = charts(panel(studied, "progress"))[0].spec["data"]["values"]
    assert [one["value"] for one in steps] == sorted(one["value"] for one in steps)
    assert steps[-1]["value"] == pytest.approx(
        max(one.score for one in studied.trials if one.score is not None), rel=1e-5
    )


def test_who_goes_on_counts_the_trials_of_each_round(studied: Studied) -> None:
    going = charts(panel(studied, "progress"))[1]
    rows = {row["round"]: row["count"] for row in going.spec["data"]["values"]}
    lengths = [len(one.losses) for one in studied.trials if one.losses]
    assert rows[0] == len(lengths) == 39
    assert rows[3] == sum(length > 3 for length in lengths)
    assert rows[ROUNDS] == 0


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_or_no_trials_are_no_fault(studied: Studied, count: int) -> None:
    some = studied.trials[:count]
    bare = StudyResults(best=0 if count else None, axes=AXES)
    study = replace(studied.study, status=Status.UNFINISHED)
    said = text(panels_of_study(Studied(study, some, bare)))
    assert "has not finished" in said
    assert "could not be drawn" not in said


def test_a_fault_in_one_part_is_shown_in_its_place(studied: Studied) -> None:
    short = RegionRecord("round 1", 0, 9, (), ())
    broken = replace(studied, results=replace(studied.results, regions=(short, short)))
    said = text(panels_of_study(broken), width=400)
    assert "The rest stands" in said
    assert "Repeat this search" in said


def test_lower_scores_may_be_better(studied: Studied) -> None:
    trials = tuple(replace(one, score=one.loss, metrics=one.losses) for one in studied.trials)
    study = replace(studied.study, higher_is_better=False, metric="RMSE")
    turned = Studied(study, trials, replace(studied.results, by_loss=False, so_far=(), estimate=None))
    assert turned.ranked[0].score == min(one.score for one in trials if one.score is not None)
    assert "flatters" in text(panels_of_study(turned), width=400)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_every_chart_is_drawn_in_a_browser(studied: Studied, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    page = write_study_report(kept(studied, tmp_path / "study"))
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=20000")
    command = [str(CHROMIUM), *options, "--dump-dom", f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    outcome = subprocess.run(command, capture_output=True, timeout=120, check=True)
    dom, log = outcome.stdout.decode(), outcome.stderr.decode(errors="replace")
    drawn = page.read_text("utf-8").count(' data-chart="')
    assert drawn > 10
    assert dom.count(' data-drawn="yes"') == drawn
    assert 'class="failed' not in dom
    assert "<img src=x" not in dom
    assert [line for line in log.splitlines() if ":CONSOLE" in line] == []


def test_the_specs_are_plain_json(studied: Studied) -> None:
    for one in panels_of_study(studied):
        for chart in charts(one):
            plain_json.loads(plain_json.dumps(chart.spec, allow_nan=False))
