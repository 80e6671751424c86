"""The rules that `piste train` asks before it trains."""

from piste.core.findings import LINT
from piste.core.runs import RunFolder
from piste.lint.catalog import RULES
from piste.lint.judge import judge
from piste.lint.pipeline import Pipeline
from piste.recipe.progress import Listener

SECONDS = 20.0
"""How long they may take."""


def lint_before(folder: RunFolder, pipeline: Pipeline, hear: Listener) -> None:
    """Judge the data of a run that is about to be trained, keep the record in its folder, and say what was found.

    Only rules that neither compile nor train are asked: `piste lint` asks them all.
    """
    rules = [rule for rule in RULES if not rule.trains and not rule.missing(pipeline)]
    record = judge(pipeline, rules, seconds=SECONDS)
    folder.write(record, LINT)
    for finding in record.causes:
        if finding.severity.rank:
            hear.say(f"{finding.severity}[{finding.code}]: {finding.title}. Fix: {finding.fix}")
