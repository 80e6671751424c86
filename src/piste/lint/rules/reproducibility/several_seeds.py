"""How much the score moves from seed to seed is known, and said with it."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.rule import Group, NotRun, Rule

_FEW = 5


def check(bench: Bench) -> Iterator[Finding]:
    """Yield the mean and its interval where runs of equal settings differ in the seed alone."""
    from scipy.stats import t

    every = bench.pipeline.earlier
    if not every:
        raise NotRun("No run says which seed it had.")
    current = every[-1]
    seeds = {
        one.seed: one.score
        for one in every
        if one.settings == current.settings and one.score.name == current.score.name
    }
    if len(seeds) == 1:
        raise NotRun(
            "One seed says nothing about how much the score moves with it. To know, repeat with others: "
            + ", ".join(f"--seed {current.seed + more}" for more in (1, 2, 3, 4))
            + "."
        )
    values = np.asarray([score.value for score in seeds.values()])
    spread = float(values.std(ddof=1))
    reach = float(t.ppf(0.975, len(values) - 1)) * spread / np.sqrt(len(values))
    mean = f"is {values.mean():.4g}" + (f" ± {reach:.2g}" if len(values) > 2 else " on average")
    yield RULE.finding(
        Severity.INFO,
        f"Over {len(values)} seeds the {current.score.name} {mean}",
        evidence=[
            Evidence("seeds", ", ".join(map(str, sorted(seeds))), f"{_FEW} or more"),
            Evidence("lowest and highest", f"{values.min():.4g}, {values.max():.4g}"),
            Evidence("standard deviation between seeds", f"{spread:.2g}"),
        ],
        cause="The seed decides the split, the start and the order of the examples: one run is one draw.",
        fix="Report the mean with its interval, and compare settings on the same seeds",
        key="reproducibility.seeds",
    )


RULE = Rule(
    "R301",
    "several-seeds",
    "The score is known over several seeds",
    Group.REPRODUCIBILITY,
    ("earlier",),
    check,
)
