"""The network does as well on the latest examples as on those before."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.judged import MOST, deciding, errors
from piste.lint.rule import Group, NotRun, Rule

_FEWEST = 30  # examples of each third
_TIMES = 1.25  # how much larger the later error must be to matter


def check(bench: Bench) -> Iterator[Finding]:
    """Yield an error that is larger in the last third of the judged examples than in the first."""
    from scipy.stats import mannwhitneyu

    name = bench.probe(deciding)
    split = bench.pipeline.splits[name]
    if split.times is None:
        raise NotRun(f"To run it, declare when each row of the {name} split was taken: --time COLUMN, or times=.")
    wrong = bench.probe(errors, name)
    times = np.asarray(split.times[:MOST])
    low, high = (np.sort(times)[round(share * (len(times) - 1))] for share in (1 / 3, 2 / 3))
    early, late = wrong[times <= low], wrong[times > high]
    if min(len(early), len(late)) < _FEWEST:
        raise NotRun(f"There are fewer than {_FEWEST} examples in the first or the last third of the time.")
    chance = float(mannwhitneyu(late, early, alternative="greater").pvalue)
    if not late.mean() > _TIMES * early.mean():
        return
    yield RULE.finding(
        Severity.INFO,
        f"The latest examples are judged worse: an error of {late.mean():.3g}, after {early.mean():.3g}",
        evidence=[
            Evidence("mean error of the last third of the time", f"{late.mean():.4g}", f"{early.mean():.4g}"),
            Evidence("chance of so much without any decay", f"{chance:.2g}"),
        ],
        cause="What is predicted changes over time, and the network knows the past alone: its score in use will be "
        "lower than on this split.",
        fix="Train again as new rows come, and watch the decay: piste drift RUN NEWDATA",
        key="evaluation.decay",
        where=Where(split=name),
        p_value=chance,
    )


RULE = Rule(
    "E306",
    "later-examples",
    "The latest examples are judged as well as those before",
    Group.EVALUATION,
    ("judged", "times", "test|validation"),
    check,
    statistical=True,
)
