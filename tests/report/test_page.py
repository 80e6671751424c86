"""The page: one file, closed to the network, and no name from the data can become part of its machinery."""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from piste.core.panels import Chart, Panel, Text
from piste.core.runs import RunFolder
from piste.report import html, panels_of

RunOf = Callable[[str], RunFolder]

LEVELS = {"h1": 1, "h2": 2, "h3": 3}
VOID = {"meta", "img", "link", "br"}


class Page(HTMLParser):
    """What a browser would find: elements with attributes, the text of each, and whether all are closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def page(folder: RunFolder) -> Page:
    return Page(html(panels_of(folder), folder.record.name))


def test_the_page_is_well_formed_and_its_headings_descend(folder: RunFolder) -> None:
    found = page(folder)
    assert found.open == []
    levels = [LEVELS[tag] for tag, _ in found.elements if tag in LEVELS]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))


def test_nothing_is_loaded_from_anywhere(folder: RunFolder) -> None:
    found = page(folder)
    addresses = [
        value for _, attributes in found.elements for name in ("src", "href") if (value := attributes.get(name))
    ]
    assert addresses
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in addresses)
    assert not re.search(r"url\(|@import", " ".join(found.text("style")))


def test_only_the_pages_own_programs_may_run(folder: RunFolder) -> None:
    found = page(folder)
    policy = next(one["content"] for one in found.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    kinds = [one.get("type") for one in found.all("script")]
    assert kinds == ["application/json", "text/plain", None]
    _, packed, program = found.text("script")
    unpacked = zlib.decompress(base64.b64decode(packed))
    for code in (program.encode(), unpacked):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'" in policy
    assert not [name for _, one in found.elements for name in one if name.startswith("on") or name == "style"]


def test_every_part_and_every_chart_is_there(folder: RunFolder) -> None:
    panels, found = panels_of(folder), page(folder)
    charts = [block for panel in panels for block in panel.blocks if isinstance(block, Chart)]
    places = [one for one in found.all("div") if "data-chart" in one]
    specs = json.loads(found.text("script")[0])
    assert [one["id"] for one in found.all("section")] == [panel.name for panel in panels]
    assert {one["href"] for one in found.all("a")} >= {f"#{panel.name}" for panel in panels}
    assert [one["data-chart"] for one in places] == [str(at) for at in range(len(charts))]
    assert all(one["role"] == "img" and one["aria-label"] for one in places)
    assert len(specs) == len(charts)


def test_tables_have_heads_and_can_be_scrolled_with_the_keyboard(folder: RunFolder) -> None:
    found = page(folder)
    regions = [one for one in found.all("div") if one.get("class") == "table"]
    assert len(regions) == len(found.all("table")) > 0
    assert all(one["tabindex"] == "0" and one["role"] == "region" and one["aria-label"] for one in regions)
    assert {one.get("scope") for one in found.all("th")} == {"col", "row"}


def test_pictures_are_described(run_of: RunOf) -> None:
    pictures = page(run_of("pictures")).all("img")
    assert len(pictures) == 4 * 3 + 12
    assert pictures[0]["alt"] == "Training picture of cat"
    assert pictures[12]["alt"] == "Test example 0: cat, taken for dog"


def test_hostile_names_are_shown_and_do_nothing(run_of: RunOf) -> None:
    found = page(run_of("hostile"))
    assert found.all("img") == []
    assert len(found.all("script")) == 3
    shown = " ".join(text for _, text in found.texts)
    assert "</script><img src=x onerror=alert(1)>" in shown
    assert "datum['x'] ${name} $title" in shown
    assert "שם העמודה" in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", shown)


@pytest.mark.parametrize("name", ["</title><script>x</script>", "$policy", "${x}", "", "\ud800", "<!-- "])
def test_a_hostile_title_stays_a_title(name: str) -> None:
    found = Page(html((Panel("result", name, (Text(name, "bad"),)),), name))
    assert len(found.all("script")) == 3
    assert found.open == []
    assert "".join(found.text("title")) == name.replace("\ud800", "\ufffd")


def test_the_same_run_gives_the_same_page(run_of: RunOf) -> None:
    panels = panels_of(run_of("two_class"))
    assert html(panels, "census") == html(panels, "census")


def test_the_page_is_small(folder: RunFolder) -> None:
    assert len(html(panels_of(folder), "x").encode()) < 700_000


def test_problems_are_spoken_and_not_only_coloured(run_of: RunOf) -> None:
    spans = page(run_of("failed")).text("span")
    assert "Problem: " in spans
    assert "✕" in spans
