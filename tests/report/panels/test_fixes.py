"""Fixes in the report."""

from piste.core.findings import LintRecord
from piste.core.fixes import Effect, Fix
from piste.core.panels import Grid
from piste.report.panels.fixes import fixes
from piste.report.panels.linted import linted

MADE = Fix("D103", "k", "'alive' tells the target", "drop-column", Effect.GONE, "--drop alive", undo="take it out")
LEFT = Fix("D110", "k", "Near copies", "drop-near-duplicates", Effect.LEFT, reason="No setting does it.")


def test_what_was_fixed_and_what_was_not_are_told_apart() -> None:
    made, left = fixes(LintRecord("titanic", (), 0.1, (), (MADE, LEFT)))
    assert isinstance(made, Grid)
    assert made.rows == (("D103", "'alive' tells the target", "--drop alive", "gone", "take it out"),)
    assert isinstance(left, Grid)
    assert left.rows == (("D110", "Near copies", "No setting does it."),)
    assert list(fixes(LintRecord("titanic", (), 0.1))) == []


def test_they_stand_before_the_findings() -> None:
    blocks = linted(LintRecord("titanic", (), 0.1, (), (MADE,)))
    assert isinstance(blocks[0], Grid)
    assert blocks[0].caption == "Fixed before the training"
