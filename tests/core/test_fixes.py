"""Fixes as a record."""

from piste.core.findings import LintRecord
from piste.core.fixes import Effect, Fix
from piste.core.records import decode, encode


def test_fixes_survive_json() -> None:
    fix = Fix("D103", "data.leak.alive", "'alive' tells the target", "drop-column", Effect.GONE, settings={"drop": "a"})
    record = LintRecord("titanic", (), 0.1, (), (fix, Fix("L101", "k", "t", "", Effect.LEFT, reason="by hand")))
    assert decode(encode(record), LintRecord) == record
    assert [one.applied for one in record.fixes] == [True, False]
