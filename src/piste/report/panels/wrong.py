"""The examples that the network gets most wrong: mislabelled, odd, or truly hard. Look at them."""

from piste.core.panels import Align, Block, Grid, Picture, Pictures, Text
from piste.core.records import EvaluationRecord, WrongExample
from piste.report.numbers import brief, count, number, percent

WIDEST = 12  # features beside an example
NUMBERS = ("row", "confidence", "loss")


def wrong(evaluation: EvaluationRecord) -> tuple[Block, ...]:
    """Return pictures where there are any, else rows with their values."""
    return most_wrong(evaluation.wrong)


def most_wrong(examples: tuple[WrongExample, ...], split: str = "test") -> tuple[Block, ...]:
    """Return what `wrong` does, for examples of any split."""
    if not examples:
        return ()
    advice = Text(
        f"The {split} examples with the largest loss, the worst first. Each is mislabelled, unlike the rest, or truly "
        "hard; it is worth a look which."
    )
    pictured = tuple(_picture(one, split) for one in examples if one.picture)
    return (advice, Pictures(pictured)) if pictured else (advice, _rows(examples))


def _picture(one: WrongExample, split: str) -> Picture:
    sure = "" if one.confidence is None else f" ({percent(one.confidence)} sure)"
    truth, prediction = brief(one.truth), brief(one.prediction)
    lines = (
        f"taken for {prediction}{sure}",
        f"truth: {truth}",
        f"row {count(one.row)}, loss {number(one.loss)}",
    )
    return Picture(one.picture, f"{split.capitalize()} example {one.row}: {truth}, taken for {prediction}", lines)


def _rows(examples: tuple[WrongExample, ...]) -> Grid:
    names = tuple(dict.fromkeys(name for one in examples for name in one.values))[:WIDEST]
    sure = any(one.confidence is not None for one in examples)
    columns = ("row", "truth", "prediction", *(("confidence",) if sure else ()), "loss", *names)
    rows = tuple(
        (
            count(one.row),
            brief(one.truth),
            brief(one.prediction),
            *((percent(one.confidence),) if sure else ()),
            number(one.loss),
            *(brief(one.values[name]) if one.values.get(name) else "" for name in names),
        )
        for one in examples
    )
    rest = len({name for one in examples for name in one.values}) - len(names)
    caption = f"Rows count from 0 within their source.{f' {rest} more features are not shown.' if rest else ''}"
    align: list[Align] = ["right" if name in NUMBERS else "left" for name in columns[: len(columns) - len(names)]]
    return Grid(columns, rows, (*align, *_left(len(names))), caption)


def _left(columns: int) -> list[Align]:
    return ["left"] * columns
