"""Every chart of a view has a sentence and its numbers, and Chromium draws them all without a word."""

import dataclasses
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piste.core.compare import Agreement, ComparisonRecord, Difference, Parting
from piste.core.drift import ComparedScore
from piste.core.panels import Chart, Grid, Panel
from piste.core.records import Score, WrongExample
from piste.core.runs import RunFolder
from piste.core.views import (
    AttributionRecord,
    AttributionsRecord,
    BoundaryRecord,
    ExplainedRecord,
    LayerRecord,
    LayersRecord,
    MarkedPoint,
    PathRecord,
    SurfaceRecord,
    ViewRecord,
)
from piste.core.views_inside import (
    AdversarialRecord,
    AttackedRecord,
    EmbeddingRecord,
    ExcitingRecord,
    FilterRecord,
    FiltersRecord,
    HessianRecord,
    MappedRecord,
    MapRecord,
    MapsRecord,
    MistakesRecord,
    UnitRecord,
    UnitsRecord,
)
from piste.core.watched import Look, WatchedRecord
from piste.report import html, panels_of, text, write_report
from piste.report.compare import panels_of_comparison
from piste.report.view import DRAWN, panels_of_view, write_view

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
EVIL = "</script><img src=x onerror=alert(1)>"
GRID = tuple(tuple((x * x + 2 * y * y) / 20 + 0.1 for x in range(-4, 5)) for y in range(-4, 5))
LINE = tuple(float(at) for at in range(-4, 5))


def boundary(classes: tuple[str, ...]) -> BoundaryRecord:
    answers = tuple(tuple(float(x > y) for x in LINE) for y in LINE) if classes else GRID
    sure = tuple(tuple(0.5 + abs(x - y) / 20 for x in LINE) for y in LINE)
    lead = tuple(tuple(abs(x - y) / 10 for x in LINE) for y in LINE)
    known = (sure, sure) if classes else ()
    marked = (MarkedPoint(4.0, 5.0, (EVIL, EVIL), (0.5, 0.9) if classes else (math.nan, math.nan)),)
    right = (True, False, True) if classes else ()
    return BoundaryRecord(
        EVIL, "hours", LINE, LINE, ("before training", "after training"), (answers, answers), known,
        (lead, lead) if classes else (), classes, (0.0, 1.0, 2.0), (1.0, 1.0, -2.0), (0.0, 1.0, 1.0), right, marked,
    )  # fmt: skip


def surface(paths: bool) -> SurfaceRecord:
    gone = PathRecord(
        "rate 10",
        10.0,
        (-3.0, 30.0, math.nan),
        (2.0, -40.0, math.nan),
        (0, 1, 2),
        (2.0, 9.0, math.nan),
        (0, 1, math.nan),
    )
    right = PathRecord("rate 0.1", 0.1, (-3.0, -1.0, 0.0), (2.0, 1.0, 0.0), (0, 1, 2), (2.0, 0.5, 0.1), (0.1, 0.1, 0.0))
    losses = (*GRID[:8], (math.nan, *GRID[8][1:]))
    return SurfaceRecord("first", "second", LINE, LINE, losses, 512, (gone, right) if paths else ())


def layers() -> LayersRecord:
    edges = tuple(float(at) for at in range(5))
    one = LayerRecord(
        "00_dense",
        "Dense",
        (8,),
        edges,
        ((1, 2, 3, 4), (4, 3, 2, 1)),
        (0.1, 0.2),
        (1.0, 0.5),
        (0, 0),
        ((), (1, 7)),
        (math.nan, 0.5),
    )
    return LayersRecord(
        ("before training", "after training"), 100, "validation", (one, dataclasses.replace(one, path=EVIL))
    )


def watched() -> WatchedRecord:
    looks = tuple(
        Look(at, 1.0, 1.0, 1.0, 0.1, (1.0, 0.0), (0.1 / at, 0.0), (0.01, 0.01), (0.25,), (math.nan,), 0, 0)
        for at in range(1, 90)
    )
    return WatchedRecord(("00_dense/bias", EVIL), ("01_activation",), looks, 90)


