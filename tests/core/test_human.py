"""The records of the human baseline are read as they were written."""

import math

from piste.core.human import (
    AgreementRecord,
    DifferingRow,
    HumanAnswer,
    HumanExample,
    HumanRecord,
    Interval,
    LabellerRecord,
    LabelsCompared,
)
from piste.core.records import Score, Task, decode, encode, encode_line

HALF = Interval(0.5, 0.25, 0.75)
UNKNOWN = Interval(0.5, math.nan, math.nan)
AGREED = AgreementRecord(("ann", "the labels"), 8, "Cohen's kappa", HALF, HALF)
SCORE = Score("accuracy", 0.5, 0.2, 0.8, higher_is_better=True)
ANN = LabellerRecord("ann", 8, 1, 2.5, SCORE, SCORE, HALF, "level", AGREED, AGREED)
ROW = DifferingRow(4, ("cat", "dog"), {"size": "4"})
EXAMPLE = HumanExample(3, "cat", "dog", {"ann": "dog"}, 0.9, {"size": "4"}, "")


def test_the_baseline_is_read_as_it_was_written() -> None:
    record = HumanRecord(Task.TWO_CLASS, 8, 20, "Level.", (ANN,), (AGREED,), (EXAMPLE,), (EXAMPLE,))
    assert decode(encode(record), HumanRecord) == record


def test_two_columns_are_read_as_they_were_written() -> None:
    counts = ((3, 1), (0, 4))
    record = LabelsCompared(
        "t", ("a", "b"), Task.TWO_CLASS, 8, 1, AGREED, SCORE, "", HALF, ("cat", "dog"), counts, 1, (ROW,), ((0.05, 9),)
    )
    assert decode(encode(record), LabelsCompared) == record


def test_an_interval_that_is_not_known_stays_so() -> None:
    read = decode(encode(AgreementRecord((), 1, "", UNKNOWN)), AgreementRecord)
    assert math.isnan(read.beyond.low)
    assert read.share is None


def test_an_answer_says_what_was_said() -> None:
    label, number, neither = (
        HumanAnswer(1, "ann", False, ("cat",)),
        HumanAnswer(1, "ann", True, number=2.5),
        HumanAnswer(1, "ann", False),
    )
    assert [one.said for one in (label, number, neither)] == ["cat", "2.5", ""]
    assert [one.skipped for one in (label, number, neither)] == [False, False, True]
    for one in (label, number, neither):
        assert decode(encode_line(one), HumanAnswer) == one
