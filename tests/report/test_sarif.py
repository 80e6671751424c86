"""Findings as text and as SARIF, from records alone."""

from dataclasses import replace

from piste.core.findings import Evidence, Finding, LintRecord, Outcome, RuleRecord, Severity, Where
from piste.core.told import findings_text
from piste.report.sarif import sarif

HEAD = Finding(
    "L101", Severity.ERROR, "The loss of logit +30 is 1.461", (Evidence("logits all zero", "2.303", "2.303"),
    Evidence("logit +30", "1.461", "0")), "Softmax is applied twice.", "loss(logits, labels)", "rules/L101",
    Where(split="train", rows=(3, 5)), "loss.double-softmax", ("The loss is clipped.",),
)  # fmt: skip
FOLLOWER = replace(HEAD, code="M110", severity=Severity.WARNING, title="Two examples cannot be learnt", under="L101")
RECORD = LintRecord(
    "iris",
    (
        RuleRecord("L101", "known-answers", "The answers are right", "loss", Outcome.FOUND, findings=(HEAD,)),
        RuleRecord("L106", "ignores", "It is ignored", "loss", Outcome.NOT_RUN, "To run it, declare it."),
        RuleRecord("M106", "causality", "No look ahead", "model", Outcome.NOT_RUN, "To run it, declare it."),
        RuleRecord("D113", "in-order", "No future in train", "data", Outcome.NOT_RUN, "To run it, give --time."),
        RuleRecord("L107", "perfect", "No broadcast", "loss", Outcome.NOT_RUN, "The target is no number."),
        RuleRecord("M110", "by-heart", "It learns", "model", Outcome.FOUND, findings=(FOLLOWER,)),
        RuleRecord("O101", "descends", "It descends", "optimiser", Outcome.PASSED),
    ),
    1.25,
    ("D",),
)


def test_the_text_is_like_a_compilers() -> None:
    assert (
        findings_text(RECORD)
        == """\
error[L101]: The loss of logit +30 is 1.461
  --> split train; rows 3, 5
   | logits all zero  2.303   expected 2.303
   | logit +30        1.461   expected 0
   = cause: Softmax is applied twice.
   = or: The loss is clipped.
   = fix: loss(logits, labels)
   = explains: M110, Two examples cannot be learnt
   = read: piste explain L101

iris: 1 error; 1 of 7 rules passed, 4 not run in 1.2 s.
Not run; to run them,
  D113: give --time.
  L106 M106: declare it.
Not run, since they do not fit here:
  L107: The target is no number.
Left out by choice: D
"""
    )


def test_a_record_is_printed_as_its_text_and_shown_in_a_line() -> None:
    assert f"{RECORD}\n" == findings_text(RECORD)
    assert repr(RECORD) == "<LintRecord of iris: 1 error; 1 of 7 rules passed, 4 not run>"


def test_only_the_heading_is_painted() -> None:
    text = findings_text(RECORD, lambda text, severity: f"<{severity}>{text}</>")
    assert text.startswith("<error>error[L101]</>: The loss")


def test_sarif_has_every_rule_and_finding() -> None:
    log = sarif(RECORD, "1.0")
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.code for rule in RECORD.rules]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("L101", "error"),
        ("M110", "warning"),
    ]
    assert run["results"][1]["ruleIndex"] == 5
    assert "1.461 (expected 0)" in run["results"][0]["message"]["text"]


def test_a_record_of_nothing_says_so() -> None:
    clean = LintRecord("iris", (RECORD.rules[-1],), 0.5)
    assert findings_text(clean) == "iris: nothing found; 1 of 1 rules passed, 0 not run in 0.5 s.\n"
    assert clean.clean
    assert not RECORD.clean
