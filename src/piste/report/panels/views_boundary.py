"""The decision boundary: regions of answers, the line between them, the test examples, and the points asked for."""

from typing import Any

from piste.core.panels import Block, Chart, Grid, Size, Text
from piste.core.views import BoundaryRecord, Rows
from piste.report import charts
from piste.report.numbers import ABSENT, brief, number, percent
from piste.report.panels.contours import lines

MOST_CLASSES = 20
COLOURS = 6  # after which they repeat
_SEEN = 0.01  # of the plane: the least that a class is named for
_HEIGHT = 300
_NAME = 20  # letters of an axis that fit the corner of a table


def boundary(seen: BoundaryRecord) -> tuple[Block, ...]:
    """Return a chart for each moment, the last one largest, and what was said of the points asked for."""
    size: Size = "half" if len(seen.moments) > 1 else "wide"
    made = [
        Chart(title, _described(seen, place), _spec(seen, place), _numbers(seen, place), size)
        for place, title in enumerate(seen.moments)
    ]
    return (_lead(seen), *_marked(seen), *made)


def _lead(seen: BoundaryRecord) -> Text:
    if not seen.classes:
        return Text("What the network answers at each place, from small (pale) to large (full).")
    return Text(
        "The colour of a place is the network's answer there, fuller where it is surer; the line is where two answers "
        "are equally likely. Dots are test examples in the colour of their true class; a cross is one it gets wrong."
    )


def _described(seen: BoundaryRecord, place: int) -> str:
    if not seen.classes:
        flat = [value for row in seen.answers[place] for value in row]
        return f"Answers from {number(min(flat))} to {number(max(flat))}."
    cells = [int(value) for row in seen.answers[place] for value in row]
    shares = {name: cells.count(index) / len(cells) for index, name in enumerate(seen.classes)}
    shown = sorted(shares.items(), key=lambda pair: -pair[1])[:4]
    return "Share of the plane: " + ", ".join(f"{brief(name, 24)} {percent(share)}" for name, share in shown) + "."


def _numbers(seen: BoundaryRecord, place: int) -> Grid:
    """Return the answers at a few places of the plane, from the top left."""
    rows, columns = (_few(len(one)) for one in (seen.y, seen.x))
    name = {float(index): brief(one, 16) for index, one in enumerate(seen.classes)}
    body = tuple(
        (
            number(seen.y[row]),
            *(name.get(seen.answers[place][row][at]) or number(seen.answers[place][row][at]) for at in columns),
        )
        for row in reversed(rows)
    )
    long = max(len(seen.x_title), len(seen.y_title)) > _NAME  # as those of principal directions are
    corner = "up / across" if long else f"{seen.y_title} / {seen.x_title}"
    return Grid((corner, *(number(seen.x[at]) for at in columns)), body)


def _few(count: int, most: int = 7) -> list[int]:
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})


def _marked(seen: BoundaryRecord) -> tuple[Block, ...]:
    if not seen.marked:
        return ()
    rows = tuple(
        (
            f"({number(point.x)}, {number(point.y)})",
            moment,
            point.answers[place],
            ABSENT if point.confidence[place] != point.confidence[place] else percent(point.confidence[place], 3),
        )
        for point in seen.marked
        for place, moment in enumerate(seen.moments)
    )
    return (Grid(("point", "moment", "answer", "confidence"), rows, ("left", "left", "left", "right")),)


def _spec(seen: BoundaryRecord, place: int) -> charts.Spec:
    x = charts.axis("x", "quantitative", brief(seen.x_title), scale=_scale(seen.x), axis={"tickCount": charts.TICKS})
    y = charts.axis("y", "quantitative", brief(seen.y_title), scale=_scale(seen.y), axis={"tickCount": 5})
    layers = [_regions(seen, place, x, y), *_edges(seen, place, x, y), *_examples(seen, place, x, y)]
    layers += [*_crosses(seen, x, y), *_written(seen, place, x, y)]
    return {"width": "container", "height": _HEIGHT, "layer": layers}


def _scale(values: tuple[float, ...]) -> dict[str, Any]:
    half = (values[1] - values[0]) / 2
    return {"domain": [values[0] - half, values[-1] + half], "nice": False, "zero": False}


def _regions(seen: BoundaryRecord, place: int, x: charts.Spec, y: charts.Spec) -> charts.Spec:
    answers = seen.answers[place]
    wide, high = seen.x[1] - seen.x[0], seen.y[1] - seen.y[0]
    values = []
    for row, bottom in enumerate(seen.y):
        # Neighbours with one answer and about one confidence are one rectangle: a tenth of the data.
        for start, end, level in _runs(seen, place, row):
            answer = answers[row][start]
            value = seen.classes[int(answer)] if seen.classes else number(answer)
            left = seen.x[start] - wide / 2
            values.append(
                {
                    "x": left, "x2": left + wide * (end - start), "y": bottom - high / 2, "y2": bottom + high / 2,
                    "answer": value, "level": level,
                }
            )  # fmt: skip
    encoding = {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, "opacity": _opacity()}
    if seen.classes:
        encoding["color"] = _colour(seen, legend=True)
    return {
        "data": {"values": values},
        "mark": {"type": "rect", "strokeWidth": 0},
        "encoding": {**encoding, "tooltip": charts.tooltip(answer="answer")},
    }


