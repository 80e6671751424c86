"""The panel of the linter: each cause with its evidence, its examples and its fix; every rule by name."""

from dataclasses import replace

from piste.core.findings import Evidence, Finding, LintRecord, Outcome, RuleRecord, Severity, Shown, ShownChart
from piste.core.panels import Chart, Grid, Lines, Picture, Pictures, Text
from piste.report.panels.linted import linted

FINDING = Finding(
    "D101", Severity.ERROR, "12 rows stand in two splits", (Evidence("rows in two splits", "12", "0"),), "Copies.",
    "piste train --group id", "rules/D101", shown=(Shown(3, "in train"), Shown(9, "the same in test")),
)  # fmt: skip


def record(finding: Finding | None) -> LintRecord:
    outcome = Outcome.FOUND if finding else Outcome.PASSED
    rules = (
        RuleRecord(
            "D101", "copies", "No row stands in two splits", "data", outcome, findings=(finding,) if finding else ()
        ),
        RuleRecord("L106", "ignores", "It is ignored", "loss", Outcome.NOT_RUN, "Declare it."),
    )
    return LintRecord("iris", rules, 1.0)


def test_a_finding_is_shown_with_its_examples() -> None:
    banner, evidence, words, examples, rules = linted(record(FINDING))
    assert banner == Text("D101: 12 rows stand in two splits", "bad")
    assert isinstance(evidence, Grid)
    assert evidence.rows == (("rows in two splits", "12", "0"),)
    assert words == Lines(("Cause: Copies.", "Fix: piste train --group id"))
    assert isinstance(examples, Grid)
    assert examples.rows == (("3", "in train"), ("9", "the same in test"))
    assert isinstance(rules, Grid)
    assert [row[3] for row in rules.rows] == ["found", "not run"]


def test_examples_with_pictures_are_shown_as_pictures() -> None:
    pictured = replace(FINDING, shown=(Shown(3, "in train", picture="AAAA"),))
    assert Pictures((Picture("AAAA", "Example 3: in train", ("in train", "row 3")),)) in linted(record(pictured))


def test_nothing_found_is_said() -> None:
    assert linted(record(None))[0] == Text("Nothing was found.", "good")


def test_stages_are_told_apart_where_more_than_one_was_asked() -> None:
    before = record(FINDING)
    after = (
        RuleRecord("T203", "overfits", "It does not over-fit", "loop", Outcome.PASSED),
        RuleRecord("E301", "beats", "It beats the simple models", "evaluation", Outcome.PASSED),
    )
    texts = [block for block in linted(replace(before, rules=before.rules + after)) if isinstance(block, Text)]
    assert texts == [
        Text("Before the training: 1 finding.", "lead"),
        Text("D101: 12 rows stand in two splits", "bad"),
        Text("While it went on: nothing was found.", "good"),
        Text("Once it was over: nothing was found.", "good"),
    ]


def test_charts_of_a_finding_are_drawn() -> None:
    spec = {"mark": "bar", "data": {"values": [{"split": "test", "copies": 12}]}}
    charted = replace(FINDING, charts=(ShownChart("Copies", "How many there are.", spec),))
    numbers = Grid(("split", "copies"), (("test", "12"),))
    assert Chart("Copies", "How many there are.", spec, numbers, "half") in linted(record(charted))
