"""Features seen: filters, feature maps of examples, and what excites a unit most."""

import math
from itertools import groupby

from piste.core.panels import Block, Grid, Picture, Pictures, Text
from piste.core.views_inside import FiltersRecord, MappedRecord, MapsRecord, UnitRecord, UnitsRecord
from piste.report.numbers import brief, count, number, percent


def filters(seen: FiltersRecord) -> tuple[Block, ...]:
    """Return the filters of each layer, side by side."""
    blocks: list[Block] = [
        Text(
            "The weights of each unit: red adds, blue takes away, white leaves alone; where there are three channels, "
            "in their own colours. Of deeper layers the channels stand side by side."
        )
    ]
    for layer, group in groupby(seen.filters, lambda one: one.layer):
        members = list(group)
        shape = " × ".join(map(str, members[0].shape))
        blocks.append(Text(f"{layer}: the {len(members)} longest filters, each {shape}", "lead"))
        pictures = [
            Picture(one.picture, f"Filter {one.unit} of {layer}", (f"unit {one.unit}", f"length {number(one.length)}"))
            for one in members
        ]
        blocks.append(Pictures(tuple(pictures)))
    return tuple(blocks)


def maps(seen: MapsRecord) -> tuple[Block, ...]:
    """Return, for each example, what every layer makes of it."""
    blocks: list[Block] = [Text("Of each layer the maps that vary most over the picture; bright is large.")]
    for one in seen.examples:
        blocks.append(Text(_headline(one, seen.split), "lead"))
        if one.picture:
            blocks.append(Pictures((Picture(one.picture, f"Row {one.row}", ("as it is",)),)))
        for layer, group in groupby(one.maps, lambda each: each.layer):
            members = list(group)
            shape = " × ".join(map(str, members[0].shape))
            blocks.append(Text(f"{layer} ({shape})"))
            named = [Picture(each.picture, f"{layer}, {_unit(each.unit)}", (_unit(each.unit),)) for each in members]
            blocks.append(Pictures(tuple(named)))
    return tuple(blocks)


def _unit(unit: int) -> str:
    return f"map {unit}" if unit >= 0 else "a row for each unit, a column for each step"


def _headline(one: MappedRecord, split: str) -> str:
    sure = "" if math.isnan(one.confidence) else f", {percent(one.confidence, 3)} sure"
    return f"Row {count(one.row)} of the {split} split: {brief(one.answer)}{sure}; truth: {brief(one.truth)}"


def units(seen: UnitsRecord) -> tuple[Block, ...]:
    """Return, for each unit, the examples that excite it most, and what was made up to excite it."""
    lead = Text(
        f"Units of {seen.layer}: those of {count(seen.looked_at)} examples of the {seen.split} split for which the "
        "output is largest, all paled but the part that the unit sees there; and an input made up by climbing."
    )
    return (lead, *(block for unit in seen.units for block in _of_unit(unit)))


def _of_unit(unit: UnitRecord) -> tuple[Block, ...]:
    truths = [one.truth for one in unit.examples]
    title = Text(f"Unit {unit.unit}: {', '.join(dict.fromkeys(map(brief, truths)))}", "lead")
    if not any(one.picture for one in unit.examples):
        return (title, _rows(unit))
    pictures = [
        Picture(
            one.picture, f"Row {one.row}", (brief(one.truth), f"output {number(one.value)}", f"row {count(one.row)}")
        )
        for one in unit.examples
    ]
    if unit.made_up:
        lines = ("made up", f"mean before the activation {number(unit.reached)}")
        pictures.append(Picture(unit.made_up, f"Made-up input for unit {unit.unit}", lines))
    return (title, Pictures(tuple(pictures)))


def _rows(unit: UnitRecord) -> Grid:
    names = tuple(dict.fromkeys(name for one in unit.examples for name in one.values))[:10]
    rows = tuple(
        (
            count(one.row),
            brief(one.truth),
            number(one.value),
            *(brief(one.values.get(name, "")) if one.values.get(name) else "" for name in names),
        )
        for one in unit.examples
    )
    return Grid(("row", "truth", "output", *names), rows, (), f"The mean over all examples is {number(unit.mean)}.")
