"""Augmentations as JSON and as words."""

import json

import pytest

from piste.catalog import AUGMENTATIONS
from piste.core.errors import SettingError
from piste.nn.augment.augmentation import Augmentation
from piste.nn.augment.colour import ColourJitter
from piste.nn.augment.flip import Flip
from piste.nn.augment.mixing import Mixup
from piste.nn.augment.rotate import Rotate
from piste.nn.augment.shift import Shift
from piste.nn.augment.spec import from_spec, from_words, to_spec
from piste.nn.augment.swap import SwapNoise

EDITED = (Shift(3, "mean", (1.0, 2.0)), Flip("both"), Mixup(0.4, 10), SwapNoise(0.2, (0, 0, 1)))


@pytest.mark.parametrize("one", [*(kind() for kind in AUGMENTATIONS), *EDITED], ids=lambda one: type(one).__name__)
def test_json_gives_the_same_augmentation_back(one: Augmentation) -> None:
    again = from_spec(json.loads(json.dumps(to_spec(one))), AUGMENTATIONS)
    assert again == one
    assert hash(again) == hash(one)


def test_every_augmentation_has_a_word_and_a_page_of_its_own() -> None:
    words = [kind.name for kind in AUGMENTATIONS]
    assert len(set(words)) == len(words)
    assert all(kind.__doc__ for kind in AUGMENTATIONS)
    assert [type(from_words(word, AUGMENTATIONS)) for word in words] == list(AUGMENTATIONS)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("shift:4", Shift(4)),
        (" shift:4:mean ", Shift(4, "mean")),
        ("rotate:10", Rotate(10.0)),
        ("colour:0.1:0:0.5", ColourJitter(0.1, 0.0, 0.5)),
        ("flip:vertical", Flip("vertical")),
    ],
)
def test_words_after_the_name_are_its_strengths(words: str, expected: Augmentation) -> None:
    assert from_words(words, AUGMENTATIONS) == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("shft", r"There is no augmentation 'shft'\. Did you mean 'shift'\?"),
        ("zoomify", r"There is no augmentation 'zoomify'\. Known are: shift, flip, .*swap\."),
        ("shift:two", r"The pixels of 'shift:two' must be a whole number\. Got 'two' instead\."),
        ("rotate:x", r"The degrees of 'rotate:x' must be a number\. Got 'x' instead\."),
        ("shift:2:mean:9", r"has too many parts: after 'shift' come pixels, fill\."),
        ("flip:sideways", r"Flip: The 'way' setting must be one of 'horizontal', .* Got 'sideways' instead\."),
        ("cutout:3", r"Cutout: The 'size' setting must be a number in \(0, 1\]\. Got 3\.0 instead\."),
    ],
)
def test_mistakes_in_words_are_said(words: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        from_words(words, AUGMENTATIONS)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (["Shift"], "must be an object with the key 'augmentation'"),
        ({"augmentation": "Shove"}, "There is no augmentation 'Shove'"),
        ({"augmentation": "Shift", "pixel": 2}, r"Shift has no setting 'pixel'\. Did you mean 'pixels'\?"),
        ({"augmentation": "Shift", "pixels": "2"}, "The 'pixels' setting must be a whole number"),
    ],
)
def test_mistakes_in_json_are_said(spec: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        from_spec(spec, AUGMENTATIONS)
