"""What the linter says of a play: of its data once, of its training whenever it is asked."""

from functools import lru_cache

from piste.core.findings import Finding, Stage, stage
from piste.lint.catalog import RULES
from piste.lint.judge import judge
from piste.lint.pipeline import Pipeline
from piste.lint.rule import Group, Rule
from piste.play.table import Table
from piste.play.training import Played, settings_of
from piste.recipe.fitting import encode_splits
from piste.recipe.judged import data_alone

_SECONDS = 2.0


def comments(played: Played) -> tuple[Finding, ...]:
    """Return the findings about the data and about what was seen of the training so far, the gravest first."""
    found = [*_of_data(_Asked(played)), *_of_training(played)]
    return tuple(sorted(found, key=lambda finding: -finding.severity.rank))


def _of_training(played: Played) -> tuple[Finding, ...]:
    if not played.looks:
        return ()
    pipeline = Pipeline(name=played.settings.problem, watched=played.watched, task=played.table.encoding.task)
    rules = [rule for rule in RULES if stage(rule.code) is Stage.WHILE and not rule.missing(pipeline)]
    return tuple(judge(pipeline, rules, seconds=_SECONDS).causes)


class _Asked:
    """A play whose data are what counts: asked about the same table twice, the linter answers once."""

    def __init__(self, played: Played) -> None:
        self.played = played

    def __hash__(self) -> int:
        return id(self.played.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other.played.table is self.played.table


@lru_cache(maxsize=4)
def _of_data(asked: _Asked) -> tuple[Finding, ...]:
    table: Table = asked.played.table
    settings = settings_of(asked.played.settings, table.encoding.task)
    pipeline = data_alone(table.dataset, table.encoding, encode_splits(table.dataset, table.encoding), settings)
    rules = [rule for rule in RULES if _of_the_data(rule) and not rule.missing(pipeline)]
    return tuple(judge(pipeline, rules, seconds=_SECONDS).causes)


def _of_the_data(rule: Rule) -> bool:
    # Nothing is judged in the playground: its test split is of no account.
    return stage(rule.code) is Stage.BEFORE and not rule.trains and rule.group is not Group.EVALUATION
