import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.evaluate.baselines import pictures
from piste.evaluate.baselines.pictures import pooled


def random_pictures(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=shape, dtype=np.uint8)


def test_small_pictures_are_only_scaled() -> None:
    found = random_pictures(0, 5, 4, 3, 2)
    np.testing.assert_allclose(pooled(found, 24), found.reshape(5, 24) / 255, rtol=1e-6)


@given(st.integers(1, 13), st.integers(1, 13), st.sampled_from([1, 3]), st.integers(3, 60))
@settings(max_examples=60, deadline=None)
def test_each_value_is_the_mean_of_its_block(height: int, width: int, channels: int, most: int) -> None:
    found = random_pictures(1, 2, height, width, channels)
    values = pooled(found, most)
    assert values.shape[1] <= most
    side = next(s for s in range(1, 14) if -(-height // s) * -(-width // s) * channels <= most)
    expected = [
        [
            found[one, top : top + side, left : left + side, channel].mean() / 255
            for top in range(0, height, side)
            for left in range(0, width, side)
            for channel in range(channels)
        ]
        for one in range(2)
    ]
    np.testing.assert_allclose(values, expected, rtol=1e-5)


def test_chunks_join_to_the_whole(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    found = random_pictures(2, 7, 6, 6, 1)
    whole = pooled(found, 9)
    monkeypatch.setattr(pictures, "CHUNK", 80)
    np.testing.assert_array_equal(pooled(found, 9), whole)
