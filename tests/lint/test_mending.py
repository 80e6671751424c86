"""Remedies are kept only if their finding is gone and nothing worse appeared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from piste.core.findings import Evidence, Finding, LintRecord, Outcome, RuleRecord, Severity
from piste.core.fixes import Effect
from piste.lint.mending import Step, mend
from piste.lint.remedies.remedy import NotFixed, Remedy

W, E, I = Severity.WARNING, Severity.ERROR, Severity.INFO  # noqa: E741


def finding(code: str, severity: Severity = W, remedy: str = "") -> Finding:
    evidence = (Evidence("wrong", code),)
    return Finding(code, severity, f"{code} is off", evidence, "Because.", "Do it", code, key=code, remedy=remedy)


@dataclass(frozen=True)
class Patient:
    """What is judged: faults by code, and for each remedy the faults that it takes away and brings."""

    faults: Mapping[str, Finding]
    does: Mapping[str, tuple[set[str], Mapping[str, Finding]]]
    silent: frozenset[str] = frozenset()  # rules that cannot be asked once something was changed
    changed: bool = False

    def judged(self, codes: Sequence[str] = ()) -> LintRecord:
        if "nothing left" in self.faults:
            raise NotFixed("No row is left.")
        rules = []
        for code in ("A", "B", "C"):
            if codes and code not in codes:
                continue
            found = (self.faults[code],) if code in self.faults else ()
            outcome = Outcome.FOUND if found else Outcome.PASSED
            if self.changed and code in self.silent:
                outcome, found = Outcome.NOT_RUN, ()
            rules.append(RuleRecord(code, code, code, "data", outcome, "", found))
        return LintRecord("patient", tuple(rules), 0.1)

    def mended(self, remedy: Remedy, finding: Finding) -> Step["Patient"]:
        if remedy.name not in self.does:
            raise NotFixed("It does not fit.")
        gone, brought = self.does[remedy.name]
        faults = {code: one for code, one in self.faults.items() if code not in gone} | dict(brought)
        change = "" if faults == self.faults else remedy.name
        return Step(replace(self, faults=faults, changed=True), change, f"undo {remedy.name}")


def unused(*given: Any) -> Any:
    raise AssertionError


CURES = {name: Remedy(name, name, unused, later=name == "later") for name in ("a", "b", "later")}


def cured(faults: Sequence[Finding], silent: str = "", **does: Any) -> tuple[list[tuple[str, Effect, str]], set[str]]:
    ended = mend(Patient({one.code: one for one in faults}, does, frozenset(silent)), CURES)
    assert ended.record.fixes == ended.fixes
    return [(fix.code, fix.effect, fix.reason) for fix in ended.fixes], set(ended.subject.faults)


def test_what_helps_is_kept() -> None:
    fixes, left = cured([finding("A", remedy="a"), finding("B", remedy="b")], a=({"A"}, {}), b=({"B"}, {}))
    assert (fixes, left) == ([("A", Effect.GONE, ""), ("B", Effect.GONE, "")], set())


def test_what_does_not_help_is_taken_back_alone() -> None:
    fixes, left = cured(
        [finding("A", remedy="a"), finding("B", remedy="b")], a=(set(), {"C": finding("C", I)}), b=({"B"}, {})
    )
    assert fixes == [("A", Effect.LEFT, "It did not help: A is off."), ("B", Effect.GONE, "")]
    assert left == {"A"}


@pytest.mark.parametrize(
    ("cure", "brings", "kept"), [(W, W, False), (W, I, True), (I, W, False), (E, W, True), (E, E, False)]
)
def test_nothing_as_bad_may_come_up(cure: Severity, brings: Severity, kept: bool) -> None:
    fixes, left = cured([finding("A", cure, "a")], a=({"A"}, {"C": finding("C", brings)}))
    reason = "" if kept else "It brought up C: C is off."
    assert fixes == [("A", Effect.GONE if kept else Effect.LEFT, reason)]
    assert left == ({"C"} if kept else {"A"})


def test_what_comes_to_light_is_cured_too() -> None:
    brought = {"B": finding("B", W, "b")}
    fixes, left = cured([finding("A", E, "a")], a=({"A"}, brought), b=({"B"}, {}))
    assert ([code for code, _, _ in fixes], left) == (["A", "B"], set())


def test_one_change_may_cure_two() -> None:
    fixes, left = cured([finding("A", remedy="a"), finding("B", remedy="a")], a=({"A", "B"}, {}))
    assert (fixes, left) == ([("A", Effect.GONE, "")], set())


def test_a_rule_that_cannot_be_asked_again_proves_nothing_but_of_the_training_before() -> None:
    fixes, left = cured([finding("A", remedy="a")], "A", a=({"A"}, {}))
    assert (fixes[0][1], left) == (Effect.LEFT, {"A"})
    assert "could not be asked again" in fixes[0][2]
    fixes, left = cured([finding("A", remedy="later")], "A", later=({"A"}, {}))
    assert (fixes, left) == ([("A", Effect.LATER, "")], set())


def test_what_does_not_fit_or_leaves_nothing_is_left() -> None:
    fixes, left = cured([finding("A", remedy="a"), finding("B", remedy="b")], b=({"B"}, {"nothing left": finding("C")}))
    assert sorted(fixes) == [("A", Effect.LEFT, "It does not fit."), ("B", Effect.LEFT, "No row is left.")]
    assert left == {"A", "B"}


def test_a_finding_without_a_remedy_is_not_touched() -> None:
    assert cured([finding("A"), finding("B", remedy="unheard")]) == ([], {"A", "B"})
