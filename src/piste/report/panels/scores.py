"""All scores on the test split, each with its interval."""

from piste.core.panels import Block, Grid
from piste.core.records import EvaluationRecord
from piste.report.numbers import count, interval, score


def scores(evaluation: EvaluationRecord) -> tuple[Block, ...]:
    """Return the table of scores."""
    rows = tuple(
        (one.name, score(one), interval(one.low, one.high), "higher" if one.higher_is_better else "lower")
        for one in evaluation.scores
    )
    if not rows:
        return ()
    caption = f"On {count(evaluation.rows)} test examples; intervals are bootstraps over them."
    return (Grid(("score", "value", "95 % interval", "better is"), rows, ("left", "right", "right", "left"), caption),)
