"""Runs the rules on a pipeline within a time, and puts findings with one cause under it."""

import dataclasses
import difflib
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence

from piste.core.errors import SettingError
from piste.core.findings import Evidence, Finding, LintRecord, Outcome, RuleRecord, Severity
from piste.lint.bench import Bench, OutOfTime
from piste.lint.budget import thresholds
from piste.lint.grouping import grouped
from piste.lint.pipeline import Pipeline
from piste.lint.rule import Group, NotRun, Rule, available
from piste.lint.settings import LintSettings


def judge(
    pipeline: Pipeline,
    rules: Sequence[Rule],
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    seconds: float = LintSettings.seconds,
) -> LintRecord:
    """Return the outcome of every one of `rules`: found, passed, not run with the reason, or broken.

    `select` and `ignore` name codes, beginnings of codes ("L", "D1"), rule names or groups. No rule begins after
    `seconds`; those left are reported as not run. Raises `SettingError` for a name that selects nothing.
    """
    began = time.monotonic()
    asked = chosen(rules, select, ignore)
    runnable, lacking = available(asked, pipeline)
    bench = Bench(pipeline, began + seconds)
    records = {code: _not_run(rule, _asking(lacking[code])) for rule in asked if (code := rule.code) in lacking}
    for rule in sorted(runnable, key=lambda one: one.trains):
        records[rule.code] = _run(rule, bench, seconds)
    judged = _within_budget(asked, records)
    done = grouped(asked, judged)
    left_out = tuple(rule.code for rule in rules if rule not in asked)
    return LintRecord(pipeline.name, done, round(time.monotonic() - began, 3), left_out)


def chosen(rules: Sequence[Rule], select: Iterable[str], ignore: Iterable[str]) -> list[Rule]:
    """Return the rules that `select` names (all where it is empty) and `ignore` does not; `SettingError` as `judge`."""
    select, ignore = tuple(select), tuple(ignore)
    for word in (*select, *ignore):
        if word.lower() not in list(Group) and not any(_named(rule, word) for rule in rules):
            raise SettingError(f"No rule is called '{word}'. {_help(rules, word)}")
    wanted = [rule for rule in rules if not select or any(_named(rule, word) for word in select)]
    return [rule for rule in wanted if not any(_named(rule, word) for word in ignore)]


def _help(rules: Sequence[Rule], word: str) -> str:
    """Return the nearest name, or where all of them stand: they fill a screen."""
    known = [*Group, *(name for rule in rules for name in (rule.code, rule.name))]
    close = difflib.get_close_matches(word.lower(), [one.lower() for one in known], 1)
    names = {one.lower(): one for one in known}
    return f"Did you mean '{names[close[0]]}'?" if close else "piste explain lists all of them, and the groups."


def _named(rule: Rule, word: str) -> bool:
    return rule.code.startswith(word.upper()) or word.lower() in (rule.name, rule.group.value)


def _asking(missing: tuple[str, ...]) -> str:
    return f"To run it, {'; '.join(missing)}."


def _not_run(rule: Rule, reason: str) -> RuleRecord:
    return RuleRecord(rule.code, rule.name, rule.title, rule.group.value, Outcome.NOT_RUN, reason)


def _run(rule: Rule, bench: Bench, seconds: float) -> RuleRecord:
    began = time.monotonic()
    late = _not_run(rule, f"The {seconds:g} seconds were over; give more with --seconds.")
    if began > bench.deadline:
        return late
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a probe goes where warnings are: overflows, empty means
            found = tuple(rule.check(bench))
    except OutOfTime:
        return late
    except NotRun as reason:
        return _not_run(rule, str(reason))
    except Exception as error:
        return _broken(rule, error, time.monotonic() - began)
    outcome = Outcome.FOUND if found else Outcome.PASSED
    took = round(time.monotonic() - began, 3)
    return RuleRecord(rule.code, rule.name, rule.title, rule.group.value, outcome, "", found, took)


def _broken(rule: Rule, error: Exception, seconds: float) -> RuleRecord:
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    finding = rule.finding(
        Severity.INFO,
        f"The rule {rule.code} could not be carried out",
        evidence=[Evidence("what it ran into", said)],
        cause="A piece of the pipeline raised this when it was probed, or the rule has a fault.",
        fix=f"Call that piece with a small batch by hand; or leave the rule out: --ignore {rule.code}",
        key=f"failed.{said}",
    )
    return RuleRecord(
        rule.code, rule.name, rule.title, rule.group.value, Outcome.FAILED, said, (finding,), round(seconds, 3)
    )


def _within_budget(rules: Sequence[Rule], records: Mapping[str, RuleRecord]) -> dict[str, RuleRecord]:
    """Return the records without the statistical findings that may be chance."""
    ran = [rule.code for rule in rules if rule.statistical and records[rule.code].outcome in _RAN]
    smallest = {code: min((_p(one) for one in records[code].findings), default=1.0) for code in ran}
    allowed = thresholds(smallest)
    judged = dict(records)
    for code, level in allowed.items():
        kept = tuple(one for one in records[code].findings if _p(one) <= level)
        outcome = Outcome.FOUND if kept else Outcome.PASSED
        judged[code] = dataclasses.replace(records[code], findings=kept, outcome=outcome)
    return judged


_RAN = (Outcome.FOUND, Outcome.PASSED)


def _p(finding: Finding) -> float:
    # A statistical rule may also see something that is certain.
    return 0.0 if finding.p_value is None else finding.p_value
