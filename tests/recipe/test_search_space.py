"""What a search would vary, without one."""

from pathlib import Path

import pytest

import piste
from piste.core.errors import SettingError
from piste.recipe.search_space import TYPICAL, typical
from piste.recipe.tuning import Asked, dimensions_of


def test_the_space_of_data_is_what_a_search_has(tmp_path: Path) -> None:
    found = piste.search_space("iris", epochs=1)
    study = piste.tune("iris", epochs=1, trials=2, final=False, runs=tmp_path, quiet=True)
    assert found == study.record.dimensions
    usual = {one.name: one.usual for one in found}
    assert usual["momentum"] == "0.9"
    assert all(usual.values())


def test_what_is_given_does_not_vary_or_varies_alone() -> None:
    names = [one.name for one in piste.search_space("iris")]
    assert [one.name for one in piste.search_space("iris", dropout=0.1)] == [one for one in names if one != "dropout"]
    assert [one.name for one in piste.search_space("iris", dropout=piste.uniform(0, 0.1))] == ["dropout"]


def test_every_kind_of_data_has_a_space() -> None:
    assert {facts.inputs for facts in TYPICAL.values()} == {"table", "pictures", "sequences", "texts"}
    found = typical(Asked.from_keywords({}, "the test"))
    assert list(found) == list(TYPICAL)
    assert all("learning_rate" in {one.name for one in dimensions_of(each)} for each in found.values())


def test_kinds_that_contradict_what_is_given_are_left_out() -> None:
    found = typical(Asked.from_keywords({"model": "vgg"}, "the test"))
    assert ["pictures" in title for title in found] == [True]
    with pytest.raises(SettingError):
        typical(Asked.from_keywords({"model": "vgg", "tokens": "words"}, "the test"))
