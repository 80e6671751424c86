"""New data whose columns are gone, new, or of another kind: each is said, and the others go on."""

from collections.abc import Callable

import numpy as np
import pytest

from piste.core.drift import Change
from piste.data.dataset import load
from piste.data.encoding import Encoding, fit_encoding
from piste.data.resembling import Resembling, resembling
from piste.data.settings import DataSettings

ROWS = 80
Columns = dict[str, np.ndarray]


def columns() -> Columns:
    draws = np.random.default_rng(0)
    return {
        "size": draws.normal(size=ROWS).round(3),
        "city": draws.choice(np.array(["Bern", "Lyon"], object), ROWS),
        "sort": np.array(["fig", "plum"] * (ROWS // 2), object),
    }


@pytest.fixture(scope="module")
def seen() -> Callable[[Columns], Resembling]:
    encoding: Encoding = fit_encoding(load(columns(), DataSettings(target="sort")))
    return lambda new: resembling(new, encoding, DataSettings(target="sort"))


def test_the_same_columns_in_another_order_fit(seen: Callable[[Columns], Resembling]) -> None:
    found = seen(dict(reversed(columns().items())))
    assert found.complete
    assert found.changes == ()
    assert found.values is not None
    assert found.values.tolist() == [0, 1] * (ROWS // 2)


def test_gone_unfit_and_new_columns_are_told_apart(seen: Callable[[Columns], Resembling]) -> None:
    new = columns()
    new["size"] = np.array(["wide"] * ROWS, object)
    del new["city"]
    new["height"] = np.ones(ROWS)
    found = seen(new)
    assert not found.complete
    assert {(one.change, one.column, one.alarm) for one in found.changes} == {
        (Change.UNFIT, "size", True),
        (Change.GONE, "city", True),
        (Change.NEW, "height", False),
    }
    assert found.values is not None


def test_without_answers_nothing_is_scored(seen: Callable[[Columns], Resembling]) -> None:
    new = columns()
    del new["sort"]
    found = seen(new)
    assert found.complete
    assert found.values is None
    assert found.changes == ()
    assert "no true answers (sort)" in found.notes[-1]


def test_rows_without_an_answer_are_not_scored(seen: Callable[[Columns], Resembling]) -> None:
    new = columns()
    new["sort"][:10] = None
    found = seen(new)
    assert found.labelled.tolist() == list(range(10, ROWS))
    assert any("10 of 80 rows" in note for note in found.notes)
    assert len(found.columns["size"].values) == ROWS


def test_a_new_class_is_a_change_of_form(seen: Callable[[Columns], Resembling]) -> None:
    new = columns()
    new["sort"][3] = "quince"
    (change,) = seen(new).changes
    assert change.change is Change.CLASSES
    assert "'quince'" in change.sentence
    assert change.alarm
