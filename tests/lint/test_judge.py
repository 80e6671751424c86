"""The judge: every rule has an outcome, none stops the others, one cause is said once, chance is budgeted."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.findings import Evidence, Finding, LintRecord, Outcome, Severity
from piste.core.records import decode, encode
from piste.lint.bench import Bench, OutOfTime
from piste.lint.judge import judge
from piste.lint.pipeline import Pipeline, Split
from piste.lint.rule import Group, NotRun, Rule

EMPTY = Pipeline()


def rule(code: str, check: Callable[[Bench], Iterable[Finding]], **more: object) -> Rule:
    needs = more.pop("needs", ())
    return Rule(code, f"rule-{code.lower()}", "Something holds", Group.LOSS, needs, check, **more)  # type: ignore[arg-type]


def finding(code: str, severity: Severity = Severity.WARNING, key: str = "", p_value: float | None = None) -> Finding:
    return Finding(code, severity, "Something is wrong", (Evidence("it", "2", "1"),), "Because.", "Do.",
                   f"rules/{code}", key=key or code, p_value=p_value)  # fmt: skip


def yields(*findings: Finding) -> Callable[[Bench], Iterable[Finding]]:
    return lambda bench: findings


def test_every_rule_has_an_outcome() -> None:
    def unfit(bench: Bench) -> Iterator[Finding]:
        raise NotRun("The target is a number.")

    def broken(bench: Bench) -> Iterator[Finding]:
        yield finding("L104")
        raise ValueError("no shape")

    rules = [
        rule("L101", yields()),
        rule("L102", yields(finding("L102"))),
        rule("L103", unfit),
        rule("L104", broken),
        rule("L105", yields(), needs=("loss", "network")),
    ]
    record = judge(EMPTY, rules)
    said = {one.code: (one.outcome, one.reason) for one in record.rules}
    assert said["L101"] == (Outcome.PASSED, "")
    assert said["L102"] == (Outcome.FOUND, "")
    assert said["L103"] == (Outcome.NOT_RUN, "The target is a number.")
    assert said["L104"] == (Outcome.FAILED, "ValueError: no shape")
    assert said["L105"][0] is Outcome.NOT_RUN
    assert "loss=" in said["L105"][1]
    assert "model=" in said["L105"][1]
    assert [one.code for one in record.causes] == ["L102", "L104"]
    assert not record.clean


def test_the_record_survives_json() -> None:
    record = judge(EMPTY, [rule("L101", yields(finding("L101", p_value=1e-9)), statistical=True)])
    assert decode(encode(record), LintRecord) == record


def test_findings_of_one_cause_stand_under_the_worst() -> None:
    rules = [
        rule("L101", yields(finding("L101", Severity.WARNING, "loss.sign"))),
        rule("L102", yields(finding("L102", Severity.ERROR, "loss.sign"))),
        rule("L103", yields(finding("L103", Severity.ERROR)), explained_by=("L101",)),
        rule("L104", yields(finding("L104", Severity.ERROR)), explained_by=("L999",)),
    ]
    record = judge(EMPTY, rules)
    assert [one.code for one in record.causes] == ["L102", "L104"]
    assert [one.code for one in record.explained(record.causes[0])] == ["L101", "L103"]
    assert [one.code for one in record.findings] == ["L102", "L101", "L103", "L104"]


def test_rules_that_explain_each_other_do_not_vanish() -> None:
    rules = [
        rule("L101", yields(finding("L101")), explained_by=("L102",)),
        rule("L102", yields(finding("L102")), explained_by=("L101",)),
    ]
    assert {one.code for one in judge(EMPTY, rules).findings} == {"L101", "L102"}


@pytest.mark.parametrize(("severity", "heads"), [(Severity.INFO, ["L102", "L101"]), (Severity.WARNING, ["L101"])])
def test_an_info_hides_no_warning(severity: Severity, heads: list[str]) -> None:
    rules = [
        rule("L101", yields(finding("L101", severity))),
        rule("L102", yields(finding("L102")), explained_by=("L101",)),
    ]
    assert [one.code for one in judge(EMPTY, rules).causes] == heads


def test_what_may_be_chance_is_dropped_and_what_is_not_is_kept() -> None:
    def suite(p_value: float) -> list[Rule]:
        others = [rule(f"D1{index:02d}", yields(), statistical=True) for index in range(19)]
        return [*others, rule("L101", yields(finding("L101", p_value=p_value)), statistical=True)]

    assert judge(EMPTY, suite(0.001)).outcome("L101") is Outcome.PASSED  # 0.01 / 20 rules is the limit
    assert judge(EMPTY, suite(0.0004)).outcome("L101") is Outcome.FOUND


def test_rules_are_chosen_by_code_beginning_name_and_group() -> None:
    rules = [rule("L101", yields()), rule("L201", yields()), rule("O101", yields())]
    assert [one.code for one in judge(EMPTY, rules, select=["L1"]).rules] == ["L101"]
    assert [one.code for one in judge(EMPTY, rules, select=["loss"], ignore=["rule-l201"]).rules] == ["L101", "O101"]
    assert judge(EMPTY, rules, ignore=["L"]).ignored == ("L101", "L201")
    with pytest.raises(SettingError, match=r"No rule is called 'L105'\. Did you mean 'L101'\?"):
        judge(EMPTY, rules, ignore=["L105"])
    with pytest.raises(SettingError, match=r"No rule is called 'lass'\. Did you mean 'loss'\?"):
        judge(EMPTY, rules, select=["lass"])
    with pytest.raises(SettingError, match=r"'quixotic'\. piste explain lists all"):
        judge(EMPTY, rules, select=["quixotic"])


def test_no_rule_begins_when_the_time_is_over() -> None:
    def endless(bench: Bench) -> Iterator[Finding]:
        while True:
            bench.hurry()

    record = judge(EMPTY, [rule("L101", endless), rule("L102", yields())], seconds=0.05)
    assert [one.outcome for one in record.rules] == [Outcome.NOT_RUN, Outcome.NOT_RUN]
    assert "--seconds" in record.rules[0].reason


def test_a_probe_is_measured_once_and_its_failure_is_kept() -> None:
    calls = []

    def probe(bench: Bench, argument: int) -> int:
        calls.append(argument)
        if argument < 0:
            raise NotRun("It does not fit.")
        return argument * 2

    bench = Bench(EMPTY)
    assert [bench.probe(probe, 1), bench.probe(probe, 1), bench.probe(probe, 2)] == [2, 2, 4]
    for _ in range(2):
        with pytest.raises(NotRun):
            bench.probe(probe, -1)
    assert calls == [1, 2, -1]
    with pytest.raises(OutOfTime):
        Bench(EMPTY, deadline=0.0).hurry()


def test_a_split_of_unequal_lengths_is_refused() -> None:
    with pytest.raises(SettingError, match="one entry for each of 3 inputs"):
        Split(np.zeros((3, 2)), np.zeros(2))
