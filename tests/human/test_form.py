"""What is typed, read as what was asked for."""

import pytest

from piste.core.records import Task
from piste.human.form import Form, Reply, UnclearAnswerError

ANIMALS = Form(Task.MANY_CLASS, "animal", ("cat", "dog", "dormouse"))
DIGITS = Form(Task.MANY_CLASS, "digit", tuple("0123456789"))
MANY = Form(Task.MANY_CLASS, "species", tuple(f"species {at}" for at in range(1, 41)))
TAGS = Form(Task.MULTI_LABEL, "tags", ("comedy", "drama", "science fiction"))
PRICE = Form(Task.REGRESSION, "price")


def test_classes_have_the_keys_from_one_and_digits_their_own() -> None:
    assert ANIMALS.keys == ("1", "2", "3")
    assert DIGITS.keys == DIGITS.classes
    assert MANY.keys == ()
    middle = Form(Task.MANY_CLASS, "x", tuple(f"class {at}" for at in range(32))).keys
    assert len(set(middle)) == 32
    assert not {"s", "b", "q", "m"} & set(middle)


def test_one_key_is_an_answer_only_where_there_is_one_per_class() -> None:
    assert [form.by_key for form in (ANIMALS, DIGITS, MANY, TAGS, PRICE)] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("form", "text", "labels"),
    [
        (ANIMALS, "1", ("cat",)),
        (ANIMALS, "dog", ("dog",)),
        (ANIMALS, "DOR", ("dormouse",)),
        (DIGITS, "0", ("0",)),
        (MANY, "17", ("species 17",)),
        (MANY, "species 3", ("species 3",)),
        (TAGS, "31", ("comedy", "science fiction")),
        (TAGS, "drama, comedy", ("comedy", "drama")),
        (TAGS, "science fiction", ("science fiction",)),
        (TAGS, "-", ("none",)),
    ],
)
def test_keys_names_beginnings_and_places_are_understood(form: Form, text: str, labels: tuple[str, ...]) -> None:
    assert form.read(text) == Reply(labels)


@pytest.mark.parametrize(("text", "number"), [("2.5", 2.5), (" -1e3 ", -1000.0)])
def test_numbers_are_read(text: str, number: float) -> None:
    assert PRICE.read(text) == Reply(number=number)


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        (ANIMALS, "4", "'4' is none of the classes (cat, dog, dormouse)."),
        (ANIMALS, "do", "'do' is none of the classes"),
        (ANIMALS, "", "'' is none of the classes"),
        (MANY, "99", "and more)."),
        (PRICE, "much", "'much' is no number."),
        (PRICE, "nan", "'nan' is no number."),
        (PRICE, "", "'' is no number."),
    ],
)
def test_anything_else_is_named(form: Form, text: str, said: str) -> None:
    with pytest.raises(UnclearAnswerError) as caught:
        form.read(text)
    assert said in str(caught.value)


def test_replies_from_a_program_are_checked_too() -> None:
    assert TAGS.reply(("drama", "comedy")) == Reply(("comedy", "drama"))
    for labels in ((), ("cat", "dog")):
        with pytest.raises(UnclearAnswerError, match="One class"):
            ANIMALS.reply(labels)
