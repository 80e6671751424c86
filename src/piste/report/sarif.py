"""What the linter found as SARIF 2.1.0, the form in which code hosts and editors show findings."""

from typing import Any

from piste.core.findings import Finding, LintRecord, Severity

_LEVEL = {Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(record: LintRecord, version: str) -> dict[str, Any]:
    """Return the record as a SARIF log; `version` is Piste's own."""
    codes = [rule.code for rule in record.rules]
    rules = [
        {"id": rule.code, "name": rule.name, "shortDescription": {"text": rule.title}, "properties": _outcome(rule)}
        for rule in record.rules
    ]
    driver = {"name": "piste", "version": version, "rules": rules}
    results = [_result(record, one, codes.index(one.code)) for one in record.findings]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _outcome(rule: Any) -> dict[str, str]:
    return {"outcome": str(rule.outcome), **({"reason": rule.reason} if rule.reason else {})}


def _result(record: LintRecord, finding: Finding, index: int) -> dict[str, Any]:
    measured = "; ".join(
        f"{one.what} {one.measured}" + (f" (expected {one.expected})" if one.expected else "")
        for one in finding.evidence
    )
    text = f"{finding.title}. {measured}. Cause: {finding.cause} Fix: {finding.fix}"
    place = str(finding.where) or record.subject
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVEL[finding.severity],
        "message": {"text": text},
        "locations": [{"logicalLocations": [{"name": place, "fullyQualifiedName": f"{record.subject}: {place}"}]}],
        "properties": {"key": finding.key, "under": finding.under},
    }
