"""The learning curves: what the loss, the metric, the rate and the gradient did, validation by validation."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from piste.core.panels import Align, Block, Chart, Grid, Text
from piste.core.records import EpochRecord, RunRecord
from piste.report import charts
from piste.report.numbers import capitalised, finite, number

POINTS = 400  # validations drawn at most; a longer run is thinned evenly
WIDE_RANGE = 30  # largest over smallest value from which a logarithmic scale shows more

Read = Callable[[EpochRecord], float]


def learning(epochs: tuple[EpochRecord, ...], run: RunRecord) -> tuple[Block, ...]:
    """Return the curves of loss, metric, learning rate and gradient."""
    best = run.training.best_epoch if run.training else None
    kept = thinned(epochs, best)
    metric = epochs[0].metric
    loss: dict[str, Read] = {"train": lambda one: one.train_loss, "validation": lambda one: one.validation_loss}
    blocks: list[Block] = [
        _chart(kept, "Loss", "loss", loss, best, before=_start(run)),
        _chart(
            kept,
            f"{capitalised(metric)} on the validation split",
            metric,
            {"validation": lambda one: one.validation_metric},
            best,
        ),
        _chart(kept, "Learning rate", "learning rate", {"rate": lambda one: one.learning_rate}, None, height=120),
        _chart(kept, "Gradient norm", "gradient norm", {"gradient": lambda one: one.gradient_norm}, None, height=120),
    ]
    lost = sum(not math.isfinite(one.train_loss) for one in epochs)
    if lost:
        blocks.insert(0, Text(f"The train loss was not a number in {lost} of {len(epochs)} epochs.", "warning"))
    return tuple(blocks)


def thinned(epochs: Sequence[EpochRecord], best: float | None) -> tuple[EpochRecord, ...]:
    """Return at most about `POINTS` records, the first, the last and the best among them."""
    stride = math.ceil(len(epochs) / POINTS)
    last = len(epochs) - 1
    return tuple(one for at, one in enumerate(epochs) if at % stride == 0 or at == last or one.epoch == best)


def wide(values: Sequence[float | None]) -> bool:
    """Return whether positive `values` span so much that a logarithmic scale shows more."""
    known = [value for value in values if value is not None]
    return bool(known) and min(known) > 0 and max(known) / min(known) > WIDE_RANGE


def _chart(
    epochs: Sequence[EpochRecord],
    title: str,
    name: str,
    series: dict[str, Read],
    best: float | None,
    height: int = charts.HEIGHT,
    before: str = "",
) -> Chart:
    values: list[dict[str, Any]] = [
        {"epoch": one.epoch, "value": finite(read(one)), "series": label, "text": number(read(one), 4)}
        for label, read in series.items()
        for one in epochs
    ]
    log = wide([row["value"] for row in values])
    return Chart(
        title=f"{title} (logarithmic scale)" if log else title,
        description=f"{_described(name, values)}{before}",
        spec=charts.curves(values, name, best, log, height),
        numbers=_numbers(epochs, series, best),
        size="half",
    )


def _start(run: RunRecord) -> str:
    if run.training is None:
        return ""
    loss = run.training.initial_loss
    return f" Before the first step it was {number(loss.measured, 4)}, with {number(loss.expected, 4)} expected."


def _described(name: str, values: list[dict[str, Any]]) -> str:
    parts = []
    for label in dict.fromkeys(row["series"] for row in values):
        line = [row for row in values if row["series"] == label]
        first, last = (f"{row['text']} in epoch {row['epoch']}" for row in (line[0], line[-1]))
        parts.append(f"{label} from {first} to {last}")
    return f"{capitalised(name)} over the epochs: {'; '.join(parts)}."


def _numbers(epochs: Sequence[EpochRecord], series: dict[str, Read], best: float | None) -> Grid:
    rows = tuple(
        (
            f"{one.epoch} (best)" if one.epoch == best else str(one.epoch),
            *(number(read(one), 4) for read in series.values()),
        )
        for one in epochs
    )
    align: list[Align] = ["right"] * (len(series) + 1)
    return Grid(("epoch", *series), rows, tuple(align))
