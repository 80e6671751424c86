"""Several augmentations one after another, each with a key of its own."""

from collections.abc import Sequence

import jax

from piste.nn.augment.augmentation import Augmentation

# Layers fold small numbers into the step's key; this one is far from them, so no draw of theirs is shared or moved.
PLACE = 0x6175676D


def augmented(
    augmentations: Sequence[Augmentation], key: jax.Array, inputs: jax.Array, targets: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Return the batch after all `augmentations`, in their order; `key` is the step's. None computes nothing."""
    if not augmentations:
        return inputs, targets
    own = jax.random.fold_in(key, PLACE)
    for index, augmentation in enumerate(augmentations):
        inputs, targets = augmentation.apply(jax.random.fold_in(own, index), inputs, targets)
    return inputs, targets
