"""Folders of runs and studies as a page finds them, made by hand from records: all kinds, and hostile ones."""

import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.report.conftest import HOSTILE, RUNS, written

from piste.core.compare import Agreement, ComparisonRecord, Difference, Parting
from piste.core.drift import ComparedScore
from piste.core.findings import LINT, Evidence, Finding, LintRecord, Outcome, RuleRecord, Severity, Shown
from piste.core.graphs import (
    ChainRecord,
    EdgeRecord,
    Factor,
    GraphRecord,
    GroupRecord,
    KeptRecord,
    NodeKind,
    NodeRecord,
    PathRecord,
    Station,
    Statistics,
)
from piste.core.nursing import BRANCHES, BranchEnd, BranchRecord, Heard, Mark, NursedRecord
from piste.core.records import Score, Status
from piste.core.runs import PREDICTIONS, RunFolder
from piste.core.studied import (
    RESULTS,
    AxisRecord,
    CurveRecord,
    ImportanceRecord,
    ImportancesRecord,
    PairRecord,
    StudyResults,
)
from piste.core.studies import DimensionRecord, StudyFolder, StudyRecord, TrialRecord, TrialStatus
from piste.core.views import PathRecord as Descent
from piste.core.views import SurfaceRecord, ViewRecord
from piste.core.watched import WATCHED, Look, WatchedRecord

KINDS = ("two_class", "regression", "multi_label", "pictures", "unfinished", "failed", "diverged", "hostile")
MARKUP = HOSTILE[1]


def folder_of_runs(root: Path) -> Path:
    """Return `root` with a run of each of `KINDS`, and the study "search"."""
    for kind in KINDS:
        run = written(root / kind, RUNS[kind]())
        if kind not in ("failed", "unfinished"):
            filled(run, MARKUP if kind == "hostile" else "01_dense")
    predictions(root / "two_class" / PREDICTIONS, "<=50K", ">50K")
    predictions(root / "hostile" / PREDICTIONS, MARKUP, 'it\'s "b"')
    numbers(root / "regression" / PREDICTIONS)
    labels(root / "multi_label" / PREDICTIONS)
    nursed(RunFolder(root / "unfinished"))
    study(root / "search")
    return root


def filled(run: RunFolder, layer: str) -> None:
    """Give the run findings, looks at its layers and a view of its loss surface."""
    run.write(lint(layer), LINT)
    run.write(watched(layer), WATCHED)
    run.write(surface(run.name), "view-surface.json")


def lint(name: str) -> LintRecord:
    """Findings of three severities, one of them under another."""
    found = [
        Finding(
            code, severity, f"{title} in {name}", (Evidence(f"measured of {name}", "4.1", "0"),), f"Cause: {name}.",
            "piste train --clip 1", f"rules/{code}", under=under, shown=(Shown(3, name, {name: name}),),
        )
        for code, severity, title, under in (
            ("D111", Severity.ERROR, "Rows stand twice", ""),
            ("D115", Severity.INFO, "Labels disagree", "D111"),
            ("T201", Severity.WARNING, "The training produces NaN or infinity, first", ""),
            ("E301", Severity.INFO, "It is level", ""),
        )
    ]  # fmt: skip
    rules = tuple(
        RuleRecord(one.code, one.title, f"It holds for {name}", "data", Outcome.FOUND, findings=(one,)) for one in found
    )
    return LintRecord(name, (*rules, RuleRecord("L101", "x", "Losses are right", "loss", Outcome.PASSED)), 1.0)


def watched(name: str) -> WatchedRecord:
    """Ten looks at two layers, whose gradients fall."""
    looks = tuple(
        Look(
            step, 1 / step, 1 / step, 1 / step, 0.1, (3.0, 4.0), (1 / step, 2 / step), (0.001, math.nan),
            (0.1 * (step % 3), 0.0), (math.nan, 0.5), 0, 0,
        )
        for step in range(1, 11)
    )  # fmt: skip
    return WatchedRecord((f"{name}/weight", f"{name}/bias"), (f"{name}/act", "out"), looks, 10, examples=64)


def surface(run: str) -> ViewRecord:
    """A bowl with a way down it."""
    ways = tuple(-1 + 0.1 * at for at in range(17))
    losses = tuple(tuple(0.01 + x * x + 2 * y * y for x in ways) for y in ways)
    path = Descent("rate 0.1", 0.1, (-0.9, -0.5, 0.0), (0.8, 0.3, 0.0), (0.0, 1.0, 2.0), (2.0, 0.5, 0.01), (0, 0, 0))
    return ViewRecord("surface", "Loss surface", run, SurfaceRecord("one", "other", ways, ways, losses, 100, (path,)))


