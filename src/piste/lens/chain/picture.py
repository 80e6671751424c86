"""The chain rule as a picture: numbers in boxes, local derivatives on the arrows between them."""

from xml.etree.ElementTree import Element, SubElement, tostring

from piste.core.graph_words import LINES, number
from piste.core.graphs import ChainRecord

WIDTH, HEIGHT, GAP, TOP = 150, 44, 84, 34
_TEXT = {"font-family": "system-ui, sans-serif", "font-size": "11", "fill": "currentColor", "text-anchor": "middle"}


def chain_picture(chain: ChainRecord) -> str:
    """Return an SVG: one row per path, or one row of layers where the network is too large for paths."""
    rows = _paths(chain) or [_layers(chain)]
    longest = max(len(row) for row in rows)
    wide, high = longest * (WIDTH + GAP) - GAP + 20, len(rows) * (HEIGHT + TOP) + 44
    title = f"d loss / d {chain.weight} = {number(chain.gradient)}"
    frame = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {wide} {high}", "width": str(wide)}
    root = Element("svg", {**frame, "role": "img", "aria-label": title, "style": "max-width:100%;height:auto"})
    _write(root, 10, 20, title, anchor="start", size=14)
    for place, row in enumerate(rows):
        _draw(root, row, 34 + place * (HEIGHT + TOP))
    return tostring(root, encoding="unicode")


Box = tuple[str, str, str]  # name, number, and what stands on the arrow that leads to it


def _paths(chain: ChainRecord) -> list[list[Box]]:
    rows = []
    for path in chain.paths[:LINES]:
        row: list[Box] = [(chain.weight, number(chain.value), "")]
        row += [(one.target, number(one.target_value), f"x {number(one.derivative)}") for one in path.factors]
        rows.append([*row, ("product", number(path.product), "=")])
    return rows


def _layers(chain: ChainRecord) -> list[Box]:
    row: list[Box] = [(chain.weight, number(chain.value), "")]
    row += [(one.name, f"gradient {number(one.gradient)}", f"moves {number(one.moves)}") for one in chain.stations]
    return row


def _draw(root: Element, row: list[Box], top: int) -> None:
    for place, (name, value, arrow) in enumerate(row):
        left = 10 + place * (WIDTH + GAP)
        middle = top + HEIGHT / 2
        if place:
            line = {"x1": left - GAP + 4, "y1": middle, "x2": left - 8, "y2": middle}
            SubElement(root, "line", {**{key: str(one) for key, one in line.items()}, "stroke": "currentColor"})
            tip = f"{left - 10},{middle - 4} {left - 2},{middle} {left - 10},{middle + 4}"
            SubElement(root, "polygon", points=tip, fill="currentColor")
            _write(root, left - GAP / 2, middle - 7, arrow)
        box = {"x": left, "y": top, "width": WIDTH, "height": HEIGHT, "rx": 6}
        style = {"fill": "none", "stroke": "currentColor", "stroke-opacity": "0.5"}
        group = SubElement(root, "g")
        SubElement(group, "title").text = f"{name} = {value}"
        SubElement(group, "rect", {**{key: str(one) for key, one in box.items()}, **style})
        _write(group, left + WIDTH / 2, top + 18, name if len(name) <= 24 else "…" + name[-23:])
        _write(group, left + WIDTH / 2, top + 34, value, size=12)


def _write(root: Element, x: float, y: float, text: str, anchor: str = "middle", size: int = 11) -> None:
    style = {**_TEXT, "text-anchor": anchor, "font-size": str(size)}
    SubElement(root, "text", {"x": f"{x:g}", "y": f"{y:g}", **style}).text = text
