"""People beside the network, and two columns of labels, as panels."""

from dataclasses import replace

from piste.core.human import (
    AgreementRecord,
    DifferingRow,
    HumanExample,
    HumanRecord,
    Interval,
    LabellerRecord,
    LabelsCompared,
)
from piste.core.panels import Block, Chart, Facts, Grid, Panel, Pictures
from piste.core.records import Score, Task
from piste.report import html, text
from piste.report.panels.columns import columns
from piste.report.panels.human import human

HALF = Interval(0.5, 0.25, 0.75)
AGREED = AgreementRecord(("ann", "the labels"), 20, "Cohen's kappa", HALF, Interval(0.75, 0.53, 0.89))
NUMBERS = AgreementRecord(("ann", "the labels"), 20, "concordance correlation", HALF, apart=Interval(2.5, 2.0, 3.0))
SCORE = Score("accuracy", 0.75, 0.53, 0.89, higher_is_better=True)
LEAD = Interval(0.1, -0.05, 0.25)
ANN = LabellerRecord("ann", 20, 2, 3.5, SCORE, replace(SCORE, value=0.85), LEAD, "level", AGREED)
EXAMPLE = HumanExample(3, "cat", "dog", {"ann": "dog"}, 0.9, {"size": "4"})
RECORD = HumanRecord(Task.TWO_CLASS, 20, 100, "Level.", (ANN,), (), (EXAMPLE,), (EXAMPLE,), ((0.1, 93),))


def kinds(blocks: tuple[Block, ...]) -> list[str]:
    return [type(block).__name__ for block in blocks]


def test_each_person_stands_beside_the_network_on_the_same_examples() -> None:
    blocks = human(RECORD)
    assert kinds(blocks) == ["Text", "Chart", "Grid", "Grid", "Text", "Grid", "Text", "Grid"]
    chart, people = blocks[1], blocks[2]
    assert isinstance(chart, Chart)
    assert [row["label"] for row in chart.spec["data"]["values"]] == ["ann", "network, for ann"]
    assert isinstance(people, Grid)
    assert people.rows[0][:4] == ("ann", "20", "2", "3.5 s")
    assert people.rows[0][-1] == "level"
    assert "±10 % takes 93 answers" in people.caption


def test_agreement_with_labels_oneself_and_others_is_one_table() -> None:
    twice = replace(ANN, again=replace(AGREED, between=("ann", "the second pass")))
    three = replace(AGREED, between=("ann", "bob", "eve"), measure="Fleiss' kappa")
    grid = human(replace(RECORD, labellers=(twice,), together=(three,)))[3]
    assert isinstance(grid, Grid)
    assert [row[0] for row in grid.rows] == ["ann and the labels", "ann and the second pass", "ann, bob, eve"]
    assert grid.rows[0][2:] == ("75 % (53 to 89 %)", "0.5 (0.25 to 0.75)", "Cohen's kappa")


def test_pictures_are_shown_where_there_are_any() -> None:
    shown = replace(EXAMPLE, picture="AAAA")
    blocks = human(replace(RECORD, suspects=(shown,), disagreements=()))
    assert isinstance(blocks[-1], Pictures)
    assert blocks[-1].pictures[0].lines == ("label: cat", "ann: dog", "network: dog (90 % sure)", "row 3")


def test_numbers_are_said_to_be_apart() -> None:
    error = Score("RMSE", 2.5, 2.0, 3.0, higher_is_better=False)
    ann = replace(ANN, score=error, network=error, truth=NUMBERS)
    record = replace(RECORD, task=Task.REGRESSION, labellers=(ann,), suspects=(), needed=())
    grid = human(record)[3]
    assert isinstance(grid, Grid)
    assert grid.rows[0][2] == "apart by 2.5 (2.0 to 3.0)"
    assert "Where a person and the network are furthest apart" in text((Panel("human", "People", human(record)),))


def test_nobody_gives_no_panel() -> None:
    assert human(replace(RECORD, labellers=())) == ()


def test_names_from_people_cannot_become_markup() -> None:
    ann = replace(ANN, name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in html((Panel("human", "People", human(replace(RECORD, labellers=(ann,)))),), "x")


def test_two_columns_as_a_panel() -> None:
    record = LabelsCompared(
        "t", ("ann", "bob"), Task.TWO_CLASS, 20, 1, AGREED, SCORE, "They agree.", HALF, ("cat", "dog"),
        ((8, 2), (3, 7)), 5, (DifferingRow(4, ("cat", "dog"), {"size": "4", "note": ""}),), ((0.05, 288),),
    )  # fmt: skip
    panel = columns(record)
    assert kinds(panel.blocks) == ["Text", "Facts", "Grid", "Grid"]
    facts = panel.blocks[1]
    assert isinstance(facts, Facts)
    said = {fact.label: fact.value for fact in facts.facts}
    assert said["agreement"] == "75 % (53 to 89 %)"
    assert said["highest honest score"] == "50 % (25 to 75 %)"
    assert said["rows to label twice"] == "288 for ±5 %"
    table, rows = panel.blocks[2], panel.blocks[3]
    assert isinstance(table, Grid)
    assert table.rows == (("cat", "8", "2"), ("dog", "3", "7"))
    assert isinstance(rows, Grid)
    assert rows.rows == (("4", "cat", "dog", "4", ""),)
    assert text((panel,)).startswith("ann and bob\n")
    wide = replace(record, classes=tuple(map(str, range(30))), confusion=((0,) * 30,) * 30, examples=(), ceiling=None)
    assert kinds(columns(wide).blocks) == ["Text", "Facts"]