def attributions(kind: str) -> AttributionsRecord:
    made = []
    for method in ("gradient", "gradient times input", "integrated gradients", "occlusion"):
        made.append(
            AttributionRecord(method, ((0.5, -0.25, 0.0),), 0.01 if method.startswith("integrated") else math.nan, PNG)
        )
    names = () if kind in ("pictures", "sequences") else ("a", EVIL, "c")
    held = ("1", "x", EVIL) if kind == "table" else ()
    lines = ((0.0, math.nan, 2.0), (1.0, 1.0, 1.0)) if kind == "sequences" else ()
    return AttributionsRecord(
        kind, "test", (ExplainedRecord(3, EVIL, "b", 0.9, "b", 1.0, 0.2, tuple(made), names, held, lines, PNG),)
    )


RECORDS: dict[str, tuple[str, Any]] = {
    "boundary": ("boundary", boundary((EVIL, "yes"))),
    "boundary of many classes": ("boundary", boundary((EVIL, *"bcdefgh"))),
    "boundary of numbers": ("boundary", boundary(())),
    "surface": ("surface", surface(True)),
    "surface alone": ("surface", surface(False)),
    "layers": ("layers", layers()),
    "gradients": ("gradients", watched()),
    **{
        f"attribution of {kind}": ("attribution", attributions(kind))
        for kind in ("table", "texts", "sequences", "pictures")
    },
    "filters": ("filters", FiltersRecord((FilterRecord(EVIL, 1, 2.0, (3, 3, 1), ((1.0,),), PNG),))),
    "maps": (
        "maps",
        MapsRecord(
            "test", (MappedRecord(1, EVIL, "b", math.nan, PNG, (MapRecord(EVIL, -1, (4, 3), ((1.0,),), PNG),)),)
        ),
    ),
    "units": (
        "units",
        UnitsRecord(
            "04_activation",
            "train",
            9,
            (
                UnitRecord(1, (ExcitingRecord(1, EVIL, 2.0, PNG, {}, (0, 0, 2, 2)),), 0.1, PNG, 3.0),
                UnitRecord(2, (ExcitingRecord(1, "a", 2.0, "", {EVIL: "1"}),), 0.1),
            ),
        ),
    ),
    "embedding": (
        "embedding",
        EmbeddingRecord("02_dense", "pca", "test", (0.0, 1.0), (1.0, 0.0), (EVIL, "b"), ("b", "b"), (1, 2), (0.7, 0.2)),
    ),
    "embedding of numbers": (
        "embedding",
        EmbeddingRecord(
            "02_dense",
            "umap",
            "test",
            LINE * 2,
            LINE * 2,
            tuple(f"{at}.5" for at in range(18)),
            ("1",) * 18,
            tuple(range(18)),
        ),
    ),
    "mistakes": (
        "mistakes",
        MistakesRecord(
            "train",
            9,
            2,
            EVIL,
            (EVIL, "b"),
            ((4, 1), (1, 3)),
            (),
            (WrongExample(7, EVIL, "b", 3.2, 0.9, {EVIL: "1"}, ""), WrongExample(8, "b", EVIL, 2.0, 0.8, {}, "")),
        ),
    ),
    "mistakes of numbers": (
        "mistakes",
        MistakesRecord(
            "test", 3, 0, "price", (), (), ((1.0, 1.5), (2.0, math.nan)), (WrongExample(1, "1", "9", 64.0),)
        ),
    ),
    "hessian": (
        "hessian",
        HessianRecord(40, 60, 3, (2.0, 1.0), (0.0, 0.1), -0.1, 3.0, (-0.1, 1.0, 2.0), (0.5, 0.3, 0.2)),
    ),
    "adversarial": (
        "adversarial",
        AdversarialRecord(
            "fast gradient sign",
            16.0,
            "levels of 255",
            1,
            "test",
            (
                AttackedRecord(4, "a", "a", 0.9, EVIL, 0.6, 16.0, PNG, PNG, PNG, (), 12.0),
                AttackedRecord(5, "a", "a", 0.9, "a", 0.6, 1.0, "", "", "", (f"{EVIL}: 1 to 2",)),
            ),
            (0.0, 16.0),
            (0.9, 0.2),
            20,
        ),
    ),
}


