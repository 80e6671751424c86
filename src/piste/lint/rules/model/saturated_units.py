"""Sigmoid and tanh units are not at their flat ends, where their slope vanishes."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.watching.course import Course, course

LOOKS = 3  # one after the other, up to the last
MANY = 0.8  # of a layer's values
_LEARNT = 0.5  # of the loss at the first look: units of a network that has learnt may be sure of themselves


def check(bench: Bench) -> Iterator[Finding]:
    """Yield layers whose values lie at the flat ends of their activation."""
    found = bench.probe(course)
    flat = found.table("saturated")
    if not np.any(~np.isnan(flat)):
        raise NotRun("No sigmoid or tanh between layers was seen.")
    for index, layer in enumerate(found.record.layers):
        seen = flat[~np.isnan(flat[:, index]), index]
        if len(seen) >= LOOKS and np.min(seen[-LOOKS:]) > MANY:
            yield _finding(found, layer, float(np.min(seen[-LOOKS:])), float(seen[0]))


def _finding(found: Course, layer: str, share: float, first: float) -> Finding:
    losses = found.column("train_loss")
    known = losses[np.isfinite(losses)]
    learnt = len(known) > 1 and known[-1] < _LEARNT * known[0]
    return RULE.finding(
        Severity.INFO if learnt else Severity.WARNING,
        f"{share:.0%} of the values of {layer} are at the flat ends of its activation",
        evidence=[
            Evidence("values there, at the last three looks", f"{share:.1%}", f"at most {MANY:.0%}"),
            Evidence("at the first look", f"{first:.1%}"),
        ],
        cause="The weights of the layer before are too large, or its inputs are not scaled: what flows back through "
        "such units is all but nothing.",
        fix="Standardise the inputs, start with smaller weights, or --activation relu",
        remedy="usual-start",
        key="model.saturated-units",
        where=Where(layer=layer),
        others=["The rate is too high."],
    )


RULE = Rule(
    "M204", "saturated-units", "Units are not at their flat ends", Group.MODEL, ("watched",), check,
    explained_by=("M203", "D114", "L102", "L103", "O101", "O201"), trains=True,
)  # fmt: skip
