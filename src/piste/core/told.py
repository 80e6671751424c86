"""What the linter found, as text like a good compiler's."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from piste.core.findings import Finding, LintRecord, Outcome, Severity

ASKING = "To run it, "  # begins what asks for a piece or a declaration; those a flag can give are shown first
Paint = Callable[[str, Severity], str]


def plain(text: str, severity: Severity) -> str:
    """Return `text` as it is."""
    return text


def findings_text(record: LintRecord, paint: Paint = plain) -> str:
    """Return the findings with their evidence, then what was passed, and why the other rules were not run.

    `paint(text, severity)` may colour the heading of a finding.
    """
    blocks = ["\n".join(_finding(record, finding, paint)) for finding in record.causes]
    return "\n\n".join([*blocks, "\n".join(_summary(record))]) + "\n"


def _finding(record: LintRecord, finding: Finding, paint: Paint) -> Iterator[str]:
    yield f"{paint(f'{finding.severity}[{finding.code}]', finding.severity)}: {finding.title}"
    if place := str(finding.where):
        yield f"  --> {place}"
    width = max((len(one.what) for one in finding.evidence), default=0)
    for one in finding.evidence:
        expected = f"   expected {one.expected}" if one.expected else ""
        yield f"   | {one.what:<{width}}  {one.measured}{expected}"
    yield f"   = cause: {finding.cause}"
    for other in finding.others:
        yield f"   = or: {other}"
    yield f"   = fix: {finding.fix}"
    for follower in record.explained(finding):
        yield f"   = explains: {follower.code}, {follower.title}"
    yield f"   = read: piste explain {finding.code}"


def _summary(record: LintRecord) -> Iterator[str]:
    yield f"{record.subject}: {counted(record)} in {record.seconds:.1f} s."
    reasons: dict[str, list[str]] = defaultdict(list)
    for rule in record.rules:
        if rule.outcome is Outcome.NOT_RUN:
            reasons[rule.reason].append(rule.code)
    asking = {reason.removeprefix(ASKING): codes for reason, codes in reasons.items() if reason.startswith(ASKING)}
    yield from _listed("Not run; to run them,", dict(sorted(asking.items(), key=lambda one: "--" not in one[0])))
    others = {reason: codes for reason, codes in reasons.items() if not reason.startswith(ASKING)}
    yield from _listed("Not run, since they do not fit here:", others)
    if record.ignored:
        yield f"Left out by choice: {', '.join(record.ignored)}"


def _listed(heading: str, reasons: dict[str, list[str]]) -> Iterator[str]:
    if reasons:
        yield heading
    for reason, codes in reasons.items():
        yield f"  {' '.join(codes)}: {reason}"


def counted(record: LintRecord) -> str:
    """Return how much was found, passed and not run."""
    found = [(record.count(severity), severity.value) for severity in reversed(Severity)]
    said = [f"{count} {word}{'s' if count > 1 and word != 'info' else ''}" for count, word in found if count]
    outcomes = [rule.outcome for rule in record.rules]
    passed, skipped = outcomes.count(Outcome.PASSED), outcomes.count(Outcome.NOT_RUN)
    return f"{', '.join(said) or 'nothing found'}; {passed} of {len(outcomes)} rules passed, {skipped} not run"
