"""What tells examples apart reaches the last layer, neither lost nor blown up on the way."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, ShownChart
from piste.lint.bench import Bench
from piste.lint.charts import line
from piste.lint.insides import Kind
from piste.lint.network import network
from piste.lint.probes.descents import ENOUGH, overfit
from piste.lint.probes.insides import inside, of_kind
from piste.lint.rule import Group, NotRun, Rule

_LOST = 1e-3  # left at the last layer, of what entered the first: eight layers of LeCun and ReLU leave 0.06
_DROWNED = 1e-4  # of the values' size: a thousand roundings of float32
_BLOWN_UP = 30.0
_PER_LAYER = 2.0  # a residual net without normalisation grows by 1.4 from block to block


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a network whose layers shrink or blow up differences between examples."""
    net = bench.probe(network)
    if net.init is None:
        raise NotRun("The parameters may be trained already; give init= for fresh ones.")
    layers = of_kind(bench.probe(inside), Kind.LAYER)
    spreads = [place.numbers[0] for place in layers]
    if len(spreads) < 3 or not spreads[0] > 0:
        raise NotRun("Fewer than three layers are seen.")
    ratio = spreads[-1] / spreads[0]
    per_layer = ratio ** (1.0 / (len(spreads) - 1))
    lost, blown_up = ratio < _LOST, ratio > _BLOWN_UP and per_layer > _PER_LAYER
    if not lost and not blown_up:
        return
    drowned = spreads[-1] < _DROWNED * layers[-1].numbers[1]
    # A small start alone does no harm: Adam makes up for it.
    harms = blown_up or drowned or not _learns(bench)
    yield RULE.finding(
        Severity.WARNING if harms else Severity.INFO,
        "Examples look all the same to the last layers" if lost else "Differences between examples blow up with depth",
        evidence=[
            Evidence("deviation over examples of what enters the first layer", f"{spreads[0]:.3g}"),
            Evidence("of what enters the last layer", f"{spreads[-1]:.3g}", "about as much"),
            Evidence("factor per layer", f"{per_layer:.3g}", "0.7 to 1.4"),
        ],
        cause="Kernels start too small, or sigmoids flatten the signal from layer to layer."
        if lost
        else "Kernels start too large: normal of deviation 1, or uniform from 0 to 1.",
        fix="kernel_init=nn.initializers.he_normal() with ReLU; normalisation or residual connections for depth",
        remedy="usual-start",
        key="model.initial-scale",
        charts=[_chart(spreads)],
    )


def _learns(bench: Bench) -> bool:
    if bench.pipeline.loss is None:
        return False
    found = bench.probe(overfit)
    return found.lowest <= max(ENOUGH * found.start, 1e-2)


def _chart(spreads: list[float]) -> ShownChart:
    shown = {place + 1: one for place, one in enumerate(spreads) if one > 0}
    return line(
        "What tells examples apart, layer by layer",
        f"Deviation over examples of what enters each layer: {spreads[0]:.3g} at the first, {spreads[-1]:.3g} at the "
        "last.",
        {"layer": list(shown), "deviation": list(shown.values())},
        log="y",
    )


RULE = Rule(
    "M115", "signal-in-depth", "Differences between examples reach the last layer", Group.MODEL,
    ("network", "targets", "train|validation|test"), check, explained_by=("D114", "M104"), trains=True,
)  # fmt: skip
