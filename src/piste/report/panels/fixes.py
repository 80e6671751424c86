"""What was fixed before the training, and what was left to the person."""

from collections.abc import Iterator

from piste.core.findings import LintRecord
from piste.core.panels import Block, Grid


def fixes(lint: LintRecord) -> Iterator[Block]:
    """Yield a table of the fixes that were made, and one of those that were not."""
    made = tuple((fix.code, fix.title, fix.change, str(fix.effect), fix.undo) for fix in lint.fixes if fix.applied)
    left = tuple((fix.code, fix.title, fix.reason) for fix in lint.fixes if not fix.applied)
    if made:
        yield Grid(("rule", "found", "changed", "now", "to undo it"), made, (), "Fixed before the training")
    if left:
        yield Grid(("rule", "found", "why it was not fixed"), left, (), "Left to you")
