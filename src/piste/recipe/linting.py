"""The rules that `piste train` asks: before it trains, and once it is over about what was seen and what came of it."""

import dataclasses
from collections.abc import Callable, Sequence

from piste.core.errors import SettingError
from piste.core.findings import LINT, Finding, LintRecord, Stage, stage
from piste.core.fixes import Fix
from piste.core.records import RunRecord
from piste.core.runs import RUN, RunFolder
from piste.core.settings import from_mapping
from piste.lint.catalog import RULES
from piste.lint.grouping import grouped
from piste.lint.judge import chosen, judge
from piste.lint.pipeline import Pipeline
from piste.lint.rule import Rule
from piste.lint.settings import EVERY_RULE, LintSettings
from piste.recipe.progress import Listener
from piste.recipe.settings import LINTING

SECONDS = 20.0
"""How long they may take, before and after."""

SAID_BY_THE_VERDICT = ("E301",)
ALWAYS_SAID = ("T202", "T203")
"""Under- and over-fitting, which matter to whoever trains even where the best epoch was kept."""


def lint_before(folder: RunFolder, pipeline: Pipeline, hear: Listener, wanted: LintSettings) -> LintRecord:
    """Judge the data of a run that is about to be trained, keep the record in its folder, and say what was found.

    Only rules that neither compile nor train are asked: `piste lint` asks them all.
    """
    rules = [rule for rule in RULES if not rule.trains and not rule.missing(pipeline)]
    record = dataclasses.replace(_judged(pipeline, rules, wanted), fixes=fixes_in(folder))
    folder.write(record, LINT)
    _say(record, hear, lambda finding: finding.severity.rank > 0)
    return record


def lint_after(
    folder: RunFolder, before: LintRecord, pipeline: Pipeline, hear: Listener, wanted: LintSettings
) -> LintRecord:
    """Judge how a training went and what came of it; the record in the folder then has all that was asked of the run.

    What `before` found was said before, and what the verdict says is not said twice.
    """
    asked = {rule.code for rule in before.rules}
    rules = [
        rule
        for rule in RULES
        if stage(rule.code) is not Stage.BEFORE and rule.code not in asked and not rule.missing(pipeline)
    ]
    record = merged(before, _judged(pipeline, rules, wanted))
    folder.write(record, LINT)
    _say(record, hear, lambda finding: finding.code not in asked and _matters(finding))
    return record


def lint_rows(pipeline: Pipeline, wanted: LintSettings) -> LintRecord:
    """Judge what a network that was trained before says of other rows."""
    rules = [rule for rule in RULES if stage(rule.code) is Stage.AFTER and not rule.missing(pipeline)]
    return _judged(pipeline, rules, wanted)


def keep_fixes(folder: RunFolder, name: str, fixes: tuple[Fix, ...]) -> None:
    """Write down what was fixed before a run began."""
    if fixes:
        folder.write(LintRecord(name, (), 0.0, (), fixes), LINT)


def fixes_in(folder: RunFolder) -> tuple[Fix, ...]:
    """Return what was fixed before a run began, which stays with it when it is resumed."""
    return folder.read(LintRecord, LINT).fixes if folder.file(LINT).is_file() else ()


def wanted_of(record: RunRecord) -> LintSettings:
    """Return which rules a run asks, all where its settings name rules that there are no more."""
    try:
        wanted = from_mapping(LintSettings, record.settings.get(LINTING, {}), RUN)
        chosen(RULES, wanted.select, wanted.ignore)
    except SettingError:
        return EVERY_RULE
    return wanted


def merged(before: LintRecord, after: LintRecord) -> LintRecord:
    """Return one record of both judgements, with findings that have one cause put under it anew."""
    records = {one.code: one for one in (*before.rules, *after.rules)}
    rules = [rule for rule in RULES if rule.code in records]
    seconds = round(before.seconds + after.seconds, 3)
    return LintRecord(before.subject, grouped(rules, records), seconds, before.ignored, before.fixes)


def _judged(pipeline: Pipeline, rules: Sequence[Rule], wanted: LintSettings) -> LintRecord:
    picked = chosen(RULES, wanted.select, wanted.ignore)
    record = judge(pipeline, [rule for rule in rules if rule in picked], seconds=min(wanted.seconds, SECONDS))
    return dataclasses.replace(record, ignored=tuple(rule.code for rule in RULES if rule not in picked))


def _matters(finding: Finding) -> bool:
    if finding.code in SAID_BY_THE_VERDICT:
        return False
    return finding.severity.rank > 0 or finding.code in ALWAYS_SAID


def _say(record: LintRecord, hear: Listener, matters: Callable[[Finding], bool]) -> None:
    for finding in filter(matters, record.causes):
        hear.say(sentence(finding))


def sentence(finding: Finding) -> str:
    """Return a finding as one line."""
    return f"{finding.severity}[{finding.code}]: {finding.title}. Fix: {finding.fix}"
