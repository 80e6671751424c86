"""Applies what is safe of the remedies that findings name, and asks the rules again whether it helped.

All remedies of a judgement are applied at once and the rules asked once more. Where something is not gone, or something
worse appeared, each is tried by itself, and stays only if its finding is gone and nothing worse appeared. What comes to
light then is cured in the same way.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, Self, TypeVar

from piste.core.findings import Finding, LintRecord, Outcome
from piste.core.fixes import Effect, Fix
from piste.lint.remedies.remedy import NotFixed, Remedy

_ROUNDS = 8


class Subject(Protocol):
    """What is judged and changed: pieces of a person's own, or data with settings."""

    def judged(self, codes: Sequence[str] = ()) -> LintRecord:
        """Return the judgement by all rules that were asked for, or by `codes` of them.

        Raises `NotFixed` where what was changed leaves nothing to judge.
        """

    def mended(self, remedy: Remedy, finding: Finding) -> "Step[Self]":
        """Return what comes of a remedy; raises `NotFixed` where it does not fit."""


Changed = TypeVar("Changed", bound=Subject)


@dataclass(frozen=True)
class Step(Generic[Changed]):
    """A subject after a remedy, what was changed, how to take it back, and the settings that say so.

    `change` is "" where nothing was left to be changed. `renamed` says that columns have other names now.
    """

    subject: Changed
    change: str
    undo: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    renamed: bool = False


@dataclass(frozen=True)
class Ended(Generic[Changed]):
    """The subject after all that was done, every fix made or left, and the last judgement."""

    subject: Changed
    fixes: tuple[Fix, ...]
    record: LintRecord


@dataclass(frozen=True)
class _Tried:
    finding: Finding
    remedy: Remedy
    step: Step[Any]


def mend(subject: Changed, remedies: Mapping[str, Remedy]) -> Ended[Changed]:
    """Return `subject` without the faults that one of `remedies` cures, and what was done about each."""
    before = subject.judged()
    fixes: list[Fix] = []
    seen: set[tuple[str, str, str]] = set()
    for _ in range(_ROUNDS):
        causes = [one for one in before.causes if one.remedy in remedies and _place(one) not in seen]
        tried, left = _together(subject, causes, remedies)
        seen |= {_place(one.finding) for one in tried} | {_place(finding) for finding, _ in left}
        fixes += [_left(finding, reason) for finding, reason in left]
        if not tried:
            break
        after = _judged(tried[-1].step.subject)
        if after is not None and not any(_against(one, before, after) for one in tried):
            subject = tried[-1].step.subject
            fixes += [_made(one, after) for one in tried if one.step.change]
            before = after
        else:
            codes = _found(before) | (_found(after) if after else set())
            subject, more = _one_by_one(subject, tried, before, codes)
            fixes += more
            before = subject.judged()
    return Ended(subject, tuple(fixes), dataclasses.replace(before, fixes=tuple(fixes)))


def _judged(subject: Any) -> LintRecord | None:
    try:
        record: LintRecord = subject.judged()
    except NotFixed:
        return None
    return record


def _place(finding: Finding) -> tuple[str, str, str]:
    # A remedy cures all splits at once.
    return finding.code, finding.key, finding.where.column


def _found(record: LintRecord) -> set[str]:
    return {one.code for one in record.findings}


def _together(
    subject: Any, causes: Sequence[Finding], remedies: Mapping[str, Remedy]
) -> tuple[list[_Tried], list[tuple[Finding, str]]]:
    """Return the remedies applied one upon the other, and the findings that they do not fit, with the reason."""
    tried: list[_Tried] = []
    left: list[tuple[Finding, str]] = []
    renamed = False
    once = {_place(one): one for one in reversed(causes)}  # of several splits, the first stands for all
    for finding in reversed(once.values()):
        if renamed and finding.where.column:
            continue  # the column has another name now: the next round knows it
        remedy = remedies[finding.remedy]
        try:
            step = subject.mended(remedy, finding)
        except NotFixed as reason:
            left.append((finding, str(reason)))
            continue
        if not step.change and not any(one.remedy is remedy for one in tried):
            left.append((finding, f"There is nothing for the remedy to change. By hand: {finding.fix}."))
            continue
        subject, renamed = step.subject, renamed or step.renamed
        tried.append(_Tried(finding, remedy, step))
    return tried, left


def _one_by_one(subject: Any, tried: Sequence[_Tried], before: LintRecord, codes: set[str]) -> tuple[Any, list[Fix]]:
    fixes = []
    for one in tried:
        try:
            step = subject.mended(one.remedy, one.finding)
            if not step.change:
                continue  # an earlier fix did it as well
            after = step.subject.judged(sorted(codes))
        except NotFixed as reason:
            fixes.append(_left(one.finding, str(reason)))
            continue
        again = _Tried(one.finding, one.remedy, step)
        if against := _against(again, before, after):
            fixes.append(_left(one.finding, against))
        else:
            subject = step.subject
            fixes.append(_made(again, after))
    return subject, fixes


def _against(one: _Tried, before: LintRecord, after: LintRecord) -> str:
    """Return why a fix is not kept: its finding is still there, cannot be asked for, or something worse came up."""
    finding = one.finding
    for other in after.findings:
        if _place(other) == _place(finding) and other.severity.rank >= finding.severity.rank:
            return f"It did not help: {other.title}."
    rule = next((rule for rule in after.rules if rule.code == finding.code), None)
    if rule is not None and rule.outcome not in (Outcome.PASSED, Outcome.FOUND) and not one.remedy.later:
        return f"The rule could not be asked again: {rule.reason}"
    worse = next((other for other in after.causes if _is_worse(other, finding, before, after)), None)
    return "" if worse is None else f"It brought up {worse.code}: {worse.title}."


def _is_worse(new: Finding, cured: Finding, before: LintRecord, after: LintRecord) -> bool:
    """Return whether `new` is as bad as what was cured, of a rule that ran before and found less."""
    if new.severity.rank < max(1, cured.severity.rank):
        return False
    if before.outcome(new.code) not in (Outcome.PASSED, Outcome.FOUND):
        return False
    # Counted, as columns may have other names now.
    return _as_bad(new, after) > _as_bad(new, before)


def _as_bad(finding: Finding, record: LintRecord) -> int:
    return sum(one.code == finding.code and one.severity.rank >= finding.severity.rank for one in record.findings)


def _made(one: _Tried, after: LintRecord) -> Fix:
    finding, step = one.finding, one.step
    asked = after.outcome(finding.code)
    gone = asked in (Outcome.PASSED, Outcome.FOUND)
    return Fix(
        finding.code,
        finding.key,
        finding.title,
        finding.remedy,
        Effect.GONE if gone else Effect.LATER,
        step.change,
        _measured(finding),
        "gone" if gone else "",
        step.undo,
        "",
        dict(step.settings),
    )


def _measured(finding: Finding) -> str:
    return "; ".join(f"{one.what}: {one.measured}" for one in finding.evidence[:1])


def _left(finding: Finding, reason: str) -> Fix:
    return Fix(
        finding.code,
        finding.key,
        finding.title,
        finding.remedy,
        Effect.LEFT,
        before=_measured(finding),
        reason=reason,
    )