def _runs(seen: BoundaryRecord, place: int, row: int) -> list[tuple[int, int, float]]:
    answers = seen.answers[place][row]
    flat = [value for line in seen.answers[place] for value in line]
    low, reach = min(flat), (max(flat) - min(flat)) or 1.0
    sure = seen.confidence[place][row] if seen.classes else [(value - low) / reach for value in answers]
    least = 1 / max(len(seen.classes), 1) if seen.classes else 0.0
    levels = [round((value - least) / (1 - least or 1) * 10) / 10 for value in sure]
    runs: list[tuple[int, int, float]] = []
    for at, level in enumerate(levels):
        same = runs and runs[-1][2] == level and (not seen.classes or answers[at - 1] == answers[at])
        runs[-1:] = [(runs[-1][0], at + 1, level)] if same else [*runs[-1:], (at, at + 1, level)]
    return runs


def _opacity() -> charts.Spec:
    scale = {"domain": [0, 1], "range": [0.12, 0.62]}
    return {"field": "level", "type": "quantitative", "legend": None, "scale": scale}


def _colour(seen: BoundaryRecord, *, legend: bool) -> charts.Spec:
    few = len(seen.classes) <= MOST_CLASSES
    shown = {"legend": {"columns": 6, "labelLimit": 120} if few else None} if legend else {}
    scale = {"domain": list(seen.classes)}
    return {"field": "answer", "type": "nominal", "title": None, "sort": None, "scale": scale, **shown}


def _edges(seen: BoundaryRecord, place: int, x: charts.Spec, y: charts.Spec) -> list[charts.Spec]:
    """Return the lines where the answer changes, each piece straight; none for numbers."""
    if not seen.classes:
        return []
    values = [
        {"x": one[0], "y": one[1], "x2": one[2], "y2": one[3]}
        for answer in sorted({value for row in seen.answers[place] for value in row})
        for one in lines(seen.x, seen.y, _signed(seen, place, answer), 0.0)
    ]
    encoding = {"x": x, "y": y, "x2": {"field": "x2"}, "y2": {"field": "y2"}, "color": {"value": "var(--ink)"}}
    return [{"data": {"values": values}, "mark": {"type": "rule", "strokeWidth": 1.2}, "encoding": encoding}]


def _written(seen: BoundaryRecord, place: int, x: charts.Spec, y: charts.Spec) -> list[charts.Spec]:
    """Return the name of each class in the middle of its region, where there are more classes than colours."""
    if len(seen.classes) <= COLOURS:
        return []
    cells: dict[float, list[tuple[int, int]]] = {}
    for row, line in enumerate(seen.answers[place]):
        for column, answer in enumerate(line):
            cells.setdefault(answer, []).append((row, column))
    values = []
    for answer, found in cells.items():
        if len(found) >= _SEEN * len(seen.x) * len(seen.y):
            middle = [sum(one) / len(found) for one in zip(*found, strict=True)]
            row, column = min(found, key=lambda one: (one[0] - middle[0]) ** 2 + (one[1] - middle[1]) ** 2)
            values.append({"x": seen.x[column], "y": seen.y[row], "name": brief(seen.classes[int(answer)], 16)})
    mark = {"type": "text", "fontSize": 15, "fontWeight": "bold", "color": "var(--ink)"}
    return [{"data": {"values": values}, "mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "name"}}}]


def _signed(seen: BoundaryRecord, place: int, answer: float) -> Rows:
    """Return by how much `answer` leads: above 0 in its region, and exact on both sides of the region's edge."""
    pairs = zip(seen.answers[place], seen.margin[place], strict=True)
    return tuple(
        tuple(lead if said == answer else -lead for said, lead in zip(row, leads, strict=True)) for row, leads in pairs
    )


def _examples(seen: BoundaryRecord, place: int, x: charts.Spec, y: charts.Spec) -> list[charts.Spec]:
    def named(truth: float) -> str:
        return seen.classes[int(truth)] if seen.classes else number(truth)

    right = seen.point_right or (True,) * len(seen.point_x)
    values = [
        {"x": left, "y": up, "answer": named(truth), "right": good}
        for left, up, truth, good in zip(seen.point_x, seen.point_y, seen.point_truth, right, strict=True)
    ]
    last = place == len(seen.moments) - 1
    shape = {"condition": {"test": "datum.right", "value": "circle"}, "value": "cross"} if last else {"value": "circle"}
    colour = {"color": _colour(seen, legend=False)} if seen.classes else {"color": {"value": "var(--ink)"}}
    mark = {"type": "point", "filled": True, "opacity": 0.95, "stroke": "var(--paper)", "strokeWidth": 0.7}
    encoding = {
        "x": x,
        "y": y,
        **colour,
        "shape": shape,
        "size": {"condition": {"test": "datum.right", "value": 42}, "value": 110},
        "tooltip": charts.tooltip(answer="truth"),
    }
    return [{"data": {"values": values}, "mark": mark, "encoding": encoding}] if values else []


def _crosses(seen: BoundaryRecord, x: charts.Spec, y: charts.Spec) -> list[charts.Spec]:
    values = [{"x": point.x, "y": point.y, "text": f"({number(point.x)}, {number(point.y)})"} for point in seen.marked]
    if not values:
        return []
    place = {"x": x, "y": y}
    dot = {"type": "point", "shape": "diamond", "size": 130, "filled": True, "color": "var(--ink)", "opacity": 1}
    label = {"type": "text", "dy": -14, "fontSize": 12, "fontWeight": 600}
    return [
        {"data": {"values": values}, "mark": dot, "encoding": place},
        {"data": {"values": values}, "mark": label, "encoding": {**place, "text": {"field": "text"}}},
    ]
