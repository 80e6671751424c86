"""People beside the network on the same examples: counted by hand, and checked against scikit-learn."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, root_mean_squared_error

from piste.core.human import HumanAnswer, HumanRecord
from piste.core.records import Task, decode, encode
from piste.human.agreement import FLEISS
from piste.human.judge import baseline
from piste.human.known import Known
from piste.human.shares import difference, wilson

TRUTH = "aabbccaabb"
NETWORK = "aabbcbabba"
KNOWN = Known(
    Task.MANY_CLASS,
    ("a", "b", "c"),
    np.arange(10, 20),
    np.array([*TRUTH], object),
    np.array([*NETWORK], object),
    np.linspace(0.5, 0.95, 10),
)


def said(name: str, labels: str, *, again: bool = False, first: int = 10) -> list[HumanAnswer]:
    """One answer per sign; a full stop is a skip, a blank nothing."""
    return [
        HumanAnswer(first + at, name, again, () if sign == "." else (sign,), seconds=2.0 + at)
        for at, sign in enumerate(labels)
        if sign != " "
    ]


def judged(answers: Sequence[HumanAnswer], known: Known = KNOWN) -> HumanRecord:
    record = baseline(known, answers, 3, lambda row: ({"row": str(row)}, ""))
    assert decode(encode(record), HumanRecord) == record
    return record


def test_person_and_network_are_judged_on_the_same_rows() -> None:
    record = judged(said("ann", "aabb.bbab"))
    (ann,) = record.labellers
    assert (record.rows, record.of, ann.rows, ann.skipped) == (8, 10, 8, 1)
    # Of rows 10-13 and 15-18, ann has 10 11 12 13 17 18 right, the network 10 11 12 13 16 18.
    person, network = wilson(6, 8), wilson(6, 8)
    assert (ann.score.value, ann.score.low, ann.score.high) == (person.value, person.low, person.high)
    assert ann.network.value == network.value
    assert ann.difference == difference(1, 1, 8)
    assert ann.verdict == "level"
    assert ann.seconds == 6.0
    kept = [at for at in range(9) if at != 4]
    truth = [TRUTH[at] for at in kept]
    assert ann.truth.beyond.value == pytest.approx(cohen_kappa_score([*"aabbbbab"], truth))
    assert "ann has an accuracy of 75 % (41 to 93 %)" in record.verdict
    assert "cannot tell them apart" in record.verdict
    assert dict(record.needed)[0.1] == pytest.approx(96, abs=4)


def test_a_later_answer_replaces_an_earlier_one() -> None:
    answers = [*said("ann", "bb"), *said("ann", "aa")]
    (ann,) = judged(answers).labellers
    assert (ann.rows, ann.score.value) == (2, 1.0)


def test_the_verdict_follows_the_interval() -> None:
    truth = np.array(["a", "b"] * 20, object)
    right = Known(Task.TWO_CLASS, ("a", "b"), np.arange(40), truth, truth)
    wrong = Known(Task.TWO_CLASS, ("a", "b"), np.arange(40), truth, truth[::-1].copy())
    (behind,) = judged(said("ann", "ba" * 20, first=0), right).labellers
    assert (behind.verdict, behind.difference.value) == ("better", 1.0)
    record = judged(said("ann", "ab" * 20, first=0), wrong)
    assert record.labellers[0].verdict == "worse"
    assert "ann is better, by 100 % (86 to 100 %)" in record.verdict


def test_a_second_pass_is_compared_with_the_first() -> None:
    (ann,) = judged([*said("ann", "aabbcc"), *said("ann", "aabbca", again=True)]).labellers
    assert ann.again is not None
    assert ann.again.rows == 6
    assert ann.again.share == wilson(5, 6)
    assert ann.again.beyond.value == pytest.approx(cohen_kappa_score([*"aabbcc"], [*"aabbca"]))
    assert ann.score.value == 1.0


def test_people_are_compared_on_the_rows_that_they_share() -> None:
    record = judged([*said("ann", "aabbcc"), *said("bob", "abbbcc"), *said("eve", "aabb")])
    assert [one.between for one in record.together] == [
        ("ann", "bob"),
        ("ann", "eve"),
        ("bob", "eve"),
        ("ann", "bob", "eve"),
    ]
    assert [one.rows for one in record.together] == [6, 4, 4, 4]
    assert record.together[0].beyond.value == pytest.approx(cohen_kappa_score([*"aabbcc"], [*"abbbcc"]))
    assert record.together[-1].measure == FLEISS
    assert record.together[-1].share == wilson(3, 4)


def test_suspects_are_labels_against_which_all_agree() -> None:
    # Row 16 is labelled a: ann and bob say b. Row 17 is labelled a: ann and the network say b. Row 18 is labelled b,
    # and only ann says a. Row 19 is labelled b, and ann and bob differ.
    record = judged([*said("ann", "aabbccbbaa"), *said("bob", "aabbccb  b")])
    assert [(one.row, one.truth, one.answers) for one in record.suspects] == [
        (17, "a", {"ann": "b"}),
        (16, "a", {"ann": "b", "bob": "b"}),
    ]
    assert record.suspects[1].values == {"row": "16"}


def test_the_suspects_against_which_most_speak_come_first() -> None:
    record = judged([*said("ann", "      bb"), *said("bob", "      bb")])
    assert [(one.row, one.network) for one in record.suspects] == [(17, "b"), (16, "a")]


def test_disagreements_begin_where_the_network_is_surest() -> None:
    record = judged(said("ann", "ba  b"))
    assert [one.row for one in record.disagreements] == [14, 10]
    assert record.disagreements[0].confidence == pytest.approx(0.7)


def test_answers_to_rows_that_are_no_more_count_in_nothing() -> None:
    record = judged(said("ann", "aaaa", first=500))
    assert (record.rows, record.labellers, record.verdict) == (0, (), "Nobody has answered yet.")


def test_who_could_never_say_is_left_out() -> None:
    assert judged([*said("ann", "...."), *said("bob", "aa")]).labellers[0].name == "bob"


def test_numbers_are_judged_by_their_error() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(10, 3, 40)
    network, person = truth + random.normal(0, 0.2, 40), truth + random.normal(0, 2, 40)
    known = Known(Task.REGRESSION, (), np.arange(40), truth, network)
    answers = [HumanAnswer(row, "ann", False, number=float(value)) for row, value in enumerate(person)]
    record = judged(answers, known)
    (ann,) = record.labellers
    assert ann.score.value == pytest.approx(root_mean_squared_error(truth, person))
    assert ann.network.value == pytest.approx(root_mean_squared_error(truth, network))
    assert ann.difference.value == pytest.approx(ann.score.value - ann.network.value)
    assert ann.difference.low < ann.difference.value < ann.difference.high
    assert (ann.score.name, ann.score.higher_is_better, ann.verdict) == ("RMSE", False, "better")
    assert record.suspects == ()
    apart = [abs(person[one.row] - network[one.row]) for one in record.disagreements]
    assert apart == sorted(apart, reverse=True)
    assert ann.truth.apart is not None
    assert ann.truth.apart.value == pytest.approx(ann.score.value)


def test_a_few_numbers_decide_nothing() -> None:
    truth = np.arange(20.0)
    known = Known(Task.REGRESSION, (), np.arange(20), truth, truth)

    def verdict(rows: int) -> str:
        answers = [HumanAnswer(row, "ann", False, number=float(truth[row] + 3 + row % 2)) for row in range(rows)]
        return judged(answers, known).labellers[0].verdict

    assert (verdict(3), verdict(20)) == ("level", "better")


def test_one_answer_is_enough_and_says_how_little_it_is() -> None:
    (ann,) = judged(said("ann", "a")).labellers
    assert ann.score.high - ann.score.low > 0.5
    assert "On the one test example that ann answered" in judged(said("ann", "a")).verdict
    assert math.isnan(ann.truth.beyond.value)
