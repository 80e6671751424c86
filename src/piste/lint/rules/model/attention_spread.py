"""Attention looks around before it has learnt where to look."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.insides import Kind
from piste.lint.network import network
from piste.lint.probes.insides import inside, of_kind
from piste.lint.rule import Group, NotRun, Rule

_NARROW = 0.5


def check(bench: Bench) -> Iterator[Finding]:
    """Yield attention that hangs on single steps from the start."""
    if bench.probe(network).init is None:
        raise NotRun("The parameters may be trained already; give init= for fresh ones.")
    shares = [place.numbers[0] for place in of_kind(bench.probe(inside), Kind.ATTENTION)]
    shares = [share for share in shares if np.isfinite(share)]
    if not shares:
        raise NotRun("No attention over eight steps or more is seen.")
    if max(shares) >= _NARROW:  # heads that look near by on purpose stand beside others
        return
    yield RULE.finding(
        Severity.WARNING,
        "Attention hangs on single steps before it has learnt anything",
        evidence=[
            Evidence(
                "entropy of the weights, as a share of the largest possible",
                ", ".join(f"{share:.2f}" for share in shares[:6]), "near 1",
            )
        ],
        cause="Scores are too large: they are not divided by the root of the head's width, or queries and keys begin "
        "too large. Gradients of a saturated softmax are near 0.",
        fix="scores = queries @ keys.T / jnp.sqrt(width_of_head)",
        key="model.attention-scale",
    )  # fmt: skip


RULE = Rule(
    "M118", "attention-spread", "Attention starts out broad", Group.MODEL, ("network", "train|validation|test"), check,
    explained_by=("M115",),
)  # fmt: skip
