"""Whether a probability of 80 % is right in 80 of 100 cases."""

from typing import Any

from piste.core.panels import Block, Chart, Grid, Text
from piste.core.records import EvaluationRecord
from piste.report import charts
from piste.report.numbers import count, counted, finite, interval, number, percent
from piste.report.panels.confusion import wilson


def calibration(evaluation: EvaluationRecord) -> tuple[Block, ...]:
    """Return the reliability curve with an interval per bin."""
    found = evaluation.calibration
    if found is None or not found.counts:
        return ()
    bins = tuple(zip(found.predicted, found.observed, found.counts, strict=True))
    sentence = (
        f"On average the probabilities are {percent(found.expected_error)} off (expected calibration error over "
        f"{counted(len(bins), 'bin')} of about {count(round(sum(found.counts) / len(bins)))} examples). "
        "Points below the dashed line mean too much confidence, points above it too little."
    )
    return Text(sentence), Chart(
        title="Calibration",
        description="Observed frequency against predicted probability; perfect calibration lies on the dashed line.",
        spec=charts.reliability([_point(*one) for one in bins]),
        numbers=Grid(
            ("predicted", "observed", "95 % interval", "examples"),
            tuple((number(p), number(o), interval(*_ends(o, n)), count(n)) for p, o, n in bins),
            ("right", "right", "right", "right"),
        ),
        size="half",
    )


def _ends(observed: float, examples: int) -> tuple[float, float]:
    return wilson(round(observed * examples), examples) if observed == observed else (0.0, 1.0)


def _point(predicted: float, observed: float, examples: int) -> dict[str, Any]:
    low, high = _ends(observed, examples)
    shares = f"predicted {number(predicted)}, observed {number(observed)} ({interval(low, high)})"
    ends = {"low": finite(low), "high": finite(high)}
    return {
        "predicted": finite(predicted),
        "observed": finite(observed),
        "text": f"{shares}, {count(examples)} examples",
        **ends,
    }
