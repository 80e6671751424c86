"""Whatever a page sends: settings, or a sentence that says what is wrong."""

from typing import Any

import pytest

from piste.core.errors import SettingError
from piste.play.settings import LONGEST_TABLE, PlaySettings, play_settings


def test_nothing_given_is_the_first_state() -> None:
    assert play_settings({}) == PlaySettings()


def test_features_come_in_one_order() -> None:
    assert play_settings({"features": ["sin x1", "x1", "x1"]}).features == ("x1", "sin x1")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"problem": "mars"}, "The problem must be one of circles"),
        ({"features": []}, "The features must be some of"),
        ({"features": ["x9"]}, "'x9'"),
        ({"hidden": [4] * 7}, "6 hidden layers"),
        ({"hidden": [0]}, "hidden"),
        ({"hidden": [17]}, "hidden"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"axes": ["one"]}, "two axes"),
        ({"table": "a" * (LONGEST_TABLE + 1)}, "pasted table"),
        ({"colour": "red"}, "colour"),
        ({"activation": "__import__"}, "activation"),
    ],
)
def test_what_cannot_be_is_named(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        play_settings(given)
