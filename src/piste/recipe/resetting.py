"""Data with settings as what is judged and changed: a cure is a setting, and the data stay as they are."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from piste.core.errors import PisteError
from piste.core.findings import Finding, LintRecord
from piste.core.fixes import Fix
from piste.core.settings import check
from piste.lint.catalog import RULES
from piste.lint.judge import judge
from piste.lint.mending import Ended, Step, mend
from piste.lint.pipeline import Pipeline
from piste.lint.remedies.catalog import REMEDIES
from piste.lint.remedies.remedy import NotFixed, Remedy
from piste.lint.settings import LintSettings
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.judged import pipeline_of
from piste.recipe.progress import Listener
from piste.recipe.settings import SECTIONS, Settings

FIX = "fix"
"""Origin of a setting that a fix set."""

LISTED = ("drop", "missing")
"""Settings that are lists, to which a fix adds."""

FACTOR, RATE = "factor", "learning_rate"


@dataclass(frozen=True)
class Trial:
    """Data, the settings of a training, where those came from, and which rules are asked."""

    data: Any
    settings: Settings
    origins: Mapping[str, str]
    wanted: LintSettings
    hear: Listener

    @cached_property
    def pipeline(self) -> Pipeline:
        """What would be trained; raises `NotFixed` where a fix left nothing to train."""
        try:
            return pipeline_of(self.data, self.settings, self.origins, self.hear)
        except PisteError as error:
            if FIX in self.origins.values():
                raise NotFixed(str(error)) from error
            raise

    @property
    def given(self) -> dict[str, Any]:
        """The settings that were given or set by a fix, by name."""
        return {name: value for name, value in self._values.items() if self.origins.get(name, "default") != "default"}

    @property
    def _values(self) -> dict[str, Any]:
        return {
            field.name: getattr(getattr(self.settings, section), field.name)
            for section, kind in SECTIONS.items()
            for field in dataclasses.fields(kind)
        }

    def judged(self, codes: Sequence[str] = ()) -> LintRecord:
        """Return the judgement by all rules that were asked for, or by `codes` of them."""
        wanted = self.wanted
        if codes:
            return judge(self.pipeline, [rule for rule in RULES if rule.code in codes], seconds=wanted.seconds)
        return judge(self.pipeline, RULES, select=wanted.select, ignore=wanted.ignore, seconds=wanted.seconds)

    def mended(self, remedy: Remedy, finding: Finding) -> Step["Trial"]:
        """Return the data with the settings that the finding says; raises `NotFixed` where it says none."""
        wanted = self._wanted(finding)
        before = self._values
        changes = {name: _added(before[name], value) if name in LISTED else value for name, value in wanted.items()}
        changes = {name: value for name, value in changes.items() if value != before[name]}
        said = [_said(name, wanted[name], before[name]) for name in changes]
        return Step(self._with(changes), "; ".join(said), _undo(changes, wanted), wanted)

    def _wanted(self, finding: Finding) -> dict[str, Any]:
        wanted = dict(finding.settings)
        if factor := wanted.pop(FACTOR, None):
            wanted.setdefault(RATE, float(f"{self._rate * factor:.3g}"))
        if not wanted or set(wanted) - set(self._values):
            raise NotFixed(f"No setting does it. By hand: {finding.fix}.")
        return wanted

    @property
    def _rate(self) -> float:
        """The rate that would be trained with."""
        dataset = self.pipeline.dataset
        if dataset is None:
            raise NotFixed("The present rate is unknown.")
        rate = decide(self.settings, self.origins, Facts.of(dataset))[0].training.learning_rate
        return float(rate or 0.0)

    def _with(self, changes: Mapping[str, Any]) -> "Trial":
        parts = {}
        for section, kind in SECTIONS.items():
            own = {
                name: value for name, value in changes.items() if name in {one.name for one in dataclasses.fields(kind)}
            }
            parts[section] = dataclasses.replace(getattr(self.settings, section), **own)
            try:
                check(parts[section])
            except PisteError as error:
                raise NotFixed(str(error)) from error
        origins = {**self.origins, **dict.fromkeys(changes, FIX)}
        return dataclasses.replace(self, settings=Settings(**parts), origins=origins)


def fix_with(
    data: Any, settings: Settings, origins: Mapping[str, str], wanted: LintSettings, hear: Listener
) -> Ended[Trial]:
    """Do what `piste.fix` does for data, with settings that are built already; the subject has those that cure."""
    return mend(Trial(data, settings, origins, wanted, hear), REMEDIES)


def sentences(fixes: Iterable[Fix]) -> Iterator[str]:
    """Yield a line for each fix that was made."""
    for fix in fixes:
        if fix.applied:
            yield f"fixed[{fix.code}]: {fix.title}. Changed: {fix.change}. To undo it, {fix.undo}."


def _added(before: str | None, more: str) -> str:
    items = before.split(",") if before else []
    return ",".join([*items, *(item for item in more.split(",") if item not in items)])


def _said(name: str, value: Any, before: Any) -> str:
    flag = f"--{name.replace('_', '-')}"
    if value is True:
        return flag
    was = "" if before is None or name in LISTED else f" (it was {before})"
    return f"{flag} {value}{was}"


def _undo(changes: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    return "; ".join(
        f"take '{wanted[name]}' out of `{name}`" if name in LISTED else f"leave `{name}` out" for name in changes
    )
