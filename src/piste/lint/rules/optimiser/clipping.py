"""Clipping cuts the few gradients that are too long, not all of them."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.responses import BATCHES, Cut, cut
from piste.lint.rule import Group, Rule

_LITTLE = (
    0.02  # share of a gradient's length that is left: long gradients at the start are usual, this short cut is not
)
_TRAVEL = 0.1  # of the parameters' length, which all steps together must be able to go


def check(bench: Bench) -> Iterator[Finding]:
    """Yield clipping that decides over the length of every step."""
    found, steps = bench.probe(cut), bench.pipeline.steps
    hard = max(found.kept) < _LITTLE
    if not hard and not found.alike:
        return
    travel = None if steps is None or found.size == 0 else found.length * steps / found.size
    stuck = travel is not None and travel < _TRAVEL
    yield RULE.finding(
        Severity.WARNING if stuck else Severity.INFO,
        "Every update is clipped, and so short that the training cannot get anywhere"
        if stuck
        else "Every update is clipped: their length is that of the clip, not of the gradients",
        evidence=[*_evidence(found), *([] if travel is None else [_way(travel)])],
        cause="The clip's norm is far below the gradients' own."
        if hard
        else "The clip stands behind the optimiser, where it cuts the update, and the rate no longer counts.",
        fix="optax.chain(optax.clip_by_global_norm(1.0), optax.adam(rate)): first in the chain, about 1",
        key="optimiser.clipping",
        remedy="other-setting",
        settings={"clip": 1.0},
    )


def _evidence(found: Cut) -> list[Evidence]:
    if found.alike:
        return [Evidence(f"length of {BATCHES} updates in a row", f"{found.length:.4g}, all of them", "different")]
    return [
        Evidence(
            f"share of the gradient that is left, median of {BATCHES} batches", f"{np.median(found.kept):.2g}", "1"
        )
    ]


def _way(travel: float) -> Evidence:
    return Evidence(
        "way of all steps together, as a share of the parameters' length", f"{travel:.2g}", "well above 0.1"
    )


RULE = Rule(
    "O104", "clipping", "Clipping leaves most updates whole", Group.OPTIMISER,
    ("optimiser", "network", "loss", "targets"), check, explained_by=("L103",),
)  # fmt: skip
