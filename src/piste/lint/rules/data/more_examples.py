"""Whether more examples would help."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, ShownChart, Where
from piste.lint.bench import Bench
from piste.lint.charts import line
from piste.lint.probes.classes import labels
from piste.lint.probes.close import halves, voted
from piste.lint.probes.quick import vectors
from piste.lint.rule import Group, NotRun, Rule

_MOST = 8000
_FEWEST = 200  # that are divided into those that answer and those that are asked
_FEW, _ASKED = 24, 100  # below that, a split of its own is asked, of so many examples
_PARTS = (0.25, 0.5, 1.0)
_GAIN, _MUCH = 0.03, 0.15  # of the accuracy, by the last doubling
_ERRORS = 4.0  # standard errors of a paired difference: about 6e-5 of two sides


def check(bench: Bench) -> Iterator[Finding]:
    """Yield how much the last doubling of the examples gained, where it still did."""
    known = bench.probe(labels).get("train")
    if known is None or not _FEW <= len(known) <= _MOST or known.min() < 0:
        raise NotRun(f"It takes classes, and {_FEW} to {_MOST:,} examples.")
    inputs, (answering, asked, truth) = bench.probe(vectors)["train"], _divided(bench, known)
    order = bench.generator("more parts").permutation(answering)
    parts = [order[: int(part * len(order))] for part in _PARTS]
    right = [voted(bench, asked, inputs[one], known[one]) == truth for one in parts]
    scores, last = [float(np.mean(one)) for one in right], right[2].astype(float) - right[1]
    error = float(last.std() / np.sqrt(len(last)))
    if last.mean() < _GAIN or last.mean() < _ERRORS * error or scores[1] - scores[0] < _GAIN / 2:
        return
    counts = [int(part * len(order)) for part in _PARTS]
    yield RULE.finding(
        Severity.WARNING if last.mean() >= _MUCH else Severity.INFO,
        f"More examples would help: the last doubling gained {100 * last.mean():.0f} points of accuracy",
        evidence=[
            Evidence(f"accuracy of a quick model with {count:,} examples", f"{score:.1%}")
            for count, score in zip(counts, scores, strict=True)
        ],
        cause="There are few examples for what is to be told apart: the curve still rises.",
        fix="More examples are worth more than a better network; augmentation and pretrained networks come next",
        key="data.few-examples",
        where=Where(split="train"),
        charts=[_chart(counts, scores)],
    )


def _divided(
    bench: Bench, known: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """Return the rows of train that answer, and inputs and classes of the examples that are asked."""
    given = bench.probe(vectors)
    if len(known) >= _FEWEST:
        cut = halves(bench, "more", len(known), _MOST)
        return cut.answering, given["train"][cut.asked], known[cut.asked]
    for name in ("validation", "test"):
        truth = bench.probe(labels).get(name)
        if truth is not None and len(truth) >= _ASKED:
            return np.arange(len(known)), given[name][:_FEWEST], truth[:_FEWEST]
    raise NotRun(f"It takes {_FEWEST} examples, or a validation or test split of {_ASKED}.")


def _chart(counts: list[int], scores: list[float]) -> ShownChart:
    return line(
        "Accuracy of a quick model by the number of examples",
        f"It rises from {scores[0]:.1%} with {counts[0]:,} examples to {scores[-1]:.1%} with {counts[-1]:,}.",
        {"examples": counts, "accuracy": scores},
        log="x",
        share=True,
    )


RULE = Rule(
    "D123", "more-examples", "More examples would not help much", Group.DATA, ("train", "targets", "task"), check,
    explained_by=("D109", "D119"), trains=True,
)  # fmt: skip
