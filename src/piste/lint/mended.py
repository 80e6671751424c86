"""A person's own pieces as what is judged and changed."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from piste.core.findings import Finding, LintRecord
from piste.lint.bench import Bench
from piste.lint.judge import judge
from piste.lint.mending import Step
from piste.lint.pipeline import Pipeline
from piste.lint.remedies.remedy import NotFixed, Remedy
from piste.lint.rule import NotRun, Rule
from piste.lint.settings import LintSettings


@dataclass(frozen=True)
class Pieces:
    """A pipeline and the rules that are asked of it."""

    pipeline: Pipeline
    rules: tuple[Rule, ...]
    wanted: LintSettings

    def judged(self, codes: Sequence[str] = ()) -> LintRecord:
        """Return the judgement by all rules that were asked for, or by `codes` of them."""
        wanted = self.wanted
        if codes:
            return judge(self.pipeline, [rule for rule in self.rules if rule.code in codes], seconds=wanted.seconds)
        return judge(self.pipeline, self.rules, select=wanted.select, ignore=wanted.ignore, seconds=wanted.seconds)

    def mended(self, remedy: Remedy, finding: Finding) -> Step["Pieces"]:
        """Return what comes of a remedy; raises `NotFixed` where it does not fit."""
        try:
            done = remedy.mend(Bench(self.pipeline), finding)
        except NotRun as reason:
            raise NotFixed(str(reason)) from reason
        change = "" if done.pipeline is self.pipeline else done.change
        undo = f"piste.fix(..., ignore=['{finding.code}'])"
        return Step(dataclasses.replace(self, pipeline=done.pipeline), change, undo, renamed=remedy.renames)
