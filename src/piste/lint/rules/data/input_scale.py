"""What enters the network is of a size that networks like, the same in all splits."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.needs import has
from piste.lint.probes.scales import minds_scale
from piste.lint.rule import Group, NotRun, Rule

_ROWS = 5000
_FEWEST = 30
_APART = 100.0  # ratio of the largest and the smallest spread of a column
_FAR = 10.0  # spreads that the mean lies away from 0
_NARROW = 0.05  # range of all inputs together
_OTHERWISE = 5.0  # ratio of the spreads of two splits

Numbers = NDArray[np.float64]


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits of another scale than train, and inputs that are too far or too near to each other."""
    samples = {name: one for name, split in bench.pipeline.splits.items() if (one := _sample(split.inputs)) is not None}
    train = samples.get("train")
    if train is None:
        raise NotRun("The inputs are whole numbers, which the network scales or looks up, or there are few.")
    yield from _otherwise(samples, train)
    if float(np.ptp(train)) < _NARROW and float(np.ptp(train)) > 0:
        yield _narrow(float(np.ptp(train)), _severity(bench, 1.0 / float(np.std(train))))
    elif train.ndim == 2 and bench.pipeline.dataset is None:  # Piste's own encoders are tested elsewhere
        yield from _columns(bench, train)


def _sample(inputs: Any) -> Numbers | None:
    values = as_numpy(inputs)
    if values.dtype.kind != "f" or len(values) < _FEWEST or not values.size:
        return None
    rows = np.unique(np.linspace(0, len(values) - 1, min(len(values), _ROWS)).astype(int))
    picked = values[rows].astype(np.float64)
    return picked if np.all(np.isfinite(picked)) else None


def _otherwise(samples: Mapping[str, Numbers], train: Numbers) -> Iterator[Finding]:
    low, middle, high = np.quantile(train, [0.1, 0.5, 0.9])
    for name, values in samples.items():
        other_low, other_middle, other_high = np.quantile(values, [0.1, 0.5, 0.9])
        if name == "train" or not (high > low and other_high > other_low):
            continue
        ratio = (other_high - other_low) / (high - low)
        if 1 / _OTHERWISE < ratio < _OTHERWISE and abs(other_middle - middle) < _OTHERWISE * (high - low):
            continue
        yield RULE.finding(
            Severity.WARNING,
            f"The inputs of the {name} split are scaled otherwise than those of train",
            evidence=[
                Evidence("train: 10 %, 50 % and 90 % of the inputs lie below", f"{low:.3g}, {middle:.3g}, {high:.3g}"),
                Evidence(f"{name}", f"{other_low:.3g}, {other_middle:.3g}, {other_high:.3g}", "about the same"),
            ],
            cause="The splits went through different steps: one was scaled, or scaled twice, and the other not.",
            fix="Fit the scaler on train alone, and apply it to every split: scaler.transform(inputs)",
            remedy="same-scale",
            key="data.scaled-otherwise",
            where=Where(split=name),
        )


def _severity(bench: Bench, factor: float, column: int = -1) -> Severity:
    """Return whether the scale harms: a network that normalises its inputs itself does not mind it."""
    known = has(bench.pipeline, "network") and bench.probe(minds_scale, factor, column)
    return Severity.WARNING if known else Severity.INFO


def _narrow(extent: float, severity: Severity) -> Finding:
    return RULE.finding(
        severity,
        f"All inputs lie within {extent:.2g} of each other",
        evidence=[Evidence("largest less smallest input of train", f"{extent:.2g}", "about 1 or more")],
        cause="The inputs were divided twice, by 255 say: the first layer can hardly tell them apart.",
        fix="Scale once: (inputs - mean) / deviation",
        key="data.scaled-twice",
        where=Where(split="train"),
        remedy="standardise",
    )


def _columns(bench: Bench, train: Numbers) -> Iterator[Finding]:
    mean, spread = train.mean(axis=0), train.std(axis=0)
    moving = np.flatnonzero(np.sum(np.diff(np.sort(train, axis=0), axis=0) > 0, axis=0) > 1)  # no flags
    if not len(moving):
        return
    largest, smallest = moving[spread[moving].argmax()], moving[spread[moving].argmin()]
    ratio = float(spread[largest] / spread[smallest])
    drowns = float(spread[largest] / np.median(spread[moving]))
    far = moving[np.abs(mean[moving]) > _FAR * spread[moving]]
    if (ratio <= _APART or drowns <= np.sqrt(_APART)) and not len(far):
        return
    drowning = ratio > _APART and drowns > np.sqrt(_APART)
    yield RULE.finding(
        _severity(bench, 1.0 / drowns, int(largest)) if drowning else Severity.INFO,
        "The columns enter the network on very different scales",
        evidence=[
            Evidence(f"deviation of input {largest}", f"{spread[largest]:.3g}"),
            Evidence(f"deviation of input {smallest}", f"{spread[smallest]:.3g}", "about the same"),
            Evidence(f"columns with a mean {_FAR:g} deviations from 0", f"{len(far)}", "0"),
        ],
        cause="One column drowns the others, and no learning rate fits both.",
        fix="inputs = (inputs - train.mean(axis=0)) / train.std(axis=0)",
        key="data.unscaled",
        where=Where(split="train", column=f"input {largest}"),
        remedy="standardise",
    )


RULE = Rule("D114", "input-scale", "Inputs are scaled once, and alike in all splits", Group.DATA, ("train",), check)
