"""Mirrored pictures against NumPy."""

from typing import Literal

import jax
import numpy as np
import pytest

from piste.nn.augment.flip import Flip

PICTURES = np.random.default_rng(0).integers(0, 256, (400, 4, 5, 3)).astype(np.uint8)
TARGETS = np.arange(400, dtype=np.int32)
WAYS: list[tuple[Literal["horizontal", "vertical", "both"], list[tuple[int, ...]]]] = [
    ("horizontal", [(), (2,)]),
    ("vertical", [(), (1,)]),
    ("both", [(), (2,), (1,), (1, 2)]),
]


@pytest.mark.parametrize(("way", "mirrors"), WAYS, ids=[way for way, _ in WAYS])
def test_each_picture_is_one_of_its_mirror_images_all_alike_often(
    way: Literal["horizontal", "vertical", "both"], mirrors: list[tuple[int, ...]]
) -> None:
    after, targets = jax.jit(Flip(way).apply)(jax.random.key(3), PICTURES, TARGETS)
    np.testing.assert_array_equal(targets, TARGETS)
    images = np.stack([np.flip(PICTURES, axes) for axes in mirrors])
    same = (images == np.asarray(after)[None]).all((2, 3, 4))
    assert (same.sum(0) == 1).all()
    share = 1 / len(mirrors)
    assert np.abs(same.mean(1) - share).max() < 4 * np.sqrt(share * (1 - share) / 400)
