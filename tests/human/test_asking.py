"""Which example is next, and that no answer is lost."""

from collections.abc import Callable

import pytest

from piste.core.human import ANSWERS, HumanAnswer
from piste.core.runs import RunFolder
from piste.human.asking import Asking, drawn_order
from piste.human.form import Reply

Ask = Callable[..., Asking]

RED, BLUE = Reply(("red",)), Reply(("blue",))


def shown(asking: Asking) -> str:
    return asking.question.values["row"]


def test_each_answer_is_on_the_disk_at_once_and_the_next_call_goes_on(asking: Ask, run: RunFolder) -> None:
    first = asking()
    assert shown(first) == "number 5"
    first.answer(RED)
    assert [(one.row, one.labels) for one in run.lines(HumanAnswer, ANSWERS)] == [(5, ("red",))]
    first.skip()
    again = asking()  # as after a kill
    assert (shown(again), again.place.done) == ("number 8", 2)
    again.answer(BLUE)
    again.answer(BLUE)
    assert again.ended
    assert asking().ended
    assert [one.labels for one in run.lines(HumanAnswer, ANSWERS)] == [("red",), (), ("blue",), ("blue",)]


def test_who_goes_back_sees_the_answer_and_may_change_it(asking: Ask, run: RunFolder) -> None:
    one = asking()
    one.answer(RED)
    one.answer(RED)
    one.back()
    assert shown(one) == "number 3"
    assert one.before is not None
    assert one.before.said == "red"
    one.answer(BLUE)
    assert shown(one) == "number 8"
    assert [(line.row, line.said) for line in run.lines(HumanAnswer, ANSWERS)] == [(5, "red"), (3, "red"), (3, "blue")]
    assert asking().place.answers[3].said == "blue"


def test_back_stops_at_the_first_and_forward_at_the_first_without_an_answer(asking: Ask) -> None:
    one = asking()
    one.back()
    one.forward()
    assert shown(one) == "number 5"
    one.answer(RED)
    one.back()
    one.forward()
    assert shown(one) == "number 3"


def test_after_the_last_answer_one_can_still_go_back(asking: Ask) -> None:
    one = asking()
    for _ in range(4):
        one.answer(RED)
    assert one.ended
    assert one.before is None
    one.back()
    assert shown(one) == "number 1"
    one.answer(BLUE)
    assert one.ended


def test_people_and_passes_do_not_mix(asking: Ask) -> None:
    asking().answer(RED)
    assert asking(name="bob").place.done == 0
    assert asking(again=True).place.done == 0
    assert asking().place.done == 1


def test_the_time_of_an_answer_is_from_showing_to_answering_but_no_break(asking: Ask, run: RunFolder) -> None:
    times = iter([0.0, 2.5, 2.5, 5000.0, 5000.0])
    one = asking(clock=lambda: next(times))
    one.answer(RED)
    one.answer(RED)
    assert [line.seconds for line in run.lines(HumanAnswer, ANSWERS)] == [2.5, 600.0]


@pytest.mark.parametrize("again", [False, True])
def test_the_order_is_a_draw_that_the_seed_repeats(again: bool) -> None:
    rows = tuple(range(100, 160))
    order = drawn_order(rows, 3, again=again)
    assert sorted(order) == list(rows)
    assert order == drawn_order(rows, 3, again=again)
    assert len({order, rows, drawn_order(rows, 4, again=again), drawn_order(rows, 3, again=not again)}) == 4
