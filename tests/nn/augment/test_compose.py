"""Augmentations one after another, and every one of the catalogue by the laws that all keep."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.catalog import AUGMENTATIONS
from piste.nn.augment.augmentation import Augmentation
from piste.nn.augment.compose import PLACE, augmented
from piste.nn.augment.flip import Flip
from piste.nn.augment.mixing import CutMix, Mixup
from piste.nn.augment.shift import Shift

SHAPES = {1: (9,), 2: (9, 4), 3: (9, 8, 3)}
CASES = [(kind, rank, dtype) for kind in AUGMENTATIONS for rank in kind.ranks for dtype in (np.float32, np.uint8)]
CASES = [case for case in CASES if case[1] == 3 or case[2] is np.float32]
KEY, CLASSES = jax.random.key(11), 5


def made(kind: type[Augmentation]) -> Augmentation:
    augmentation = kind()
    return replace(augmentation, classes=CLASSES) if isinstance(augmentation, Mixup | CutMix) else augmentation


@pytest.mark.parametrize(("kind", "rank", "dtype"), CASES)
def test_shape_and_dtype_are_kept_draws_repeat_and_compiling_changes_nothing(
    kind: type[Augmentation], rank: int, dtype: type
) -> None:
    draw = np.random.default_rng(0)
    inputs = jnp.asarray(draw.uniform(0, 255, (16, *SHAPES[rank])).astype(dtype))
    targets = jnp.asarray(draw.integers(0, CLASSES, 16), jnp.int32)
    apply = made(kind).apply
    plain = apply(KEY, inputs, targets)
    assert (plain[0].shape, plain[0].dtype) == (inputs.shape, inputs.dtype)
    assert plain[1].shape in {(16,), (16, CLASSES)}
    assert np.isfinite(np.asarray(plain[0], np.float64)).all()
    again, compiled = apply(KEY, inputs, targets), jax.jit(apply)(KEY, inputs, targets)
    np.testing.assert_array_equal(plain[0], again[0])
    np.testing.assert_array_equal(plain[1], again[1])
    # Bytes may round the other way where the compiler fuses a product and a sum.
    np.testing.assert_allclose(
        np.asarray(compiled[0], np.float64), np.asarray(plain[0], np.float64), rtol=1e-5, atol=1 if rank == 3 else 1e-4
    )
    np.testing.assert_allclose(compiled[1], plain[1], rtol=1e-6)
    assert (np.asarray(apply(jax.random.key(12), inputs, targets)[0]) != np.asarray(plain[0])).any()


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=[kind.name for kind in AUGMENTATIONS])
def test_one_example_alone_stays_finite(kind: type[Augmentation]) -> None:
    inputs = jnp.full((1, *SHAPES[kind.ranks[-1]]), 3.0)
    after, _ = made(kind).apply(KEY, inputs, jnp.zeros(1, jnp.int32))
    assert np.isfinite(after).all()


def test_each_draws_from_its_place_under_the_steps_key() -> None:
    inputs = jnp.asarray(np.random.default_rng(0).integers(0, 255, (16, 9, 8, 3)), jnp.uint8)
    targets = jnp.arange(16)
    own = jax.random.fold_in(KEY, PLACE)
    first, _ = Shift().apply(jax.random.fold_in(own, 0), inputs, targets)
    both, _ = Flip().apply(jax.random.fold_in(own, 1), first, targets)
    np.testing.assert_array_equal(augmented((Shift(), Flip()), KEY, inputs, targets)[0], both)


def test_none_adds_nothing_to_the_program() -> None:
    inputs, targets = jnp.ones((4, 3)), jnp.arange(4)
    program = jax.make_jaxpr(lambda inputs, targets: augmented((), KEY, inputs, targets))(inputs, targets)
    assert not program.eqns
