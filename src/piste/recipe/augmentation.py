"""From the words of the `augment` setting to what the training step does to its batches."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from piste.catalog import AUGMENTATIONS
from piste.core.errors import SettingError
from piste.core.records import Task
from piste.data.encoding import Encoding
from piste.nn.augment.augmentation import Augmentation
from piste.nn.augment.spec import from_words

NONE = "none"
_INPUTS = {1: "a table", 2: "sequences", 3: "pictures"}


def named(words: Sequence[str], rank: int) -> tuple[Augmentation, ...]:
    """Return the augmentations that `words` such as "shift:2" name, in their order; "none" alone names none.

    `rank` is the number of axes of an example: 1 for tables, 3 for pictures. Raises `SettingError` for unknown
    names and for augmentations of other inputs.
    """
    if NONE in words and len(words) > 1:
        raise SettingError(f"The augmentation 'none' stands alone. Got {', '.join(words)}: leave one or the other out.")
    made = tuple(from_words(word, AUGMENTATIONS) for word in words if word != NONE)
    for one in made:
        if rank not in one.ranks:
            fitting = [kind.name for kind in AUGMENTATIONS if rank in kind.ranks]
            raise SettingError(
                f"The augmentation '{one.name}' is not for {_INPUTS[rank]}. Choose among {', '.join(fitting)}, or none."
            )
    return made


def build_augmentations(words: Sequence[str], encoding: Encoding) -> tuple[Augmentation, ...]:
    """Return the augmentations with what they need to know of the data: channel means, classes, columns."""
    classes = len(encoding.classes) if encoding.task in (Task.TWO_CLASS, Task.MANY_CLASS) else None
    return told(named(words, len(encoding.input_shape)), encoding.channel_mean, _columns(encoding), classes)


def told(
    augmentations: Sequence[Augmentation], mean: tuple[float, ...], groups: tuple[int, ...], classes: int | None
) -> tuple[Augmentation, ...]:
    """Return the augmentations, told the means of channels, the column of each input, and how many classes there are.

    `classes` is None where the target is no class.
    """
    known: dict[str, Any] = {"mean": mean, "groups": groups}
    if classes is not None:
        known["classes"] = classes
    return tuple(_told(one, known) for one in augmentations)


def _told(augmentation: Augmentation, known: dict[str, Any]) -> Augmentation:
    fields = {field.name for field in dataclasses.fields(augmentation)}
    return dataclasses.replace(augmentation, **{name: value for name, value in known.items() if name in fields})


def _columns(encoding: Encoding) -> tuple[int, ...]:
    """Return for each input of a table the number of the column that it comes from."""
    numbers = {name: index for index, name in enumerate(dict.fromkeys(slot.column for slot in encoding.slots))}
    return tuple(numbers[slot.column] for slot in encoding.slots)