def predictions(path: Path, first: str, second: str) -> None:
    """A hundred and twenty test examples of two classes; every tenth is wrong."""
    rows = [
        (3 * at, (first, second)[at % 2], (first, second)[(at + (at % 10 == 0)) % 2], 0.5 + (at % 50) / 100)
        for at in range(120)
    ]
    with duckdb.connect() as connection:
        names = [f'"probability of {one}"'.replace(one, one.replace('"', '""')) for one in (first, second)]
        connection.execute(
            f'create table t ("row" bigint, truth varchar, prediction varchar, {names[0]} float, {names[1]} float)'
        )
        connection.executemany("insert into t values (?, ?, ?, ?, ?)", [(*one, 1 - one[3]) for one in rows])
        connection.execute(f"copy t to '{path}' (format parquet)")


def numbers(path: Path) -> None:
    """Numbers, each off by its row."""
    duckdb.sql(f"copy (select i as row, i::double as truth, 2.0 * i as prediction from range(80) r(i)) to '{path}'")


def labels(path: Path) -> None:
    """Two labels, of which the second is missed in every third row."""
    named = 'i as row, true as "truth of a", i % 2 = 0 as "truth of b", true as "a", i % 2 = 0 and i % 3 > 0 as "b"'
    duckdb.sql(
        f'copy (select {named}, 0.9 as "probability of a", 0.4 as "probability of b" from range(12) r(i)) to \'{path}\''
    )


def nursed(run: RunFolder) -> None:
    """A training that was told to halve its rate, and refused something."""
    first = BranchRecord("b0", "", 0, 0, 0, "", "ann", "", {}, end=BranchEnd(80, 2, 0.5, 2, "changed"))
    second = BranchRecord("b1", "b0", 80, 2, 2, "rate 0.5x", "ann", "", {}, 0.5)
    heard = (
        Heard("1", "rate 0.5x", "ann", "", 2, "The rate is halved."),
        Heard("2", "dropout 7", "bob", "", 3, "It is not below 1.", refused=True),
    )
    run.write(NursedRecord((first, second), "b1", marks=(Mark("good", "b0", 40, 1),), heard=heard), BRANCHES)


def study(path: Path, status: Status = Status.FINISHED) -> StudyFolder:
    """Forty trials over a rate, a width, an optimiser with its momentum and layers with their dropout."""
    path.mkdir(parents=True)
    folder = StudyFolder(path)
    dimensions = (
        DimensionRecord("learning_rate", "learning_rate", "log(0.0001, 1)"),
        DimensionRecord("width", "width", "integers(16, 256, log=true)"),
        DimensionRecord("optimiser", "optimiser", "choice(adamw, sgd(momentum=uniform(0, 1)))"),
        DimensionRecord("momentum", "momentum (optimiser: sgd)", "uniform(0, 1)", (("optimiser", "sgd"),)),
        DimensionRecord("hidden", "hidden", "choice([32], option([64, 32], dropout=uniform(0, 1)))"),
        DimensionRecord("dropout", "dropout (hidden: [64, 32])", "uniform(0, 1)", (("hidden", "[64, 32]"),)),
    )
    folder.write(
        StudyRecord(
            "digits", status, "2026-01-06T09:00:00Z", "piste tune digits", "digits", 0, "accuracy", True, dimensions,
            {}, "zoom", "hyperband", 40, 9,
        )
    )  # fmt: skip
    trials = tuple(trial(number) for number in range(40))
    folder.write_trials(trials)
    RunFolder(path).write(results(trials), RESULTS)
    return folder


def trial(number: int) -> TrialRecord:
    """A trial that is the better the nearer its first place is to 0.6; one failed."""
    drawn = random.Random(number)
    places = tuple(drawn.random() for _ in range(6))
    sgd, deep = places[2] >= 0.5, places[4] >= 0.5
    settings: dict[str, Any] = {"learning_rate": 10 ** (4 * places[0] - 4), "width": round(16 * 16 ** places[1])}
    settings |= {"optimiser": "sgd", "momentum": places[3]} if sgd else {"optimiser": "adamw"}
    settings |= {"hidden": [64, 32], "dropout": places[5]} if deep else {"hidden": [32]}
    made = TrialRecord(number, settings, places, sampling=f"round {number // 10 + 1}", seconds=0.5)
    if number == 7:
        return TrialRecord(number, settings, places, TrialStatus.FAILED, note=MARKUP)
    loss = 0.1 + (places[0] - 0.6) ** 2
    return TrialRecord(
        made.number, settings, places, TrialStatus.FINISHED, (2.0, loss), (0.4, 1 - loss), 2, loss, 1 - loss, 0.5,
        made.sampling,
    )  # fmt: skip


