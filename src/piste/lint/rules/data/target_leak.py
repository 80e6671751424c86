"""No single column tells the target."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.data.leaks import REASON
from piste.lint.bench import Bench
from piste.lint.naming import dropping
from piste.lint.probes.alone import Alone, alone
from piste.lint.rule import Group, NotRun, Rule

_FEWEST = 100  # examples from which on errors of 1 % can be seen
_TELLS_ALL = 0.01  # share of the errors of a constant guess that a leak leaves at most
_TELLS_MOST = 0.05
_OTHERS = 0.5  # that every other column leaves, where one stands out


def check(bench: Bench) -> Iterator[Finding]:
    """Yield columns that repeat the target, exactly or nearly."""
    yield from _left_out(bench)
    if len(bench.pipeline.train) < _FEWEST:
        raise NotRun(f"In fewer than {_FEWEST} examples a column may tell the target by chance.")
    found = bench.probe(alone)
    for place, one in enumerate(found):
        others = [other.left for other in found[:place] + found[place + 1 :]]
        if one.left <= _TELLS_ALL:
            yield _finding(one, min(others, default=1.0), Severity.WARNING)
        elif one.left <= _TELLS_MOST and min(others, default=0.0) >= _OTHERS:
            yield _finding(one, min(others), Severity.INFO)


def _left_out(bench: Bench) -> Iterator[Finding]:
    dataset = bench.pipeline.dataset
    for feature in dataset.record.features if dataset is not None else ():
        if feature.reason == REASON:
            yield RULE.finding(
                Severity.INFO,
                f"'{feature.name}' repeats the target one to one, and is left out",
                evidence=[Evidence("rows in which column and target contradict each other", "0")],
                cause="The column was made from the target, or the target from it: it is not known when predicting.",
                fix=f"--drop {feature.name}, and look for further columns that were written down afterwards",
                key=f"data.leak.{feature.name}",
                where=Where(column=feature.name),
                remedy="drop-column",
                settings=dropping(feature.name),
            )


def _finding(one: Alone, best_other: float, severity: Severity) -> Finding:
    return RULE.finding(
        severity,
        f"'{one.name}' alone tells the target: {1 - one.left:.1%} of what a constant guess gets wrong",
        evidence=[
            Evidence(f"errors left by '{one.name}' alone, of those of a constant guess", f"{one.left:.2%}"),
            Evidence("errors left by the best other column alone", f"{best_other:.1%}"),
        ],
        cause="The column was made from the target, or written down after it: it is not known when predicting.",
        fix=f"--drop '{one.name}', unless it is known before the target is",
        key=f"data.leak.{one.name}",
        where=Where(split="train", column=one.name),
        others=("the task is that easy",),
        remedy="drop-column",
        settings=dropping(one.name),
    )


RULE = Rule("D103", "target-leak", "No single column tells the target", Group.DATA, ("train", "targets", "task"), check)
