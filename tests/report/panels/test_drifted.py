"""Panels about new data, from a record alone."""

from piste.core.drift import (
    Change,
    ComparedScore,
    DriftRecord,
    DriftTest,
    Fit,
    SchemaChange,
    TraitDrift,
)
from piste.core.panels import Chart, Facts, Grid, Text
from piste.core.records import Distribution, Kind, Score, decode, encode
from piste.report import html, text
from piste.report.drift import panels_of_drift

SCORE = Score("accuracy", 0.9, 0.88, 0.92, higher_is_better=True)
NOW = Score("accuracy", 0.7, 0.68, 0.72, higher_is_better=True)
BINS = Distribution((1, 2), edges=(0.0, 1.0, 2.0)), Distribution((2, 1), edges=(0.0, 1.0, 2.0))
LEVELS = Distribution((5, 5), labels=("a", "<b>")), Distribution((1, 9), labels=("a", "<b>"))
RECORD = DriftRecord(
    run="runs/one",
    source="new.csv",
    rows=1234,
    reference=2000,
    created="2026-11-21T14:00:00Z",
    fit=Fit.WORSE,
    verdict="Worse: re-train. Its accuracy fell.",
    command="piste train new.csv --target sort",
    main="accuracy",
    schema=(
        SchemaChange(Change.NEW, "extra", "The column 'extra' is new.", alarm=False),
        SchemaChange(Change.UNITS, "size", "The numbers of 'size' are about 1,000 times as large.", alarm=True),
    ),
    traits=(
        TraitDrift("place", "place", Kind.CATEGORY, 0.02, 0.01, 1.0, False, "", *LEVELS),
        TraitDrift("size", "size", Kind.NUMBER, 0.4, 0.9, 1e-12, True, "median 1, now 1000", *BINS),
        TraitDrift("day", "day", Kind.DATE, 1.0, 9.0, 1.0, False, "from 2025-01-01", counts=False),
    ),
    tests=(DriftTest("the target (label shift)", "chi-squared", "share", 0.4, 0.05, 1e-12, True, "'a' 50%, now 10%"),),
    scores=(ComparedScore(SCORE, NOW, -0.2, -0.23, -0.17, "worse"),),
    notes=("10 rows have no answer.",),
)


def test_the_answer_comes_first_and_says_how_to_go_on() -> None:
    first, *_ = panels_of_drift(RECORD)
    banner, facts, _ = first.blocks
    assert isinstance(banner, Text)
    assert banner.tone == "bad"
    assert isinstance(facts, Facts)
    assert facts.facts[-1].value == "piste train new.csv --target sort"


def test_alarms_and_the_farthest_columns_stand_first() -> None:
    panels = {panel.name: panel for panel in panels_of_drift(RECORD)}
    (form,) = panels["schema"].blocks
    assert isinstance(form, Grid)
    assert [row[0] for row in form.rows] == ["size", "extra"]
    table, first, second = panels["traits"].blocks
    assert isinstance(table, Grid)
    assert [(row[0], row[4]) for row in table.rows] == [
        ("size", "drifted"),
        ("day", "does not count"),
        ("place", "alike"),
    ]
    assert isinstance(first, Chart)
    assert isinstance(second, Chart)
    assert (first.title, second.title) == ("size", "place")
    (scores,) = (block for block in panels["scores"].blocks if isinstance(block, Grid))
    assert scores.rows == (("accuracy (decides)", "0.900 (0.880 to 0.920)", "0.700 (0.680 to 0.720)",
                            "-0.200 (-0.230 to -0.170)", "worse"),)  # fmt: skip


def test_charts_show_shares_of_both_times() -> None:
    chart = next(block for block in panels_of_drift(RECORD)[-1].blocks if isinstance(block, Chart))
    rows = chart.spec["data"]["values"]
    assert [(row["series"], round(row["share"], 2)) for row in rows] == [
        ("training", 0.33),
        ("training", 0.67),
        ("now", 0.67),
        ("now", 0.33),
    ]


def test_page_and_text_are_whole_and_nothing_of_the_data_runs() -> None:
    record = decode(encode(RECORD), DriftRecord)
    assert record == RECORD
    page = html(panels_of_drift(record), "new data")
    assert "label shift" in page
    assert "<b>" not in page
    shown = text(panels_of_drift(record))
    assert "[x] Worse: re-train." in shown
    assert "10 rows have no answer." in shown


def test_a_record_with_nothing_but_a_verdict_is_shown() -> None:
    bare = DriftRecord("runs/one", "new.csv", 1, 1, "", Fit.FITS, "The network still fits.", "piste train new.csv")
    (panel,) = panels_of_drift(bare)
    assert "piste train" not in text((panel,))
