"""The encoder of each kind, and encoders to and from JSON."""

from typing import Any

import msgspec

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.category import CategoryEncoder, fit_category
from piste.data.encoders.date import DateEncoder, fit_date
from piste.data.encoders.encoder import Encoder
from piste.data.encoders.flag import FlagEncoder, fit_flag
from piste.data.encoders.number import NumberEncoder, fit_number
from piste.data.encoders.sequence import SequenceEncoder, fit_sequence
from piste.data.encoders.text import TextEncoder, fit_text

ENCODERS: dict[str, type[Encoder]] = {
    "number": NumberEncoder,
    "flag": FlagEncoder,
    "category": CategoryEncoder,
    "date": DateEncoder,
    "text": TextEncoder,
    "sequence": SequenceEncoder,
}


def fit_encoder(column: Column, bins: int) -> Encoder:
    """Return the encoder of `column` (train split only) for its kind; `bins` is for numbers.

    Raises `ValueError` for a kind that has none: identifiers are left out, pictures go in as they are.
    """
    match column.kind:
        case Kind.NUMBER:
            return fit_number(column, bins)
        case Kind.FLAG:
            return fit_flag(column)
        case Kind.CATEGORY:
            return fit_category(column)
        case Kind.DATE:
            return fit_date(column)
        case Kind.TEXT:
            return fit_text(column)
        case Kind.SEQUENCE:
            return fit_sequence(column)
        case _:
            raise ValueError(f"Columns of kind {column.kind} have no encoder.")


def encoder_to_json(encoder: Encoder) -> dict[str, Any]:
    """Return `encoder` as plain values, with its kind under "kind"."""
    fields: dict[str, Any] = msgspec.to_builtins(encoder)
    return {"kind": encoder.kind.value, **fields}


def encoder_from_json(value: dict[str, Any]) -> Encoder:
    """Return the encoder that `encoder_to_json` wrote; raises `msgspec.ValidationError` where it does not fit."""
    kind = value.get("kind")
    if kind not in ENCODERS:
        raise msgspec.ValidationError(f"there is no encoder of kind {kind!r}")
    fields = {name: one for name, one in value.items() if name != "kind"}
    return msgspec.convert(fields, ENCODERS[kind])