def results(trials: tuple[TrialRecord, ...]) -> StudyResults:
    """What is known of the trials: the best, the scales, and which settings mattered."""
    best = max((one for one in trials if one.score is not None), key=lambda one: one.score or 0.0)
    axes = (
        AxisRecord("learning_rate", "log(0.0001, 1)", ((0.0, "0.0001"), (0.5, "0.01"), (1.0, "1"))),
        AxisRecord("width", "integers(16, 256, log=true)", ((0.01, "16"), (0.5, "64"), (0.99, "256"))),
        AxisRecord("optimiser", "choice(...)", ((0.25, "adamw"), (0.75, "sgd")), options=True),
        AxisRecord("momentum (optimiser: sgd)", "uniform(0, 1)", ((0.0, "0"), (1.0, "1"))),
    )
    important = tuple(
        ImportanceRecord(one.label, 0.5 / (at + 1), 0.01, 0.6 / (at + 1), 40) for at, one in enumerate(axes)
    )
    curve = CurveRecord("learning_rate", (0.1, 0.5, 0.9), (0.5, 0.2, 0.4), (0.4, 0.1, 0.3), (0.6, 0.3, 0.5))
    pairs = (PairRecord("learning_rate", "width", 0.1, 0.02, 0.2),)
    test = Score("accuracy", 0.9, 0.85, 0.94, True)
    said = ImportancesRecord(important, pairs, (curve,), 0.8, 0.02, 1.5)
    return StudyResults(best.number, axes=axes, importances=said, test=test)


def stored(folder: StudyFolder, number: int) -> None:
    """Keep so many trials in the study's own store; all but the last are being trained."""
    pytest.importorskip("optuna", reason="the extra for searches is not installed")
    from piste.tune.results.summary import space_of
    from piste.tune.store.store import Store
    from piste.tune.store.worker import Worker

    record = folder.record
    store = Store.create(record, folder.path, space_of(record), Worker.here(""))
    store.draw([replace(trial(at), status=TrialStatus.WAITING, losses=(), metrics=()) for at in range(number)])
    store.claim(number - 1)
    store.close()


FEW = Statistics(1.0, 0.5, 0.0, 2.0, 3.0, 0.25, numbers=(1.0, 2.0))


def graph() -> GraphRecord:
    """A layer of one weight, and its loss."""
    nodes = (
        NodeRecord(0, "00_dense.weight", NodeKind.WEIGHT, "", 1, (2,), "float32", value=FEW, gradient=FEW),
        NodeRecord(1, "inputs", NodeKind.INPUT, "", 0, (2,), "float32", value=FEW, gradient=None),
        NodeRecord(2, "00_dense/matmul", NodeKind.OPERATION, "matmul", 1, (), "f32", "net.py:3", "", FEW, FEW),
        NodeRecord(3, "loss/power", NodeKind.LOSS, "power", 2, (), "float32", value=FEW, gradient=FEW),
    )
    edges = (EdgeRecord(0, 2, 0.5, 1.0), EdgeRecord(1, 2), EdgeRecord(2, 3, 2.0, 1.0))
    groups = (
        GroupRecord(0, "all", "", "whole", None, 4, 2),
        GroupRecord(1, "00_dense", "00_dense", "layer", 0, 2, 2),
        GroupRecord(2, "loss", "loss", "layer", 0, 1, 0),
    )
    kept = KeptRecord("all", 4, 3, 0, 0.1, "All was kept.")
    return GraphRecord("two_class, test 0", 0.25, nodes, edges, groups, kept)


class Looked:
    """A look that needs no network."""

    graph = graph()

    def chain(self, weight: str) -> ChainRecord:
        """One path of two steps."""
        factors = (
            Factor(weight, "00_dense/matmul", 1.0, 2.0, 0.5, "the other factor"),
            Factor("00_dense/matmul", "loss/power", 2.0, 4.0, 4.0, "n x^(n - 1)"),
        )
        station = Station("00_dense/matmul", "matmul", (), FEW, 0.5, 4.0, 2.0)
        return ChainRecord(weight, 1.0, 2.0, 4.0, (station,), (PathRecord(factors, 2.0),), 1.0)


LOOKED = Looked()


def compared(first: RunFolder, second: RunFolder) -> ComparisonRecord:
    """A comparison that needs no network: the second is better, and they part in step 7."""
    score, now = Score("accuracy", 0.8, 0.7, 0.9, True), Score("accuracy", 0.9, 0.8, 0.95, True)
    return ComparisonRecord(
        str(first.path), str(second.path), (first.name, second.name), "2026-01-06T09:00:00Z",
        (Difference("setting", "learning_rate", "0.1", "0.01", "command"),),
        Parting("curves", 3, 7, (), ("learning rate",)), (ComparedScore(score, now, 0.1, 0.02, 0.2, "better"),),
        "accuracy", True, Agreement(100, 78, 2, 12, 8, 85, 0.01), ((), ()),
        "The second run is better: accuracy 0.8 and 0.9 on the same test examples.", ("A note.",),
    )  # fmt: skip
