"""The labelling page: what it is told, what it may do, and that each answer is kept at once."""

from collections.abc import Callable
from typing import Any

import pytest

from piste.core.records import Task
from piste.human.asking import Question
from piste.human.form import Form

Open = Callable[..., Any]


def test_the_state_holds_the_example_and_nothing_of_its_label(visit: Open) -> None:
    picture = Question(pictures={"image": "iVBORw0KGgo="}, text="A text <b>", values={"size": "4"})
    state = visit(question=lambda row: picture).get("label/state").json()
    assert (state["at"], state["total"], state["done"], state["kind"]) == (0, 4, 0, "class")
    assert state["classes"] == ["red", "green", "blue"]
    assert state["keys"] == ["1", "2", "3"]
    assert state["pictures"] == [{"name": "image", "source": "data:image/png;base64,iVBORw0KGgo="}]
    assert (state["text"], state["values"]) == ("A text <b>", [["size", "4"]])
    assert state["before"] is None
    told = {"at", "total", "done", "kind", "target", "classes", "keys", "finished", "ended"}
    assert set(state) == told | {"values", "features", "text", "pictures", "before"}


def test_answers_are_kept_at_once_and_can_be_changed(visit: Open) -> None:
    page = visit()
    assert page.done("answer", 0, labels=["red"]).json()["at"] == 1
    assert page.said == [(5, "red")]
    assert page.done("skip", 1).json()["at"] == 2
    back = page.done("back", 2).json()
    assert (back["at"], back["before"]["said"]) == (1, "")
    page.done("answer", 1, labels=["blue"])
    assert page.said == [(5, "red"), (3, ""), (3, "blue")]
    page.done("back", 2)
    assert page.done("forward", 1).json()["at"] == 2
    assert page.done("forward", 2).json()["at"] == 2


def test_a_second_press_or_an_old_window_changes_nothing(visit: Open) -> None:
    page = visit()
    page.done("answer", 0, labels=["red"])
    assert page.done("answer", 0, labels=["blue"]).json()["at"] == 1
    assert page.said == [(5, "red")]


def test_after_the_last_example_one_may_go_back_or_finish(visit: Open) -> None:
    page = visit()
    for at in range(4):
        state = page.done("answer", at, labels=["red"]).json()
    assert state["ended"]
    assert "values" not in state
    assert page.done("answer", 4, labels=["red"]).json()["ended"]
    assert not page.done("back", 4).json()["ended"]
    assert page.ended == 0
    assert page.done("finish", 3).json()["finished"]
    assert page.ended == 1
    assert len(page.said) == 4


def test_numbers_and_several_labels(visit: Open) -> None:
    page = visit(Form(Task.REGRESSION, "price"))
    assert page.get("label/state").json()["kind"] == "number"
    page.done("answer", 0, number="2.5")
    refused = page.done("answer", 1, number="much")
    assert (refused.status_code, refused.json()["error"], refused.json()["at"]) == (400, "'much' is no number.", 1)
    assert page.said == [(5, "2.5")]


def test_any_number_of_labels(visit: Open) -> None:
    page = visit(Form(Task.MULTI_LABEL, "tags", ("red", "green", "blue")))
    assert page.get("label/state").json()["kind"] == "labels"
    page.done("answer", 0, labels=["blue", "red"])
    page.done("answer", 1, labels=[])
    assert page.said == [(5, "red, blue"), (3, "none")]


@pytest.mark.parametrize("said", [{"labels": ["pink"]}, {"labels": []}, {"labels": "red"}, {"at": "0"}])
def test_what_is_no_answer_is_refused_and_nothing_kept(visit: Open, said: dict[str, Any]) -> None:
    page = visit()
    assert page.done("answer", **{"at": 0, **said}).status_code == 400
    assert page.said == []


def test_bodies_that_are_no_json_or_too_long_are_refused(visit: Open) -> None:
    page = visit()
    place = "/a-token-for-tests/label/done"
    assert page.client.post(place, content="what=skip").status_code == 415
    assert page.client.post(place, json={"what": "answer", "number": "1" * 20_000}).status_code == 413
    assert page.get("label/done").status_code == 405
    assert page.said == []
