"""Whether the network was worth training: its lead over each baseline, with an interval, and a plain verdict."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from piste.core.records import BaselineRecord, Score
from piste.evaluate.baselines import Ran
from piste.evaluate.bootstrap import interval, point_values, replicates
from piste.evaluate.metrics import metrics_of
from piste.evaluate.predictions import FloatArray, Predictions
from piste.evaluate.scores import deciding, main_score, scores_of

BETTER, LEVEL, WORSE = "better", "level", "worse"


def compare(
    network: Predictions, ran: Sequence[Ran], seed: int, unit: str = "", main: str | None = None
) -> tuple[BaselineRecord, ...]:
    """Return each baseline with its scores and the network's lead over it.

    Both are judged on the same resamples, so the examples that are hard for everybody cancel (a paired bootstrap).

    Parameters
    ----------
    network
        Truth and the network's outputs.
    ran
        The baselines, with outputs for the same examples in the same order.
    seed
        Seed of the run; the resamples are those of `evaluate`.
    unit
        Unit of a regression target.
    main
        Name of the score that decides; `main_score` of the task when left out.

    Raises
    ------
    DataError
        As `evaluate`.
    """
    return judged(network, ran, seed, unit, main)[1]


def judged(
    network: Predictions, ran: Sequence[Ran], seed: int, unit: str, main: str | None
) -> tuple[tuple[Score, ...], tuple[BaselineRecord, ...]]:
    """Return the network's scores and the comparison with each baseline, from one pass over the resamples."""
    models = [network, *(replace(network, outputs=one.outputs) for one in ran)]
    metrics = [metrics_of(model) for model in models]
    statistics = [metric.values for each in metrics for metric in each]
    shape = (len(models), len(metrics[0]))
    points = point_values(statistics, network.rows).reshape(shape)
    drawn = replicates(statistics, network.rows, seed).reshape(*shape, -1)
    scores = [
        scores_of(each, values, draws, network.rows, unit)
        for each, values, draws in zip(metrics, points, drawn, strict=True)
    ]
    decides = deciding(scores[0], main or main_score(network.task))
    place = next(place for place, metric in enumerate(metrics[0]) if metric.name == decides.name)
    sign = 1 if decides.higher_is_better else -1
    leads, draws = sign * (points[0, place] - points[1:, place]), sign * (drawn[0, place] - drawn[1:, place])
    records = [_record(*each) for each in zip(ran, scores[1:], leads, draws, strict=True)]
    return scores[0], tuple(records)


def _record(one: Ran, scores: tuple[Score, ...], lead: float, draws: FloatArray) -> BaselineRecord:
    low, high = interval(draws, float(lead))
    verdict = BETTER if low > 0 else WORSE if high < 0 else LEVEL
    return BaselineRecord(one.name, one.title, scores, one.seconds, float(lead), low, high, verdict, one.note)


def verdict(records: Sequence[BaselineRecord], main: Score) -> str:
    """Return in plain sentences what the network scores on `main` and which baselines it beats, with intervals."""
    places = _places(main.low, main.high)
    value, low, high = (_number(value, places) for value in (main.value, main.low, main.high))
    unit = f" {main.unit}" if main.unit else ""
    start = f"The network's {main.name} is {value}{unit} (95 % interval {low} to {high})."
    if not records:
        return f"{start} No baseline was run, so nothing says whether it was worth training."
    return " ".join([start, *_sentences(records, main)])


def _sentences(records: Sequence[BaselineRecord], main: Score) -> Iterable[str]:
    """What speaks against the network comes first."""
    worse, level, better = (
        _list(_lead(one, main) for one in records if one.verdict == found) for found in (WORSE, LEVEL, BETTER)
    )
    if worse:
        yield f"It is worse than {worse}: the simpler model is the better choice here."
    if level:
        yield f"It does not clearly differ from {level}{'' if worse else ': nothing here shows that it was needed'}."
    if better:
        yield f"It is better than {'' if worse or level else 'every baseline: '}{better}."


def _lead(one: BaselineRecord, main: Score) -> str:
    places = _places(one.low, one.high)
    if places is None:
        places = _places(main.low, main.high)
    ends = (one.difference, one.low, one.high)
    words = "its lead is"
    if one.verdict == WORSE:
        words, ends = "behind by", (-one.difference, -one.high, -one.low)
    elif one.verdict == BETTER:
        words = "ahead by"
    size, low, high = (_number(value, places) for value in ends)
    own = next((f"{_number(score.value, places)}, " for score in one.scores if score.name == main.name), "")
    return f"{one.title} ({own}{words} {size}, {low} to {high})"


def _list(parts: Iterable[str]) -> str:
    *most, last = [*parts] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _places(low: float, high: float) -> int | None:
    """Return how many decimals show the width of an interval to two digits; `None` where it has no width."""
    return 1 - math.floor(math.log10(high - low)) if math.isfinite(high - low) and high > low else None


def _number(value: float, places: int | None) -> str:
    if places is None:
        return f"{value:.4g}"
    rounded = round(value, places) + 0.0  # no minus before a zero
    return f"{rounded:,.{max(places, 0)}f}"
