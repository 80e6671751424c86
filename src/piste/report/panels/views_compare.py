"""Two runs side by side: scores with their difference, answers, the step where they part, settings and curves."""

import math

from piste.core.compare import ComparisonRecord, Difference
from piste.core.panels import Align, Block, Chart, Fact, Facts, Grid, Text
from piste.core.records import EpochRecord
from piste.report import charts
from piste.report.numbers import ABSENT, brief, count, counted, difference, finite, number, percent, score

SIDES = ("first", "second")  # columns of tables: names of runs are too long for a terminal
_DRAWN = 400  # epochs of a curve


def scores(record: ComparisonRecord) -> tuple[Block, ...]:
    """Return the verdict and every score of both."""
    tone = "good" if "is better" in record.verdict and "surely" not in record.verdict else "plain"
    lead = Text(record.verdict, "good" if tone == "good" else "plain")
    which = Text(f"The first run is {record.titles[0]}, the second {record.titles[1]}.")
    if not record.scores:
        return (lead, which)
    rows = tuple(
        (
            one.before.name,
            score(one.before),
            score(one.now),
            difference(one.change, one.low, one.high),
            f"{number(one.low)} to {number(one.high)}",
            {"better": "the second", "worse": "the first"}.get(one.verdict, "level"),
        )
        for one in record.scores
    )
    columns = ("score", *SIDES, "difference", "99 % interval", "better")
    align: tuple[Align, ...] = ("left", "right", "right", "right", "right", "left")
    paired = "on the same examples, drawn together" if record.paired else "on different examples, drawn apart"
    caption = f"Differences are positive where the second run is better; intervals by bootstrap {paired}."
    return (lead, which, Grid(columns, rows, align, caption))


def agreement(record: ComparisonRecord) -> tuple[Block, ...]:
    """Return how the answers go together, none where the test examples differ."""
    found = record.agreement
    if found is None:
        return ()
    same = Fact(
        "the same answer",
        f"{count(found.same_answers)} of {count(found.rows)}",
        percent(found.same_answers / found.rows),
    )
    if math.isnan(found.chance):
        return (Facts((same,)),)
    return (
        Facts(
            (
                same,
                Fact("both right", count(found.both)),
                Fact("only the first right", count(found.first_alone)),
                Fact("only the second right", count(found.second_alone)),
                Fact("neither right", count(found.neither)),
                Fact("McNemar's exact test", number(found.chance), "chance of so uneven a split if both were as good"),
            )
        ),
    )


def parting(record: ComparisonRecord) -> tuple[Block, ...]:
    """Return the sentence about where they part, and what differs there."""
    found, notes = record.parting, tuple(Text(note, "note") for note in record.notes)
    if found is None:
        return notes
    if found.never:
        how = "their curves are the same" if found.known == "curves" else "all parameters are the same, bit for bit"
        return (Text(f"They do not part: through {counted(found.step, 'step')} {how}.", "good"), *notes)
    facts = [Fact("how it was found", found.known)]
    if found.parameters:
        facts.append(Fact("parameters that differ first", ", ".join(found.parameters)))
    if math.isfinite(found.largest):
        facts.append(Fact("largest difference of a number then", number(found.largest)))
    if found.node is not None:
        facts.append(Fact("first node that differs", found.node.name or ABSENT, found.node.words))
    causes = "; ".join(found.causes)
    if causes:
        facts.append(Fact("what differs there", causes))
    return (Text(_where(record), "lead"), Facts(tuple(facts)), *notes)


def _where(record: ComparisonRecord) -> str:
    found = record.parting
    if found is None:
        return ""
    if found.step == 0:
        return "They begin from different parameters, before the first step."
    if found.known == "curves":
        return f"Their curves part in epoch {found.epoch:g} (by step {count(found.step)})."
    return f"They are the same, bit for bit, until step {count(found.step)} (epoch {found.epoch:g}), and part in it."


def differences(record: ComparisonRecord) -> tuple[Block, ...]:
    """Return the table of what differs between the runs."""
    if not record.differences:
        return (Text("Settings, data, versions and device are the same."),)
    rows = tuple(_row(one) for one in record.differences)
    return (Grid(("what", "name", *SIDES, "where from"), rows),)


def _row(one: Difference) -> tuple[str, ...]:
    return (
        one.part,
        one.name,
        brief(one.first, 80) if one.first else ABSENT,
        brief(one.second, 80) or ABSENT,
        one.note,
    )


def curves(record: ComparisonRecord) -> tuple[Block, ...]:
    """Return the loss of both on train and validation over the epochs, and the watched metric."""
    made = [
        _chart(record, "Validation loss", "validation_loss", log=True),
        _chart(record, "Train loss", "train_loss", log=True),
    ]
    metrics = {epoch.metric for epochs in record.curves for epoch in epochs}
    if len(metrics) == 1:
        made.append(_chart(record, f"Validation {metrics.pop()}", "validation_metric", log=False))
    return tuple(one for one in made if one is not None)


def _chart(record: ComparisonRecord, title: str, name: str, *, log: bool) -> Chart | None:
    values = [
        {"epoch": epoch.epoch, "value": finite(value), "series": run, "text": number(value, 4)}
        for run, epochs in zip(SIDES, record.curves, strict=True)
        for epoch in _thinned(epochs)
        if math.isfinite(value := getattr(epoch, name))
    ]
    if not values:
        return None
    log = log and all(float(one["value"]) > 0 for one in values)  # type: ignore[arg-type]
    spec = charts.curves(values, title.lower(), None, log=log)
    description = f"{title} of the first run ({record.titles[0]}) and the second ({record.titles[1]})."
    return Chart(title, description, spec, _numbers(record, name), "half")


def _numbers(record: ComparisonRecord, name: str) -> Grid:
    """Return a few epochs of both; a dash after the end of the shorter one."""
    longest = max(map(len, record.curves))
    places = sorted({round(at * (longest - 1) / 11) for at in range(12)})
    rows = tuple(
        (
            f"{max(record.curves, key=len)[at].epoch:g}",
            *(number(getattr(epochs[at], name), 4) if at < len(epochs) else ABSENT for epochs in record.curves),
        )
        for at in places
    )
    return Grid(("epoch", *SIDES), rows, ("right", "right", "right"))


def _thinned(epochs: tuple[EpochRecord, ...]) -> tuple[EpochRecord, ...]:
    step = max(-(-len(epochs) // _DRAWN), 1)
    return epochs[::step]
