"""Nothing is said twice: findings with one cause are put under the one that stands for it."""

import dataclasses
from collections.abc import Mapping, Sequence

from piste.core.findings import Finding, Outcome, RuleRecord
from piste.lint.rule import Rule


def grouped(rules: Sequence[Rule], records: Mapping[str, RuleRecord]) -> tuple[RuleRecord, ...]:
    """Return the records in the order of `rules`, with `under` set in every finding that another one explains.

    A finding stands under the first found rule of its rule's `explained_by`, else under the worst finding of the same
    key; what stands under something that itself does moves up to the top. An info explains no warning: it would hide
    it.
    """
    found = {rule.code: records[rule.code].findings for rule in rules if records[rule.code].findings}
    heads = _heads(found)
    seen = {code for code in found if records[code].outcome is Outcome.FOUND}  # a broken rule explains nothing
    worst = {code: max(one.severity.rank for one in found[code]) for code in seen}
    explaining = {rule.code: [code for code in rule.explained_by if code in seen] for rule in rules}

    def parent(finding: Finding) -> str:
        above = (code for code in explaining[finding.code] if worst[code] >= min(finding.severity.rank, 1))
        return next(above, "") or heads.get(finding.key, finding.code)

    # A rule all of whose findings stand under others is no place for anything to stand under.
    above = {code: parent(findings[0]) for code, findings in found.items() if code not in map(parent, findings)}
    return tuple(
        dataclasses.replace(
            records[rule.code],
            findings=tuple(_under(one, _top(parent(one), above)) for one in records[rule.code].findings),
        )
        for rule in rules
    )


def _heads(found: Mapping[str, Sequence[Finding]]) -> dict[str, str]:
    """Return for each key the code of its worst finding."""
    every = [finding for findings in found.values() for finding in findings]
    heads: dict[str, str] = {}
    for finding in sorted(every, key=lambda one: -one.severity.rank):
        heads.setdefault(finding.key, finding.code)
    return heads


def _under(finding: Finding, head: str) -> Finding:
    return dataclasses.replace(finding, under="" if head == finding.code else head)


def _top(code: str, above: Mapping[str, str]) -> str:
    passed = [code]
    while code in above:
        code = above[code]
        if code in passed:  # rules that explain each other: the first by code stands for them
            return min(passed[passed.index(code) :])
        passed.append(code)
    return code
