"""Where windows start, and how many there are."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.nn.convolve import padding as plain_padding
from piste.nn.windows import counts, edges, per_axis, reaches, window_mask

KINDS: Any = st.sampled_from(["same", "valid", "causal", 0, 1, 3])
SMALL = st.integers(1, 5)


@given(kind=KINDS, places=st.integers(1, 20), size=SMALL, stride=SMALL, dilation=SMALL)
def test_counts_by_laying_windows_down(kind: Any, places: int, size: int, stride: int, dilation: int) -> None:
    (reach,) = reaches((size,), (dilation,))
    assert reach == len(range((size - 1) * dilation + 1))
    try:
        pads = edges(kind, (places,), (reach,), (stride,))
    except SettingError:
        assert kind not in ("same", "causal")
        return
    whole = places + sum(pads[0])
    starts = [start for start in range(0, whole, stride) if start + reach <= whole]
    assert counts((places,), pads, (reach,), (stride,)) == (len(starts),)
    if kind == "same":
        assert len(starts) == -(-places // stride)
        assert pads == plain_padding("same", (places, places), (reach, reach), (stride, stride))[:1]
    if kind == "causal":
        assert pads == ((reach - 1, 0),)


@given(kind=KINDS, steps=st.integers(1, 12), length=st.integers(1, 12), size=SMALL, stride=SMALL)
def test_a_padded_sequence_has_the_windows_it_has_alone(
    kind: Any, steps: int, length: int, size: int, stride: int
) -> None:
    length = min(length, steps)
    mask: Any = np.asarray([np.arange(steps) < length])
    try:
        real = int(np.sum(window_mask(mask, kind, size, stride)))
        alone = counts((length,), edges(kind, (length,), (size,), (stride,)), (size,), (stride,))
    except SettingError:
        return
    assert real == alone[0]


def test_one_number_serves_every_axis() -> None:
    assert per_axis("size", 3, 2) == (3, 3)
    with pytest.raises(SettingError, match=r"The 'size' setting must have one number per axis, 2\. Got \(1,\) instead"):
        per_axis("size", (1,), 2)
