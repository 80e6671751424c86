"""Augmentations by name, fitted to the data; mistakes in them."""

import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.data.dataset import load
from piste.data.encoding import Encoding, fit_encoding
from piste.data.settings import DataSettings
from piste.nn.augment.augmentation import Augmentation
from piste.nn.augment.cutout import Cutout
from piste.nn.augment.mixing import CutMix, Mixup
from piste.nn.augment.noise import Noise
from piste.nn.augment.shift import Shift
from piste.nn.augment.swap import SwapNoise
from piste.recipe.augmentation import build_augmentations, named


@pytest.fixture(scope="module")
def pictures() -> Encoding:
    draw = np.random.default_rng(0)
    values = draw.integers(0, 256, (60, 6, 6, 3)).astype(np.uint8)
    return fit_encoding(load((values, np.arange(60) % 4), DataSettings()), 0)


@pytest.fixture(scope="module")
def table() -> Encoding:
    # A number, a category of three values, a number: encoded as one, several and one input.
    letters = np.array(["red", "green", "blue"])[np.arange(60) % 3]
    columns = {"age": np.arange(60.0) ** 1.5, "tint": letters, "size": np.cos(np.arange(60.0)), "y": np.arange(60) % 2}
    pandas = pytest.importorskip("pandas")
    return fit_encoding(load(pandas.DataFrame(columns), DataSettings(target="y")), 0)


@pytest.mark.parametrize(
    ("words", "expected"),
    [((), ()), (("none",), ()), (("shift:3", "noise"), (Shift(3), Noise()))],
)
def test_words_name_augmentations_in_their_order(words: tuple[str, ...], expected: tuple[Augmentation, ...]) -> None:
    assert named(words, 3) == expected


@pytest.mark.parametrize(
    ("words", "rank", "message"),
    [
        (("none", "shift"), 3, "'none' stands alone. Got none, shift"),
        (("shift",), 1, "'shift' is not for a table. Choose among mixup, noise, step-crop, step-mask, swap, or none."),
        (("swap",), 3, "'swap' is not for pictures. Choose among shift, flip,"),
        (("shitf",), 3, "Did you mean 'shift'?"),
    ],
)
def test_what_does_not_fit_is_said(words: tuple[str, ...], rank: int, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        named(words, rank)
    assert message in str(caught.value)


def test_means_and_classes_come_from_the_data(pictures: Encoding) -> None:
    built = build_augmentations(("shift:2:mean", "cutout", "cutmix", "mixup:0.3"), pictures)
    mean = pictures.channel_mean
    assert len(mean) == 3
    assert built == (Shift(2, "mean", mean), Cutout(mean=mean), CutMix(classes=4), Mixup(0.3, 4))


def test_inputs_of_one_column_are_known_to_belong_together(table: Encoding) -> None:
    (swap,) = build_augmentations(("swap",), table)
    assert isinstance(swap, SwapNoise)
    columns = [slot.column for slot in table.slots]
    assert len(columns) > 3
    assert [list(dict.fromkeys(columns))[group] for group in swap.groups] == columns


def test_numbers_are_mixed_without_classes() -> None:
    draw = np.random.default_rng(0)
    dataset = load((draw.normal(size=(60, 3)), draw.normal(size=60)), DataSettings())
    encoding = fit_encoding(dataset, 0)
    assert encoding.task is Task.REGRESSION
    assert build_augmentations(("mixup",), encoding) == (Mixup(),)
