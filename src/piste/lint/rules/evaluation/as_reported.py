"""The score that was reported is that of the trained network, on the split that was kept for it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.judged import asked, by_itself, deciding, handed_out, predicted, score, standard_error
from piste.lint.rule import Group, NotRun, Rule

_EXACT = 1e-3  # of a score: rounding, and examples whose classes are equally likely
_HARM = 2.0  # standard errors from which a wrong score misleads


@dataclass(frozen=True)
class _Claim:
    """A score that was reported, and what the metric says of the trained network."""

    reported: float
    found: float
    name: str
    error: float

    @property
    def severity(self) -> Severity:
        return Severity.ERROR if abs(self.reported - self.found) > _HARM * self.error else Severity.INFO


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a report that another network, another split or other rows must have given."""
    pipeline = bench.pipeline
    again = None if pipeline.evaluate is None else float(pipeline.evaluate(pipeline.trained))
    reported = again if pipeline.reported is None else pipeline.reported
    if reported is None:
        raise NotRun("To run it, give reported=, or evaluate=.")
    if again is not None and not _equal(again, reported) and not pipeline.declared.random_evaluation:
        yield _other_network(reported, again)
        return
    if pipeline.metric is None:
        return
    name = bench.probe(deciding)
    outputs = bench.probe(handed_out, name)
    if len(outputs) == len(bench.probe(asked, name)):
        yield from _judged(bench, _Claim(reported, _score(bench, name), name, bench.probe(standard_error, name)))


def _judged(bench: Bench, claim: _Claim) -> Iterator[Finding]:
    own = _by_itself(bench, claim.name)
    if not _equal(claim.reported, claim.found):
        if own is not None and _equal(claim.reported, own):
            yield _not_its_own(claim, own)
        else:
            yield from _other_score(bench, claim)
    elif own is not None and not _equal(own, claim.found):
        yield _not_its_own(claim, own)


def _score(bench: Bench, name: str) -> float:
    return score(bench, bench.probe(handed_out, name), as_numpy(bench.probe(asked, name).targets))


def _by_itself(bench: Bench, name: str) -> float | None:
    """Return the score of the network's own outputs, None where there is no network or its outputs look otherwise."""
    if bench.pipeline.predict is None:
        return None
    try:
        own = bench.probe(by_itself, name)
    except NotRun:
        return None
    if own.shape != bench.probe(predicted, name).shape:
        return None
    return score(bench, own, as_numpy(bench.probe(asked, name).targets))


def _equal(one: float, other: float) -> bool:
    if math.isnan(one) and math.isnan(other):
        return True
    # Shares are also reported in percent.
    return any(math.isclose(one, scale * other, rel_tol=_EXACT, abs_tol=1e-6) for scale in (1.0, 100.0, 0.01))


def _other_network(reported: float, again: float) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        "Evaluating the trained network again gives another score than was reported",
        evidence=[Evidence("evaluate(trained)", f"{again:.6g}", f"{reported:.6g}, as reported")],
        cause="The report is of other parameters: an earlier or later epoch, the best one's score beside the last "
        "one's parameters, or a copy that training went on with.",
        fix="Keep the parameters when their score is measured, and report evaluate(kept)",
        key="evaluation.other-network",
    )


def _other_score(bench: Bench, claim: _Claim) -> Iterator[Finding]:
    for name in ("validation", "train"):
        if name == claim.name or name not in bench.pipeline.splits:
            continue
        try:
            elsewhere = _score(bench, name)
        except NotRun:
            continue
        if _equal(claim.reported, elsewhere):
            yield _other_split(claim, name)
            return
    if bench.pipeline.reported is None:
        raise NotRun("evaluate= may give another score than metric=: to compare them, give reported=, of the metric.")
    yield RULE.finding(
        claim.severity,
        f"The reported score is not that of the network on the {claim.name} split",
        evidence=[
            Evidence("reported score", f"{claim.reported:.6g}", f"{claim.found:.6g}, the metric of the predictions"),
            Evidence("standard error of the score", f"{claim.error:.2g}"),
        ],
        cause="The evaluation goes wrong between network and score: predictions beside the targets of other rows, a "
        "mean over batches of unequal size, lost rows, other preprocessing, or stale parameters.",
        fix="Report metric(predict(trained, inputs), targets) over the whole split at once",
        key="evaluation.score-differs",
        where=Where(split=claim.name),
    )


def _other_split(claim: _Claim, name: str) -> Finding:
    seen = name == "train"
    return RULE.finding(
        claim.severity if seen else Severity.INFO,
        f"The reported score is that of the {name} split",
        evidence=[Evidence("reported score", f"{claim.reported:.6g}", f"{claim.found:.6g}, of the {claim.name} split")],
        cause="The network knows these examples by heart."
        if seen
        else "The validation split chose the network to keep, so its score flatters it.",
        fix=f"Evaluate on the {claim.name} split",
        key=f"evaluation.on-{name}",
        where=Where(split=name),
    )


def _not_its_own(claim: _Claim, own: float) -> Finding:
    return RULE.finding(
        claim.severity if not _equal(claim.reported, claim.found) else Severity.ERROR,
        "The predictions that are handed out score otherwise than the network itself",
        evidence=[
            Evidence("metric of what predict hands out", f"{claim.found:.6g}"),
            Evidence("metric of the network's outputs", f"{own:.6g}", "the same"),
        ],
        cause="Predictions are put in another order than the rows, or inputs are prepared in another way than in "
        "training.",
        fix="Let predict and the evaluation share one function from raw rows to outputs, without shuffling",
        remedy="usual-evaluation",
        key="evaluation.misordered",
    )


RULE = Rule(
    "E305",
    "as-reported",
    "The reported score is that of the trained network on the split kept for it",
    Group.EVALUATION,
    ("reported|evaluate", "trained", "test|validation"),
    check,
    explained_by=("E308", "E104", "E107"),
)
