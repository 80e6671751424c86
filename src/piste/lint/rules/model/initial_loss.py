"""The loss before training is about that of answers that know nothing: neither far above nor below."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, ShownChart
from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.charts import bars
from piste.lint.probes.begun import begun_anew
from piste.lint.probes.start import Start, start
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_ABOVE = 5.0  # times the loss of zero outputs: 1.4 with He's initialisation and ten classes, 3.3 with inputs up to 10
_ABOVE_OF_NUMBERS = 10.0  # times the loss of their mean
_ASKED, _FAR_ABOVE = 1.8, 20.0  # between which a twin says whether it matters
_BELOW = 0.5  # of the best constant answer's


def check(bench: Bench) -> Iterator[Finding]:
    """Yield outputs that are too large to begin with, a bias that must be learnt first, or answers known beforehand."""
    found = bench.probe(start)
    numbers = bench.probe(problem).task is Task.REGRESSION
    reference = found.constant if numbers else max(found.zero, found.constant)
    if not reference > 0:
        raise NotRun("A loss of constant answers that is not above 0 is no measure.")
    times = found.network / reference
    if times > _ABOVE_OF_NUMBERS if numbers else _costs(bench, times, reference):
        yield _high(found, numbers, reference)
    elif found.fresh and found.network < _BELOW * min(found.zero, found.constant):  # weights may make zero the best
        yield _low(found)
    elif (
        not numbers
        and found.constant < 0.5 * found.zero
        and found.network > 2.0 * found.constant
        and _count_alike(bench)
    ):
        yield _bias(found)


def _costs(bench: Bench, times: float, reference: float) -> bool:
    """Return whether a training learns far more from a start of the usual size; where it cannot be asked, a guess."""
    if not _ASKED < times <= _FAR_ABOVE:
        return times > _FAR_ABOVE
    try:
        return bench.probe(begun_anew, reference)
    except NotRun:
        return times > _ABOVE


def _count_alike(bench: Bench) -> bool:
    """Return whether no class counts more than another: with balanced weights, no class is rare."""
    train = bench.pipeline.train
    weights = None if train is None else train.weights
    return not bench.pipeline.declared.class_weights and (weights is None or float(np.ptp(as_numpy(weights))) == 0.0)


def _high(found: Start, numbers: bool, reference: float) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        f"Training would begin at a loss of {found.network:.4g}, where knowing nothing costs {reference:.4g}",
        evidence=_evidence(found),
        charts=[_chart(found)],
        cause="The targets lie far from the outputs: their mean or scale must be learnt first."
        if numbers
        else "The outputs are too large: the network is sure of arbitrary answers, and unlearns them first.",
        fix="Standardise the targets, or start the last bias at their mean"
        if numbers
        else "Initialise the last layer smaller (zeros will do), and scale the inputs",
        key="model.initial-loss",
        remedy="output-scale" if numbers else "usual-start",
    )


def _low(found: Start) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        f"The untrained network has a loss of {found.network:.4g}, less than any answer that knows nothing",
        evidence=_evidence(found),
        charts=[_chart(found)],
        cause="The targets reach the network through its inputs, or the loss does not look at the outputs.",
        fix="Look at one example as it enters the network: is its target among the inputs?",
        key="model.knows-beforehand",
    )


def _bias(found: Start) -> Finding:
    return RULE.finding(
        Severity.INFO,
        "The first epochs will learn how rare the classes are",
        evidence=_evidence(found),
        charts=[_chart(found)],
        cause="The last bias starts at 0, and the classes are uneven.",
        fix="Start the last bias at the logarithm of each class's share",
        key="model.output-bias",
        remedy="output-bias",
    )


def _evidence(found: Start) -> list[Evidence]:
    return [
        Evidence(
            "loss of the untrained network", f"{found.network:.4g}", f"about {max(found.zero, found.constant):.4g}"
        ),
        Evidence("loss of outputs all zero", f"{found.zero:.4g}"),
        Evidence("loss of the best constant outputs", f"{found.constant:.4g}"),
        Evidence("standard deviation of the outputs", f"{found.spread:.3g}", "about 1 or less"),
    ]


def _chart(found: Start) -> ShownChart:
    return bars(
        "Loss before the first step",
        f"Of the untrained network {found.network:.4g}, of outputs all zero {found.zero:.4g}, of the best constant "
        f"outputs {found.constant:.4g}.",
        {"untrained network": found.network, "outputs all zero": found.zero, "best constant": found.constant},
        axis="loss",
    )


RULE = Rule(
    "M109", "initial-loss", "Training begins at the loss of knowing nothing", Group.MODEL,
    ("network", "loss", "targets"), check, explained_by=("L101", "L102", "L103", "L107", "M101", "M111"),
)  # fmt: skip
