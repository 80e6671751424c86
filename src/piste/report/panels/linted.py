"""What the linter found before, while and after training, with what shows it, and what became of every rule."""

from collections.abc import Iterator

from piste.core.findings import Finding, LintRecord, Outcome, Severity, ShownChart, Stage, stage
from piste.core.panels import Block, Chart, Grid, Lines, Picture, Pictures, Text, Tone
from piste.report.numbers import brief, count, counted, number
from piste.report.panels.fixes import fixes

_TONES: dict[Severity, Tone] = {Severity.ERROR: "bad", Severity.WARNING: "warning", Severity.INFO: "note"}
_WIDEST = 12  # features beside an example
_LONGEST = 200  # rows of a chart's table
_HEADINGS = {
    Stage.BEFORE: "Before the training",
    Stage.WHILE: "While it went on",
    Stage.AFTER: "Once it was over",
}


def linted(lint: LintRecord) -> tuple[Block, ...]:
    """Return for each stage the banner, the evidence, the cause and the fix of each cause, then a list of all rules."""
    asked = [one for one in Stage if any(stage(rule.code) is one for rule in lint.rules)]
    blocks = [block for one in asked for block in _stage(lint, one, len(asked) > 1)]
    return (*fixes(lint), *blocks, _rules(lint))


def _stage(lint: LintRecord, when: Stage, headed: bool) -> Iterator[Block]:
    found = [finding for finding in lint.causes if stage(finding.code) is when]
    heading = f"{_HEADINGS[when]}: " if headed else ""
    if not found:
        yield Text(f"{heading}nothing was found." if headed else "Nothing was found.", "good")
        return
    if headed:
        yield Text(f"{heading}{counted(len(found), 'finding')}.", "lead")
    for finding in found:
        yield from _finding(lint, finding)


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
    for chart in finding.charts:
        yield Chart(chart.title, chart.description, chart.spec, _numbers(chart), "half")


def _examples(finding: Finding) -> Grid:
    names = tuple(dict.fromkeys(name for one in finding.shown for name in one.values))[:_WIDEST]
    rows = tuple(
        (count(one.row), brief(one.note), *(brief(one.values.get(name, "")) for name in names)) for one in finding.shown
    )
    return Grid(("row", "", *names), rows, (), "Examples that show it")


def _numbers(chart: ShownChart) -> Grid | None:
    """Return what the chart draws as a table, for who cannot see it."""
    rows = chart.spec.get("data", {}).get("values", ())
    if not rows or len(rows) > _LONGEST:
        return None
    names = tuple(rows[0])
    return Grid(names, tuple(tuple(_cell(row.get(name)) for name in names) for row in rows))


def _cell(value: object) -> str:
    return number(float(value)) if isinstance(value, int | float) else brief(str(value))


def _rules(lint: LintRecord) -> Grid:
    passed = sum(rule.outcome is Outcome.PASSED for rule in lint.rules)
    rows = tuple((rule.code, rule.title, stage(rule.code).value, str(rule.outcome), rule.reason) for rule in lint.rules)
    caption = f"{passed} of {len(lint.rules)} rules passed; `piste explain CODE` says what a rule means"
    return Grid(("rule", "what holds", "asked", "outcome", "why"), rows, (), caption, folded=True)
