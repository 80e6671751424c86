"""The report in a terminal."""

import re
from collections.abc import Callable

import pytest

from piste.core.panels import Chart, Fact, Facts, Grid, Panel, Text
from piste.core.runs import RunFolder
from piste.report import panels_of, text
from piste.report.plain_words import width_of

RunOf = Callable[[str], RunFolder]


@pytest.mark.parametrize("width", [40, 80, 132])
def test_no_line_is_wider_than_the_screen(folder: RunFolder, width: int) -> None:
    lines = text(panels_of(folder), width=width).splitlines()
    assert [line for line in lines if width_of(line) > width] == []


def test_nothing_steers_the_terminal(folder: RunFolder) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text(panels_of(folder)))


def test_colour_adds_nothing_but_colour(folder: RunFolder) -> None:
    panels = panels_of(folder)
    coloured = text(panels, colour=True)
    assert "\x1b[1m" in coloured
    assert re.sub(r"\x1b\[[0-9]*m", "", coloured) == text(panels)


def test_the_answer_is_on_the_first_screen(run_of: RunOf) -> None:
    first = " ".join(" ".join(text(panels_of(run_of("two_class"))).splitlines()[:24]).split())
    assert "Predicts income (two-class: <=50K or >50K) from 5 features, learnt on census." in first
    assert "[!] On accuracy the network is better than most frequent class; level with logistic regression" in first
    assert "accuracy on the test split 0.930 (95 % interval 0.911 to 0.949)" in first


def test_a_failed_run_says_why_at_once(run_of: RunOf) -> None:
    third = text(panels_of(run_of("failed"))).splitlines()[2]
    assert third.startswith("[x] This run failed. Row 81")


def test_a_small_report_is_written_so() -> None:
    panels = (
        Panel(
            "result",
            "Result",
            (
                Text("It works.", "good"),
                Facts((Fact("accuracy", "0.9", "0.8 to 1.0"), Fact("rows", "20"))),
                Grid(("name", "size"), (("a", "1"), ("bb", "22")), ("left", "right"), "All."),
                Chart("Loss", "It falls.", {}, Grid(("epoch",), (("1",),), ("right",))),
                Chart("tiny", "Not shown here.", {}, size="small"),
            ),
        ),
    )
    expected = (
        "Result\n======\n[ok] It works.\n\n"
        "accuracy  0.9 (0.8 to 1.0)\nrows      20\n\n"
        "name  size\n----  ----\na        1\nbb      22\nAll.\n\n"
        "* Loss\n  It falls.\n  epoch\n  -----\n      1\n"
    )
    assert text(panels) == expected
