"""The loss gives for chosen outputs what the cross-entropy gives, to the last digits."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.probes.losses import Answer, KnownAnswers, known_answers
from piste.lint.probes.references import Suspect
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield who the loss is, where it is not the one that the task needs."""
    if bench.probe(problem).task is Task.REGRESSION:
        raise NotRun("The target is a number: L102 to L107 judge its loss.")
    found = bench.probe(known_answers)
    if not found.answers:
        raise NotRun("Another loss than the cross-entropy is meant; general laws judge it (L102 to L106).")
    if not found.right:
        yield _named(found, found.suspect) if found.suspect else _unknown(found)


def _named(found: KnownAnswers, suspect: Suspect) -> Finding:
    return RULE.finding(
        suspect.severity,
        _title(found),
        evidence=evidence(found),
        cause=suspect.cause,
        fix=suspect.fix,
        remedy="usual-loss",
        key=suspect.key,
    )


def _unknown(found: KnownAnswers) -> Finding:
    return RULE.finding(
        Severity.INFO,
        _title(found),
        evidence=evidence(found),
        cause="It is not the cross-entropy, and none of its usual misspellings; L102 to L105 judge it by laws.",
        fix="Declared(loss='other'), if another loss is meant; else optax.softmax_cross_entropy_with_integer_labels",
        key="loss.other",
    )


def _title(found: KnownAnswers) -> str:
    worst = max(found.answers, key=_excess)
    return f"The loss of {worst.case} is {worst.measured:.4g} where the cross-entropy is {worst.expected:.4g}"


def _excess(answer: Answer) -> float:
    gap = abs(answer.measured - answer.expected) / (1.0 + abs(answer.expected))
    return gap if gap == gap else float("inf")


def evidence(found: KnownAnswers) -> list[Evidence]:
    """Return what was measured beside what was expected, case by case."""
    return [Evidence(one.case, f"{one.measured:.4g}", f"{one.expected:.4g}") for one in found.answers]


RULE = Rule(
    "L101",
    "known-answers",
    "The loss gives the known answers of the cross-entropy",
    Group.LOSS,
    ("loss", "task"),
    check,
)
