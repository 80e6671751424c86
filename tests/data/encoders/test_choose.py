"""The encoder of each kind, and JSON."""

import json

import msgspec
import numpy as np
import pytest

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.choose import ENCODERS, encoder_from_json, encoder_to_json, fit_encoder

NONE = np.zeros(6, np.bool_)
COLUMNS = {
    "number": Column("x", Kind.NUMBER, np.array([0.1, 1 / 3, 1e300, -5, 2, 2]), NONE),
    "flag": Column("x", Kind.FLAG, np.array([0.0, 1, 1, 0, 1, 1]), NONE),
    "category": Column("x", Kind.CATEGORY, np.array(["a", "a", "a", "é\n", "", "c"], object), np.arange(6) == 4),
    "date": Column("x", Kind.DATE, np.arange(6).astype("datetime64[M]").astype("datetime64[us]"), NONE, "day first"),
    "text": Column("x", Kind.TEXT, np.array(["a b", "b c", "", "d", "e f g", "a"], object), NONE),
    "sequence": Column("x", Kind.SEQUENCE, np.arange(36.0).reshape(6, 3, 2) ** 0.5, NONE),
}


def test_every_encoder_has_a_column_here() -> None:
    assert COLUMNS.keys() == ENCODERS.keys()


@pytest.mark.parametrize("kind", COLUMNS)
def test_json_gives_the_same_encoder_back(kind: str) -> None:
    column = COLUMNS[kind]
    encoder = fit_encoder(column, 3)
    again = encoder_from_json(json.loads(json.dumps(encoder_to_json(encoder))))
    assert again == encoder
    np.testing.assert_array_equal(again.encode(column), encoder.encode(column))


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_stay_as_they_are(kind: str) -> None:
    column = COLUMNS[kind]
    before = column.values.copy()
    fit_encoder(column, 3).encode(column)
    np.testing.assert_array_equal(column.values, before)


@pytest.mark.parametrize("kind", [Kind.IDENTIFIER, Kind.IMAGE])
def test_kinds_without_an_encoder_are_refused(kind: Kind) -> None:
    with pytest.raises(ValueError, match="no encoder"):
        fit_encoder(Column("x", kind, np.array(["a"], object), NONE[:1]), 0)


@pytest.mark.parametrize("damaged", [{}, {"kind": "sound"}, {"kind": "flag"}, {"kind": "flag", "name": 3}])
def test_damaged_json_is_refused(damaged: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        encoder_from_json(damaged)
