"""What the linter found before training, with what shows it, and what became of every rule."""

from collections.abc import Iterator

from piste.core.findings import Finding, LintRecord, Outcome, Severity
from piste.core.panels import Block, Grid, Lines, Picture, Pictures, Text, Tone
from piste.report.numbers import brief, count

_TONES: dict[Severity, Tone] = {Severity.ERROR: "bad", Severity.WARNING: "warning", Severity.INFO: "note"}
_WIDEST = 12  # features beside an example


def linted(lint: LintRecord) -> tuple[Block, ...]:
    """Return a banner, the evidence, the cause and the fix of each cause, then a folded list of all rules."""
    blocks = [block for finding in lint.causes for block in _finding(lint, finding)]
    said = () if blocks else (Text("Nothing was found.", "good"),)
    return (*said, *blocks, _rules(lint))


def _finding(lint: LintRecord, finding: Finding) -> Iterator[Block]:
    yield Text(f"{finding.code}: {finding.title}", _TONES[finding.severity])
    yield Grid(
        ("measured", "", "expected"),
        tuple((one.what, one.measured, one.expected) for one in finding.evidence),
        ("left", "right", "left"),
        str(finding.where),
    )
    explains = [f"It also explains {one.code}: {one.title}" for one in lint.explained(finding)]
    yield Lines((f"Cause: {finding.cause}", *finding.others, f"Fix: {finding.fix}", *explains))
    pictured = tuple(
        Picture(one.picture, f"Example {one.row}: {one.note}", (one.note, f"row {count(one.row)}"))
        for one in finding.shown
        if one.picture
    )
    if pictured:
        yield Pictures(pictured)
    elif finding.shown:
        yield _examples(finding)


def _examples(finding: Finding) -> Grid:
    names = tuple(dict.fromkeys(name for one in finding.shown for name in one.values))[:_WIDEST]
    rows = tuple(
        (count(one.row), brief(one.note), *(brief(one.values.get(name, "")) for name in names)) for one in finding.shown
    )
    return Grid(("row", "", *names), rows, (), "Examples that show it")


def _rules(lint: LintRecord) -> Grid:
    passed = sum(rule.outcome is Outcome.PASSED for rule in lint.rules)
    rows = tuple((rule.code, rule.title, str(rule.outcome), rule.reason) for rule in lint.rules)
    caption = f"{passed} of {len(lint.rules)} rules passed; `piste explain CODE` says what a rule means"
    return Grid(("rule", "what holds", "outcome", "why"), rows, (), caption, folded=True)
