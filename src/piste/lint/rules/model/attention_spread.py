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
    shares = _shares(bench, False)
    if not shares:
        raise NotRun("No attention over eight steps or more is seen.")
    if max(shares) >= _NARROW:  # heads that look near by on purpose stand beside others
        return
    usual = _shares(bench, True)
    if usual and max(usual) >= _NARROW:
        yield _started_large(shares, usual)
    else:
        yield _not_scaled(shares)


def _shares(bench: Bench, usual_start: bool) -> list[float]:
    """Return the entropy of each attention's weights as a share of the largest possible."""
    places = of_kind(bench.probe(inside, usual_start), Kind.ATTENTION)
    return [place.numbers[0] for place in places if np.isfinite(place.numbers[0])]


def _evidence(what: str, shares: list[float]) -> Evidence:
    text = ", ".join(f"{share:.2f}" for share in shares[:6])
    return Evidence(f"entropy of the weights{what}, as a share of the largest possible", text, "near 1")


def _started_large(shares: list[float], usual: list[float]) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        "The network begins so large that its attention hangs on single steps",
        evidence=[_evidence("", shares), _evidence(" with kernels brought down to variance 1 / inputs", usual)],
        cause="Kernels begin too large: the scores of queries and keys are large, and gradients of a saturated softmax "
        "are near 0.",
        fix="Draw kernels with variance 1 / inputs: kernel_init=nn.initializers.lecun_normal()",
        remedy="usual-start",
        key="model.initial-scale",
    )


def _not_scaled(shares: list[float]) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        "Attention hangs on single steps before it has learnt anything",
        evidence=[_evidence("", shares)],
        cause="Scores are too large: they are not divided by the root of the head's width. Gradients of a saturated "
        "softmax are near 0.",
        fix="scores = queries @ keys.T / jnp.sqrt(width_of_head)",
        key="model.attention-scale",
    )


RULE = Rule(
    "M118", "attention-spread", "Attention starts out broad", Group.MODEL, ("network", "train|validation|test"), check,
    explained_by=("M115",),
)  # fmt: skip
