"""The common ground of encoders."""

import numpy as np
import pytest

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.encoder import Encoder
from piste.data.encoders.flag import FlagEncoder


def test_writing_fills_the_place_it_is_given_and_encoding_makes_one() -> None:
    encoder = FlagEncoder("x", 0.5, True)
    column = Column("x", Kind.FLAG, np.array([1.0, np.nan]), np.array([False, True]))
    out = np.zeros((2, 4), np.float32)
    encoder.write(column, out[:, 1:3])
    np.testing.assert_array_equal(out[:, 1:3], encoder.encode(column))
    assert not out[:, [0, 3]].any()


def test_what_an_encoder_is_cannot_be_made_by_itself() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Encoder()  # type: ignore[abstract]
