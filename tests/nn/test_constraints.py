"""Declared ranges of layers' settings."""

from dataclasses import dataclass

import pytest

from piste.core.errors import SettingError
from piste.nn.constraints import Checked, Counts, Positive, Whole


@dataclass(frozen=True)
class Example(Checked):
    sizes: Counts = 1
    gap: Whole = 0
    scale: Positive = 1.0


def test_settings_in_range_are_taken() -> None:
    assert Example((1, 2), 3, 1e-9).sizes == (1, 2)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"sizes": (1, 0)}, r"Example: The 'sizes' setting must be .* of at least 1\. Got \(1, 0\) instead\."),
        ({"sizes": True}, r"Example: The 'sizes' setting must be .* Got True instead\."),
        ({"gap": -1}, r"Example: The 'gap' setting must be a whole number of at least 0\. Got -1 instead\."),
        ({"scale": 0}, r"Example: The 'scale' setting must be a number above 0\. Got 0 instead\."),
    ],
)
def test_the_sentence_names_layer_setting_range_and_value(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        Example(**settings)  # type: ignore[arg-type]
