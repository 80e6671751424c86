from piste.lint import causes
from piste.lint.catalog import RULES


def test_causes_and_what_stands_under_them_are_rules() -> None:
    codes = {rule.code for rule in RULES}
    assert set(causes.CAUSES) | set(causes.REPORT) <= codes
    assert {code for rule in RULES for code in rule.explained_by} <= codes
    assert len(set(causes.CAUSES)) == len(causes.CAUSES)


def test_no_cause_is_only_seen_of_a_training() -> None:
    watched = [rule.code for rule in RULES if rule.code in causes.CAUSES and "watched" in rule.needs]
    assert watched == []
