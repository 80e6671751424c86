"""The whole report as one HTML file that needs no network and runs no program but its own."""

import base64
import hashlib
import zlib
from importlib.resources import files
from string import Template

from piste.core.panels import Panel
from piste.core.records import encode_line
from piste.report.blocks import drawn
from piste.report.charts import Spec
from piste.report.elements import clean, element, written


def html(panels: tuple[Panel, ...], title: str) -> str:
    """Return the panels as a page headed `title`.

    The page's Content-Security-Policy admits its style, its two scripts and pictures within the page, and nothing
    else: no request leaves it, and no text of the data can run.
    """
    specs: list[Spec] = []
    sections = [
        element("section", element("h2", panel.title), *drawn(panel.blocks, specs), id=panel.name) for panel in panels
    ]
    places = [element("li", element("a", panel.title, href=f"#{panel.name}")) for panel in panels]
    style, unpack, program = _asset("page.css"), _asset("unpack.js"), _asset("charts.min.js")
    return Template(_asset("page.html")).substitute(
        policy=_policy((style,), (unpack, program)),
        title=written(element("title", title)),
        heading=written(element("h1", title)),
        contents=written(element("ul", *places)),
        sections="\n".join(map(written, sections)),
        style=style,
        unpack=unpack,
        specs=_inert(specs),
        program=base64.b64encode(zlib.compress(program.encode(), 9)).decode(),
    )


def _asset(name: str) -> str:
    return files("piste.report").joinpath("assets", name).read_text("utf-8")


def _policy(styles: tuple[str, ...], scripts: tuple[str, ...]) -> str:
    style, script = (" ".join(map(_hash, texts)) for texts in (styles, scripts))
    closed = "default-src 'none'; base-uri 'none'; form-action 'none'"
    return f"{closed}; img-src data:; style-src {style}; script-src {script}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _inert(specs: list[Spec]) -> str:
    # Inside a script element only "<" could end it or open a comment; JSON may spell it otherwise.
    return clean(encode_line(specs).decode()).strip().replace("<", "\\u003c")