def panels(name: str) -> tuple[Panel, ...]:
    kind, data = RECORDS[name]
    return panels_of_view(ViewRecord(kind, f"The {name}", "run", data, {}, ("A note.",)))


def compared() -> ComparisonRecord:
    score = Score("accuracy", 0.9, 0.8, 0.95, True)
    return ComparisonRecord(
        "a", "b", ("first", EVIL), "2026-11-21T10:00:00Z", (Difference("setting", "seed", "0", EVIL),),
        Parting("trained again", 2, 17, ("00_dense/weight",), ("the learning rate: 0.1 and 0.2",), 1e-3),
        (ComparedScore(score, score, 0.0, -0.01, 0.01, "level"),), "accuracy", True,
        Agreement(20, 15, 2, 1, 2, 17, 1.0), ((), ()), "Neither run is surely better.",
    )  # fmt: skip


def test_all_views_are_tried() -> None:
    assert {kind for kind, _ in RECORDS.values()} == set(DRAWN)


@pytest.mark.parametrize("name", RECORDS)
def test_every_chart_has_a_sentence_and_its_numbers(name: str) -> None:
    for panel in panels(name):
        for block, after in zip(panel.blocks, (*panel.blocks[1:], None), strict=True):
            if isinstance(block, Chart):
                assert block.description.endswith(".")
                grid = block.numbers or after
                assert isinstance(grid, Grid), block.title
                assert all(len(row) == len(grid.columns) for row in grid.rows)
    assert text(panels(name))


def test_regions_are_named_where_colours_repeat() -> None:
    def names(chart: Chart) -> list[str]:
        written = [one for one in chart.spec["layer"] if one["mark"].get("fontWeight") == "bold"]
        return [value["name"] for layer in written for value in layer["data"]["values"]]

    for name, expected in (("boundary of many classes", 2), ("boundary", 0)):
        for panel in panels(name):
            charts = [block for block in panel.blocks if isinstance(block, Chart)]
            assert [len(names(one)) for one in charts] == [expected, expected]


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_chromium_draws_all_of_them_without_a_word(tmp_path: Path) -> None:
    every = [*(panel for name in RECORDS for panel in panels(name)), *panels_of_comparison(compared())]
    page = tmp_path / "views.html"
    page.write_text(html(tuple(every), "All views"), encoding="utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=20000")
    command = [str(CHROMIUM), *options, "--dump-dom", f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    outcome = subprocess.run(command, capture_output=True, timeout=120, check=True)
    dom, log = outcome.stdout.decode(), outcome.stderr.decode(errors="replace")
    charts = page.read_text("utf-8").count(' data-chart="')
    assert charts > 20
    assert dom.count(' data-drawn="yes"') == charts
    assert 'class="failed' not in dom
    assert "<img src=x" not in dom
    assert [line for line in log.splitlines() if ":CONSOLE" in line] == []


def test_the_report_ends_with_the_views_that_were_kept(run_of: Callable[[str], RunFolder]) -> None:
    folder = run_of("two_class")
    before = [panel.name for panel in panels_of(folder)]
    for name in ("hessian", "embedding"):
        write_view(folder, ViewRecord(name, f"The {name}", "run", RECORDS[name][1]))
    folder.write(b'{"name": "hessian", "data": 3}', "view-damaged.json")
    after = panels_of(folder)
    assert [panel.name for panel in after] == [*before, "view-damaged", "view-embedding", "view-hessian"]
    assert "view-damaged.json could not be read" in text(after)
    write_report(folder)
