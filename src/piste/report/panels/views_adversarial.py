"""Adversarial examples: as it was, as it became, and what differs, with the answers; and how fast accuracy falls."""

import math

from piste.core.panels import Block, Chart, Grid, Lines, Picture, Pictures, Text
from piste.core.views_inside import AdversarialRecord, AttackedRecord
from piste.report import charts
from piste.report.numbers import brief, count, finite, number, percent


def adversarial(seen: AdversarialRecord) -> tuple[Block, ...]:
    """Return the accuracy at rising strengths, and each example."""
    lead = Text(
        f"Each example is changed by at most {number(seen.strength)} {seen.unit} per input, in the direction that "
        f"raises the loss ({seen.method}, {count(seen.steps)} {'step' if seen.steps == 1 else 'steps'})."
    )
    return (lead, _curve(seen), *(block for one in seen.examples for block in _example(seen, one)))


def _curve(seen: AdversarialRecord) -> Chart:
    values = [
        {"x": finite(strength), "value": finite(share), "text": f"{number(strength)}: {percent(share, 3)}"}
        for strength, share in zip(seen.strengths, seen.accuracy, strict=True)
    ]
    scale = {"domain": [0, 1]}
    spec = charts.spec(
        values,
        180,
        mark={"type": "line", "point": True},
        encoding={
            "x": charts.axis("x", "quantitative", f"strength ({seen.unit})", axis={"tickCount": charts.TICKS}),
            "y": charts.axis("value", "quantitative", "accuracy", scale=scale, axis={"format": ".0%", "tickCount": 5}),
            "tooltip": charts.tooltip(text=""),
        },
    )
    rows = tuple((number(one), percent(share, 3)) for one, share in zip(seen.strengths, seen.accuracy, strict=True))
    said = f"Accuracy on {count(seen.attacked)} examples of the {seen.split} split, all of them attacked."
    return Chart("How fast it is fooled", said, spec, Grid(("strength", "accuracy"), rows, ("right", "right")))


def _example(seen: AdversarialRecord, one: AttackedRecord) -> tuple[Block, ...]:
    fooled = "fooled" if one.before != one.after else "not fooled"
    least = "" if math.isnan(one.least) else f"; a strength of {number(one.least)} is enough"
    title = Text(f"Row {count(one.row)} (truth: {brief(one.truth)}): {fooled}{least}", "lead")
    before = f"{brief(one.before)}, {percent(one.before_confidence, 3)} sure"
    after = f"{brief(one.after)}, {percent(one.after_confidence, 3)} sure"
    if not one.original:
        lines = Lines((f"before: {before}", f"after: {after}", *one.values))
        return (title, lines)
    change = ("the change", f"at most {number(one.moved)} {seen.unit}")
    pictures = (
        Picture(one.original, f"Row {one.row} as it is", ("as it is", before)),
        Picture(one.changed, f"Row {one.row} changed", ("changed", after)),
        Picture(one.difference, f"What was changed in row {one.row}", change),
    )
    return (title, Pictures(pictures))
