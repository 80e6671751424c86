"""A few training pictures as several steps saw them, to look at: is the label still right?"""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piste.core.records import AugmentedExample, Task
from piste.data.encoding import Encoding
from piste.nn.augment.augmentation import Augmentation
from piste.nn.augment.compose import augmented
from piste.recipe.drawing import drawn, limits_of
from piste.recipe.examples import png
from piste.train.compiler import jitted
from piste.train.fit import Examples
from piste.train.timeline import named_key

EXAMPLES, VERSIONS = 6, 5  # pictures that are shown, and augmented ones of each
_BATCH = 64  # examples that mix with each other
_SIDE = 128  # pixels of the longer side of a shown picture


def augmented_examples(
    augmentations: Sequence[Augmentation], train: Examples, encoding: Encoding, seed: int
) -> tuple[AugmentedExample, ...]:
    """Return the train split's first pictures, the first of each class where there are classes, and `VERSIONS` of each.

    Sequences are drawn as lines. None for tables and texts, or without augmentations.
    """
    if not augmentations or (encoding.image_shape is None and encoding.sequence is None):
        return ()
    rows = _shown_rows(train.targets)
    inputs, targets = jnp.asarray(train.inputs[rows]), jnp.asarray(train.targets[rows])
    change = jitted(lambda key: augmented(augmentations, key, inputs, targets)[0], once=True)
    changed = [np.asarray(change(named_key(seed, "augmented", index))) for index in range(VERSIONS)]
    return tuple(
        AugmentedExample(
            _label(train.targets[row], encoding),
            _seen([pictures[index] for pictures in (train.inputs[rows], *changed)]),
        )
        for index, row in enumerate(rows[:EXAMPLES])
    )


def _shown_rows(targets: NDArray[np.generic]) -> NDArray[np.int64]:
    """Return up to `_BATCH` rows, with one of each class in front."""
    first: NDArray[np.int64] = np.arange(min(len(targets), _BATCH))
    if targets.ndim == 1:
        front = np.sort(np.unique(targets, return_index=True)[1])
        first = np.concatenate([front, np.setdiff1d(first, front)])[:_BATCH]
    return first


def _seen(versions: Sequence[NDArray[Any]]) -> tuple[str, ...]:
    """Return one example, as it is and changed, as PNGs; all lines of a sequence on one scale."""
    if versions[0].ndim == 2:
        limits = limits_of(*versions)
        return tuple(png(drawn(one, *limits)) for one in versions)
    return tuple(png(_small(one)) for one in versions)


def _small(picture: NDArray[np.generic]) -> NDArray[np.generic]:
    longer = max(picture.shape[:2])
    if longer <= _SIDE:
        return picture
    plain = picture[..., 0] if picture.shape[2] == 1 else picture[..., :3]
    image = Image.fromarray(np.asarray(plain, np.uint8))
    image.thumbnail((_SIDE, _SIDE))
    return np.asarray(image).reshape(image.height, image.width, -1)


def _label(target: NDArray[np.generic], encoding: Encoding) -> str:
    if encoding.task in (Task.TWO_CLASS, Task.MANY_CLASS):
        return encoding.classes[int(target)]
    if encoding.task is Task.MULTI_LABEL:
        return ", ".join(name for name, held in zip(encoding.target_names, target, strict=True) if held) or "no label"
    return ", ".join(f"{value:.4g}" for value in encoding.decode_regression(np.asarray(target)[None])[0])
