"""Labels stand beside their own examples, not beside the next ones'."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.chance import share_at_least
from piste.lint.probes.classes import labels
from piste.lint.probes.quick import nearest, vectors
from piste.lint.rule import Group, NotRun, Rule

_ROWS = 3000
_FEWEST = 100
_SHIFTS = (-3, -2, -1, 1, 2, 3)
_CHANCE = 1e-6
_LEFT = 0.2  # of what the shifted labels tell, that those in place may tell at most

Classes = NDArray[np.int64]


@dataclass(frozen=True)
class _Agreement:
    shift: int
    agree: int  # examples whose nearest other has their label
    pairs: int
    chance: float  # share that agrees by chance


def check(bench: Bench) -> Iterator[Finding]:
    """Yield labels that tell nothing of their examples, and a lot of those a few rows off."""
    known = bench.probe(labels).get("train")
    if known is None or len(known) < _FEWEST:
        raise NotRun(f"There are no classes, or fewer than {_FEWEST} examples.")
    rows = np.arange(min(len(known), _ROWS))
    near = _others(bench, bench.probe(vectors)["train"][rows])
    numbers = bench.pipeline.train.numbers
    table = dict(zip(numbers.tolist(), known.tolist(), strict=True))
    in_place = _agreement(table, numbers[rows], numbers[rows][near], 0)
    found = [_agreement(table, numbers[rows], numbers[rows][near], shift) for shift in _SHIFTS]
    best = max(found, key=lambda one: one.agree / max(one.pairs, 1) - one.chance)
    gain, own = (one.agree / max(one.pairs, 1) - one.chance for one in (best, in_place))
    by_chance = min(
        1.0, len(_SHIFTS) * share_at_least(best.agree // 2, best.pairs // 2, best.chance)
    )  # two that are mutually nearest count once
    if best.pairs < _FEWEST / 2 or by_chance > _CHANCE or gain < 0.1 or own > _LEFT * gain:
        return
    yield RULE.finding(
        Severity.ERROR,
        f"Labels are shifted by {abs(best.shift)} against the examples",
        evidence=[
            Evidence("examples whose nearest other has the same label", f"{in_place.agree / in_place.pairs:.1%}",
                     f"{in_place.chance:.1%} by chance"),
            Evidence(f"the same for labels {abs(best.shift)} rows {'later' if best.shift > 0 else 'earlier'}",
                     f"{best.agree / best.pairs:.1%}", f"{best.chance:.1%} by chance"),
        ],
        cause="A header was read as a row, a row was dropped on one side, or two files are out of step.",
        fix=f"labels = labels[{best.shift}:], inputs = inputs[:-{best.shift}]" if best.shift > 0
        else f"labels = labels[:{best.shift}], inputs = inputs[{-best.shift}:]",
        remedy="shift-targets",
        key="data.labels-shifted",
        where=Where(split="train"),
        p_value=by_chance,
    )  # fmt: skip


def _others(bench: Bench, inputs: NDArray[np.float32]) -> Classes:
    """Return for each example the nearest other one."""
    near = nearest(bench, inputs, inputs, 2)[0]
    return np.where(near[:, 0] == np.arange(len(inputs)), near[:, 1], near[:, 0])


def _agreement(table: dict[int, int], rows: Classes, near: Classes, shift: int) -> _Agreement:
    one, other = (np.array([table.get(int(row) + shift, -1) for row in side]) for side in (rows, near))
    pairs = (one >= 0) & (other >= 0) & (np.abs(rows - near) > abs(shift))  # no row is compared with its own label
    one, other = one[pairs], other[pairs]
    if not len(one):
        return _Agreement(shift, 0, 0, 1.0)
    width = int(max(one.max(), other.max())) + 1
    shares = [np.bincount(side, minlength=width) / len(side) for side in (one, other)]
    return _Agreement(shift, int(np.sum(one == other)), len(one), float(shares[0] @ shares[1]))


RULE = Rule(
    "D119", "labels-in-step", "Labels stand beside their own examples", Group.DATA, ("train", "targets", "task"), check,
    statistical=True, trains=True,
)  # fmt: skip
