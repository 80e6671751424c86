"""Every record is read as it was written; what does not fit its class is refused."""

import dataclasses
import inspect
import json
import math
import types
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core import records
from piste.core.records import (
    Choice,
    EpochRecord,
    EvaluationRecord,
    InitialLoss,
    Kind,
    RunRecord,
    Score,
    Status,
    TrainingRecord,
    WrongExample,
    decode,
    encode,
    encode_line,
)

CLASSES = [
    one for _, one in inspect.getmembers(records, dataclasses.is_dataclass) if one.__module__ == records.__name__
]

words = st.text(st.characters(codec="utf-8"), max_size=8)
whole = st.integers(-(2**53), 2**53)
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | whole | numbers | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)


def of(hint: Any, number: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    """Any value that a field with this annotation may hold, its numbers drawn from `number`."""
    plain = {float: number, int: whole, str: words, bool: st.booleans(), Any: values, None: st.none()}
    if hint in plain:
        return plain[hint]
    if dataclasses.is_dataclass(hint):
        fields = inspect.get_annotations(hint, eval_str=True)  # type: ignore[arg-type]
        return st.builds(hint, **{name: of(one, number) for name, one in fields.items()})  # type: ignore[arg-type]
    match getattr(hint, "__args__", None):
        case (inner, last) if last is ...:
            return st.lists(of(inner, number), max_size=2).map(tuple)
        case (first, last) if last is type(None):
            return of(first, number) | st.none()
        case (*parts,) if isinstance(hint, types.UnionType):  # of numbers that are always known
            return st.one_of([of(part, numbers) for part in parts])
        case (_, inner) if hint.__origin__ is dict:
            return st.dictionaries(words, of(inner, number), max_size=2)
        case (*parts,):
            return st.tuples(*(of(part, number) for part in parts))
    return st.sampled_from(hint)  # an enumeration


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_record_is_read_as_it_was_written(kind: type, data: st.DataObject) -> None:
    record = data.draw(of(kind, numbers))
    assert decode(encode(record), kind) == record
    line = encode_line(record)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line, kind) == record


def fields_of(record: Any) -> tuple[float, ...]:
    return tuple(value for value in dataclasses.astuple(record) if isinstance(value, float))


@given(of(EpochRecord, st.floats()))
def test_what_json_has_no_number_for_becomes_nan(record: EpochRecord) -> None:
    read = decode(encode(record), EpochRecord)
    for written, found in zip(fields_of(record), fields_of(read), strict=True):
        assert found == written if math.isfinite(written) else math.isnan(found)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_an_odd_number_deep_inside_leaves_the_rest_as_it_was(odd: float) -> None:
    training = TrainingRecord(10, 3, 2, 30, 1.5, 0.5, "diverged", InitialLoss(odd, 0.7))
    choice = Choice("hidden", [8, None], "file", "")
    record = RunRecord("a", Status.FAILED, "", "", 0, {}, "cpu", {"clip": None}, (choice,), training)
    assert b"NaN" not in encode(record)
    assert json.loads(encode(record))["training"]["initial_loss"] == {"measured": None, "expected": 0.7}
    read = decode(encode(record), RunRecord)
    assert read.training is not None
    assert math.isnan(read.training.initial_loss.measured)
    assert dataclasses.replace(read, training=None) == dataclasses.replace(record, training=None)


def test_an_odd_number_that_may_be_absent_is_absent() -> None:
    wrong = WrongExample(0, "a", "b", math.inf, confidence=math.nan)
    read = decode(encode(wrong), WrongExample)
    assert math.isnan(read.loss)
    assert read.confidence is None


def test_odd_numbers_in_tuples_of_pairs() -> None:
    record = EvaluationRecord(2, "RMSE", (Score("RMSE", math.nan, 0, 1, False),), residuals=((1.0, math.inf),))
    read = decode(encode(record), EvaluationRecord)
    assert math.isnan(read.scores[0].value)
    assert read.residuals[0][0] == 1.0
    assert math.isnan(read.residuals[0][1])


def test_a_record_of_a_later_version_with_more_fields_is_read() -> None:
    text = json.dumps({**dataclasses.asdict(InitialLoss(1.0, 2.0)), "unit": "nat"})
    assert decode(text, InitialLoss) == InitialLoss(1.0, 2.0)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{", InitialLoss),
        ("", InitialLoss),
        ("[1.0, 2.0]", InitialLoss),
        ('{"measured": 1.0}', InitialLoss),
        ('{"measured": "much", "expected": null}', InitialLoss),
        ('{"measured": null, "expected": true}', InitialLoss),
        ('{"rows": 1, "main": "", "scores": [], "residuals": [[1.0, null, 3.0]]}', EvaluationRecord),
        ('{"rows": 1, "main": "", "scores": [], "residuals": [[null]]}', EvaluationRecord),
        ('{"rows": 1, "main": "", "scores": [null]}', EvaluationRecord),
        ('"pictures"', Kind),
    ],
)
def test_what_does_not_fit_is_refused(text: str, kind: type) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode(text, kind)
