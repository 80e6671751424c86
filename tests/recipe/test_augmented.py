"""A run that augments says so, shows it, and judges on pictures as they are."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from piste.data.dataset import load
from piste.data.encoding import fit_encoding
from piste.data.settings import DataSettings
from piste.nn.augment.flip import Flip
from piste.recipe.augmented import VERSIONS, augmented_examples
from piste.recipe.run import Run
from piste.recipe.train import train
from piste.train.fit import Examples

PICTURES = np.random.default_rng(0).integers(0, 256, (90, 6, 7, 1)).astype(np.uint8)
CLASSES = np.array(["ash", "elm", "oak"])[np.arange(90) % 3]


def decoded(picture: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("augmented")
    return train(
        (PICTURES, CLASSES), runs=folder, quiet=True, epochs=2, model="linear", augment=("shift:1", "flip", "mixup")
    )


def test_the_setting_is_recorded_and_repeated(run: Run) -> None:
    (choice,) = (one for one in run.record.choices if one.setting == "augment")
    assert tuple(choice.value) == ("shift:1", "flip", "mixup")
    assert choice.origin == "python"
    assert "augment=" in run.record.command


def test_each_class_is_shown_as_it_is_and_augmented(run: Run) -> None:
    training = run.record.training
    assert training is not None
    assert [one.label for one in training.augmented][:3] == ["ash", "elm", "oak"]
    originals = {one.tobytes() for one in PICTURES[..., 0]}
    for one in training.augmented:
        original, *changed = (decoded(picture)[::11, ::11] for picture in one.pictures)  # enlarged from 6 pixels to 66
        assert original.tobytes() in originals
        assert len(changed) == VERSIONS
        assert any((picture != original).any() for picture in changed)
    assert 'id="augmented"' in run.report.read_text(encoding="utf-8")


def test_tables_and_runs_without_augmentation_show_nothing(iris: Run) -> None:
    assert iris.record.training is not None
    assert iris.record.training.augmented == ()
    (choice,) = (one for one in iris.record.choices if one.setting == "augment")
    assert choice.value == ["none"]
    assert "target the same" in choice.reason


def test_augmented_runs_repeat_bit_for_bit(run: Run, tmp_path: Path) -> None:
    again = train(
        (PICTURES, CLASSES), runs=tmp_path, quiet=True, epochs=2, model="linear", augment=("shift:1", "flip", "mixup")
    )
    assert [one.train_loss for one in again.folder.epochs] == [one.train_loss for one in run.folder.epochs]
    first, second = run.record.training, again.record.training
    assert first is not None
    assert second is not None
    assert first.augmented == second.augmented


def test_large_pictures_are_shown_small() -> None:
    large = np.random.default_rng(0).integers(0, 256, (9, 200, 100, 3)).astype(np.uint8)
    targets = np.arange(9) % 3
    encoding = fit_encoding(load((large, targets), DataSettings()), 0)
    shown = augmented_examples((Flip(),), Examples(large, targets.astype(np.int32)), encoding, 0)
    assert {decoded(picture).shape for one in shown for picture in one.pictures} == {(128, 64, 3)}
