"""Measured values with the digits that their intervals justify, and the verdict in sentences."""

import math
from dataclasses import replace

import pytest

from piste.core.human import AgreementRecord, Interval, LabellerRecord
from piste.core.records import Score
from piste.human.words import number, share, verdict

LEVEL = Interval(0.02, -0.06, 0.1)
AGREED = AgreementRecord(("ann", "the labels"), 50, "Cohen's kappa", LEVEL)
SCORE = Score("accuracy", 0.9, 0.79, 0.96, higher_is_better=True)
ANN = LabellerRecord("ann", 1050, 0, 2.0, SCORE, replace(SCORE, value=0.92), LEVEL, "level", AGREED)
ERROR = Score("RMSE", 3.25, 2.5, 4.0, higher_is_better=False)
BOB = replace(ANN, name="bob", score=ERROR, network=replace(ERROR, value=2.0), difference=Interval(1.25, 0.5, 2.0))


@pytest.mark.parametrize(
    ("measured", "text"),
    [
        (Interval(0.25, -0.4, 0.7), "25 % (-40 to 70 %)"),
        (Interval(0.9321, 0.9188, 0.9433), "93.2 % (91.9 to 94.3 %)"),
        (Interval(-0.0001, -0.2, 0.2), "0 % (-20 to 20 %)"),
    ],
)
def test_shares(measured: Interval, text: str) -> None:
    assert share(measured) == text


@pytest.mark.parametrize(
    ("measured", "text"),
    [
        (Interval(12345.6, 11000.0, 13000.0), "12,346 (11,000 to 13,000)"),
        (Interval(0.01234, 0.012, 0.013), "0.01234 (0.01200 to 0.01300)"),
        (Interval(1.0, 1.0, 1.0), "1 (1 to 1)"),
        (Interval(math.nan, math.nan, math.nan), "not defined"),
    ],
)
def test_numbers(measured: Interval, text: str) -> None:
    assert number(measured) == text


def test_the_verdict_names_who_is_better_and_by_how_much() -> None:
    said = verdict([ANN, replace(BOB, verdict="better")])
    assert said.startswith("On the 1,050 test examples that ann answered, ann has an accuracy of 90 % (79 to 96 %)")
    assert "These examples cannot tell them apart: the network's lead is 2 % (-6 to 10 %)." in said
    assert "bob has a mean error (RMSE) of 3.2 (2.5 to 4.0)" in said
    assert said.endswith("The network is better, by 1.2 (0.5 to 2.0).")


def test_a_person_who_is_better_is_so_by_a_positive_number() -> None:
    worse = replace(ANN, verdict="worse", difference=Interval(-0.08, -0.14, -0.02))
    assert verdict([worse]).endswith("ann is better, by 8 % (2 to 14 %).")
